package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.bounded;
import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.testkit.FakeTicker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BucketTableTest {
    private static final long BOUND = 3;
    private final FakeTicker ticker = new FakeTicker();
    private final BucketTable table = new BucketTable(ticker, Runnable::run, BucketTable.SLACK);
    private PolicyLimits limits = policy(limit("requests", 5, "5/1m"));

    @Test
    void aFullBucketIsDroppedAfterTheSlackAndOneThatIsNotFullIsNot() {
        Account accepted = account("h1:a", Trust.ACCEPTED);
        take(accepted, 5);
        ticker.advance(Duration.ofSeconds(59));
        table.tend(limits);
        assertThat(table.held()).isEqualTo(1);
        ticker.advance(Duration.ofSeconds(65));
        table.tend(limits);
        assertThat(table.held()).isZero();
        assertThat(table.droppedUnfilled()).isZero();
    }

    @Test
    void noPauseBetweenRequestsGetsMoreThanTheRefill() {
        // 1/10m outlives the slack by far: each pause leaves the cache time to drop what it may drop.
        limits = policy(limit("requests", 3, "1/10m"));
        Account accepted = account("h1:a", Trust.ACCEPTED);
        int granted = 0;
        for (int i = 0; i < 2000; i++) {
            if (table.take(accepted, HERE, limits, BOUND, 1, 1) == Take.Granted.OWN) {
                granted++;
            }
            ticker.advance(Duration.ofSeconds(37));
            table.tend(limits);
        }
        assertThat(granted).isLessThanOrEqualTo(3 + 2000 * 37 / 600);
        assertThat(granted).isGreaterThanOrEqualTo(2000 * 37 / 600);
        assertThat(table.droppedUnfilled()).isZero();
    }

    @Test
    void anIntervalBucketIsKeptUntilItsLastInterval() {
        limits = policy(interval("requests", 3, "1/1h"));
        Account accepted = account("h1:a", Trust.ACCEPTED);
        take(accepted, 3);
        ticker.advance(Duration.ofMinutes(179));
        table.tend(limits);
        assertThat(table.held()).isEqualTo(1);
        ticker.advance(Duration.ofMinutes(14)); // the slack is a sixteenth of three hours
        table.tend(limits);
        assertThat(table.held()).isZero();
        assertThat(table.droppedUnfilled()).isZero();
    }

    @Test
    void atTheBoundANewAccountSharesItsPrefixAndThoseWithABucketKeepTheirs() {
        for (int i = 0; i < BOUND; i++) {
            take(account("h1:" + i, Trust.ACCEPTED), 4);
        }
        Account late = account("h1:late", Trust.ACCEPTED);
        assertThat(table.take(late, HERE, limits, BOUND, 5, 5)).isEqualTo(Take.Granted.SHARED);
        Account later = account("h1:later", Trust.ACCEPTED);
        assertThat(table.take(later, InetAddress.ofLiteral("192.0.2.77"), limits, BOUND, 1, 1))
                .isInstanceOfSatisfying(
                        Take.Refused.class,
                        refused -> assertThat(refused.shared()).isTrue());
        assertThat(table.held()).isEqualTo(BOUND);
        for (int i = 0; i < BOUND; i++) {
            Account early = account("h1:" + i, Trust.ACCEPTED);
            assertThat(table.take(early, HERE, limits, BOUND, 1, 1)).isEqualTo(Take.Granted.OWN);
            assertThat(table.take(early, HERE, limits, BOUND, 1, 1)).isInstanceOf(Take.Refused.class);
        }
    }

    @Test
    void aListedAccountHasItsOwnBucketBeyondTheBound() {
        for (int i = 0; i < BOUND + 2; i++) {
            take(account("a-" + i, Trust.LISTED), 5);
        }
        assertThat(table.held()).isEqualTo(BOUND + 2);
        assertThat(table.take(account("h1:x", Trust.ACCEPTED), HERE, limits, BOUND, 1, 1))
                .isEqualTo(Take.Granted.SHARED);
    }

    @Test
    void roomAtTheBoundComesBackWhenBucketsAreFull() {
        for (int i = 0; i < BOUND; i++) {
            take(account("h1:" + i, Trust.ACCEPTED), 1);
        }
        ticker.advance(Duration.ofMinutes(3));
        table.tend(limits);
        assertThat(table.take(account("h1:new", Trust.ACCEPTED), HERE, limits, BOUND, 1, 1))
                .isEqualTo(Take.Granted.OWN);
        assertThat(table.held()).isEqualTo(1);
    }

    @Test
    void aProvisionalAccountSharesItsPrefixUntilItIsAccepted() {
        assertThat(table.take(account("h1:a", Trust.PROVISIONAL), HERE, limits, BOUND, 5, 5))
                .isEqualTo(Take.Granted.SHARED);
        assertThat(table.take(Account.ANONYMOUS, HERE, limits, BOUND, 1, 1)).isInstanceOf(Take.Refused.class);
        assertThat(table.take(account("h1:b", Trust.PROVISIONAL), HERE, limits, BOUND, 1, 1))
                .isInstanceOf(Take.Refused.class);
        assertThat(table.held()).isZero();
        assertThat(table.take(account("h1:a", Trust.ACCEPTED), HERE, limits, BOUND, 1, 1))
                .isEqualTo(Take.Granted.OWN);
    }

    @Test
    void forgedKeysEvictNobodyAndKeepNothing() throws UnknownHostException {
        int forged = 10_000_000;
        int accounts = 1000;
        limits = policy(limit("requests", 5, "5/1h"));
        for (int i = 0; i < accounts; i++) {
            Account accepted = account("h1:accepted-" + i, Trust.ACCEPTED);
            assertThat(table.take(accepted, HERE, limits, accounts, 5, 5)).isEqualTo(Take.Granted.OWN);
        }
        SplittableRandom random = new SplittableRandom(7);
        byte[] address = new byte[16];
        byte[] key = new byte[16];
        for (int i = 0; i < forged; i++) {
            random.nextBytes(key);
            random.nextBytes(address);
            String id = "h1:" + HexFormat.of().formatHex(key);
            Take take = table.take(
                    account(id, Trust.PROVISIONAL), InetAddress.getByAddress(address), limits, accounts, 1, 1);
            assertThat(take).isNotEqualTo(Take.Granted.OWN);
        }
        table.tend(limits);
        assertThat(table.held()).isEqualTo(accounts);
        assertThat(table.droppedUnfilled()).isZero();
        for (int i = 0; i < accounts; i++) {
            Account accepted = account("h1:accepted-" + i, Trust.ACCEPTED);
            assertThat(table.take(accepted, HERE, limits, accounts, 1, 1))
                    .isInstanceOfSatisfying(
                            Take.Refused.class,
                            refused -> assertThat(refused.shared()).isFalse());
        }
    }

    private PolicyLimits policy(TokenBucketPolicy.Limit... which) {
        return table.limits(bounded(BOUND, which), "limits");
    }

    private void take(Account account, long tokens) {
        assertThat(table.take(account, HERE, limits, BOUND, tokens, tokens)).isEqualTo(Take.Granted.OWN);
    }
}
