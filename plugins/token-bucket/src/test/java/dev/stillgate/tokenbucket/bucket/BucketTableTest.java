package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.bounded;
import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Ticker;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.tokenbucket.BucketHarness;
import dev.stillgate.tokenbucket.BucketHarness.Result;
import dev.stillgate.tokenbucket.StrategyMeasure;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.Scope;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BucketTableTest {
    private static final long BOUND = 3;

    /** The number of forged keys; {@link StrategyMeasure} uses ten million. */
    private static final int FORGED = 200_000;

    private final BucketHarness harness = new BucketHarness();
    private final FakeTicker ticker = harness.ticker;
    private final Buckets buckets = harness.buckets;
    private PolicyLimits limits = policy(limit("requests", 5, "5/1m"));

    @Test
    void setIsEvictedOnlyAfterItIsFullAndTheSlack() {
        Account accepted = account("h1:a", Trust.ACCEPTED);
        take(accepted, 5);
        ticker.advance(Duration.ofSeconds(59));
        buckets.maintain(limits);
        assertThat(buckets.table(Owner.ACCOUNT).size()).isEqualTo(1);
        ticker.advance(Duration.ofSeconds(65));
        buckets.maintain(limits);
        assertThat(buckets.table(Owner.ACCOUNT).size()).isZero();
        assertThat(harness.evictedUnfilled()).isZero();
    }

    @Test
    void pausesBetweenRequestsNeverGrantMoreThanTheRefill() {
        // 1/10m is much longer than the slack: in each pause the cache could evict a full set.
        limits = policy(limit("requests", 3, "1/10m"));
        Account accepted = account("h1:a", Trust.ACCEPTED);
        int granted = 0;
        for (int i = 0; i < 2000; i++) {
            if (harness.take(accepted, limits, 1) == Result.OWN) {
                granted++;
            }
            ticker.advance(Duration.ofSeconds(37));
            buckets.maintain(limits);
        }
        assertThat(granted).isLessThanOrEqualTo(3 + 2000 * 37 / 600);
        assertThat(granted).isGreaterThanOrEqualTo(2000 * 37 / 600);
        assertThat(harness.evictedUnfilled()).isZero();
    }

    @Test
    void intervalBucketIsKeptUntilItsLastInterval() {
        limits = policy(interval("requests", 3, "1/1h"));
        Account accepted = account("h1:a", Trust.ACCEPTED);
        take(accepted, 3);
        ticker.advance(Duration.ofMinutes(179));
        buckets.maintain(limits);
        assertThat(buckets.table(Owner.ACCOUNT).size()).isEqualTo(1);
        ticker.advance(Duration.ofMinutes(14)); // the slack is a sixteenth of three hours
        buckets.maintain(limits);
        assertThat(buckets.table(Owner.ACCOUNT).size()).isZero();
        assertThat(harness.evictedUnfilled()).isZero();
    }

    @Test
    void newAccountBeyondTheBoundSharesItsPrefix() {
        for (int i = 0; i < BOUND; i++) {
            take(account("h1:" + i, Trust.ACCEPTED), 4);
        }
        Account late = account("h1:late", Trust.ACCEPTED);
        assertThat(harness.take(late, limits, 5)).isEqualTo(Result.SHARED);
        Account later = account("h1:later", Trust.ACCEPTED);
        assertThat(harness.take(later, InetAddress.ofLiteral("192.0.2.77"), limits, 1))
                .isEqualTo(Result.REFUSED_SHARED);
        assertThat(buckets.table(Owner.ACCOUNT).size()).isEqualTo(BOUND);
        for (int i = 0; i < BOUND; i++) {
            Account early = account("h1:" + i, Trust.ACCEPTED);
            assertThat(harness.take(early, limits, 1)).isEqualTo(Result.OWN);
            assertThat(harness.take(early, limits, 1)).isEqualTo(Result.REFUSED);
        }
    }

    @Test
    void listedAccountHasItsOwnBucketBeyondTheBound() {
        for (int i = 0; i < BOUND + 2; i++) {
            take(account("a-" + i, Trust.LISTED), 5);
        }
        assertThat(buckets.table(Owner.ACCOUNT).size()).isEqualTo(BOUND + 2);
        assertThat(harness.take(account("h1:x", Trust.ACCEPTED), limits, 1)).isEqualTo(Result.SHARED);
    }

    @Test
    void evictionsMakeRoomForNewAccounts() {
        for (int i = 0; i < BOUND; i++) {
            take(account("h1:" + i, Trust.ACCEPTED), 1);
        }
        buckets.maintain(limits);
        ticker.advance(Duration.ofMinutes(3));
        buckets.maintain(limits);
        assertThat(harness.take(account("h1:new", Trust.ACCEPTED), limits, 1)).isEqualTo(Result.OWN);
        assertThat(buckets.table(Owner.ACCOUNT).size()).isEqualTo(1);
    }

    @Test
    void provisionalAccountSharesItsPrefixUntilItIsAccepted() {
        assertThat(harness.take(account("h1:a", Trust.PROVISIONAL), limits, 5)).isEqualTo(Result.SHARED);
        assertThat(harness.take(Account.ANONYMOUS, limits, 1)).isEqualTo(Result.REFUSED_SHARED);
        assertThat(harness.take(account("h1:b", Trust.PROVISIONAL), limits, 1)).isEqualTo(Result.REFUSED_SHARED);
        assertThat(buckets.table(Owner.ACCOUNT).size()).isZero();
        assertThat(harness.take(account("h1:a", Trust.ACCEPTED), limits, 1)).isEqualTo(Result.OWN);
    }

    @Test
    void forgedKeysEvictNoAccountAndLeaveNoState() throws UnknownHostException {
        int accounts = 1000;
        limits = harness.policy(bounded(accounts, limit("requests", 5, "5/1h"), limit("day", 9, "9/1d")));
        for (int i = 0; i < accounts; i++) {
            take(account("h1:accepted-" + i, Trust.ACCEPTED), 5);
        }
        SplittableRandom random = new SplittableRandom(7);
        byte[] address = new byte[16];
        byte[] key = new byte[16];
        for (int i = 0; i < FORGED; i++) {
            random.nextBytes(key);
            random.nextBytes(address);
            Account forged = account("h1:" + HexFormat.of().formatHex(key), Trust.PROVISIONAL);
            Result result = harness.take(forged, InetAddress.getByAddress(address), limits, 1);
            assertThat(result).isIn(Result.SHARED, Result.REFUSED_SHARED);
        }
        buckets.maintain(limits);
        assertThat(buckets.table(Owner.ACCOUNT).size()).isEqualTo(accounts);
        assertThat(harness.evictedUnfilled()).isZero();
        for (int i = 0; i < accounts; i++) {
            assertThat(harness.take(account("h1:accepted-" + i, Trust.ACCEPTED), limits, 1))
                    .isEqualTo(Result.REFUSED);
        }
    }

    @Test
    void forgedKeyLeavesNoStateForAnOrganisation() {
        limits = harness.policy(bounded(BOUND, scoped(Set.of(Scope.ORGANISATION), limit("requests", 5, "5/1h"))));
        Account forged = account("h1:f", Trust.PROVISIONAL);
        assertThat(harness.take(forged, limits, 5)).isEqualTo(Result.SHARED);
        assertThat(harness.take(forged, limits, 1)).isEqualTo(Result.REFUSED_SHARED);
        assertThat(buckets.table(Owner.ACCOUNT).size()
                        + buckets.table(Owner.ORGANISATION).size())
                .isZero();
    }

    @Test
    void reloadOfTheBoundAloneTakesEffect() {
        limits = harness.policy(bounded(1, limit("requests", 5, "5/1m")));
        take(account("h1:a", Trust.ACCEPTED), 1);
        Account next = account("h1:b", Trust.ACCEPTED);
        assertThat(harness.take(next, limits, 1)).isEqualTo(Result.SHARED);
        limits = harness.policy(bounded(2, limit("requests", 5, "5/1m")));
        assertThat(harness.take(next, limits, 1)).isEqualTo(Result.OWN);
    }

    @Test
    void setWithAnExchangeInFlightIsKept() {
        Account busy = account("h1:a", Trust.ACCEPTED);
        limits = harness.policy(bounded(BOUND, limit("input", Measure.INPUT_TOKENS, 10, "10/1s")));
        Reservation reservation = harness.begin(busy, limits, 5, 1);
        BucketSet set = buckets.table(Owner.ACCOUNT).find("h1:a");
        assertThat(set).isNotNull();
        for (int i = 0; i < 5; i++) {
            ticker.advance(Duration.ofMinutes(10));
            buckets.maintain(limits);
        }
        assertThat(buckets.table(Owner.ACCOUNT).find("h1:a"))
                .as("kept while an exchange is in flight")
                .isSameAs(set);
        harness.settle(reservation, 1, 5, 1);
        ticker.advance(Duration.ofMinutes(10));
        buckets.maintain(limits);
        ticker.advance(Duration.ofMinutes(10));
        buckets.maintain(limits);
        assertThat(buckets.table(Owner.ACCOUNT).size()).isZero();
    }

    /** A request arrives during maintenance, at each reading of the clock. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void requestDuringEvictionKeepsTheSet(int reading) {
        ActionClock clock = new ActionClock();
        BucketHarness late = new BucketHarness(clock, Runnable::run, Duration.ofSeconds(1));
        PolicyLimits few = late.policy(limit("input", Measure.INPUT_TOKENS, 10, "10/1s"));
        Account busy = account("h1:a", Trust.ACCEPTED);
        late.settle(late.begin(busy, few, 5, 1), 1, 5, 1);
        List<Reservation> begun = new ArrayList<>();
        clock.at(reading, () -> begun.add(late.begin(busy, few, 5, 1)));
        late.buckets.maintain(few);
        clock.at(0, () -> {});
        for (int i = 0; i < 3; i++) {
            clock.nanos += 10_000_000_000L;
            late.buckets.maintain(few);
            assertThat(late.buckets.table(Owner.ACCOUNT).size()).isEqualTo(begun.isEmpty() && i > 0 ? 0 : 1);
        }
        begun.forEach(each -> late.settle(each, 1, 5, 1));
        for (int i = 0; i < 3; i++) {
            clock.nanos += 10_000_000_000L;
            late.buckets.maintain(few);
        }
        assertThat(late.buckets.table(Owner.ACCOUNT).size()).isZero();
        assertThat(late.evictedUnfilled()).isZero();
    }

    /** A clock that runs an action at its n-th reading. */
    private static final class ActionClock implements Ticker {
        private long nanos;
        private int left;
        private Runnable action = () -> {};

        private void at(int tightest, Runnable newAction) {
            left = tightest;
            action = newAction;
        }

        @Override
        public long nanos() {
            if (--left == 0) {
                action.run();
            }
            return nanos;
        }

        @Override
        public long millis() {
            return nanos / 1_000_000;
        }
    }

    private PolicyLimits policy(Limit... which) {
        return harness.policy(bounded(BOUND, which));
    }

    private void take(Account account, long tokens) {
        assertThat(harness.take(account, limits, tokens)).isEqualTo(Result.OWN);
    }
}
