package dev.stillgate.tokenbucket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeFleet;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.tokenbucket.policy.FleetPolicy;
import dev.stillgate.tokenbucket.policy.FleetPolicy.WhenLost;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A joined store in which the draws of some or all accounts fail. */
@Tag("slow")
final class RefusedDrawTest {
    private static final int GATEWAYS = 3;
    private static final long CAPACITY = 60;
    private static final String FIRST = "limits:account:a-1:";

    private final FakeTicker ticker = new FakeTicker();
    private final FakeFleet store = new FakeFleet(ticker);
    private final List<FakeContext> contexts = new ArrayList<>();
    private final List<TokenBucketFilter> filters = new ArrayList<>();

    private void start(WhenLost lost) {
        for (int i = 0; i < GATEWAYS; i++) {
            contexts.add(new FakeContext("limits", ticker).in(store.join()));
            filters.add(create(i, lost));
        }
        ticker.advance(Duration.ofSeconds(2)); // leases are binding from here on
    }

    private void reload(int gateway, WhenLost lost) {
        filters.set(gateway, create(gateway, lost));
    }

    private TokenBucketFilter create(int gateway, WhenLost lost) {
        var limit =
                new Limit("requests", Measure.REQUESTS, null, null, CAPACITY, "60/1m", null, null, null, null, null);
        var policy = new TokenBucketPolicy(
                List.of(limit), null, null, null, null, null, null, null, new FleetPolicy(lost, null), null, null);
        return (TokenBucketFilter) new TokenBucketFactory(Runnable::run).create(policy, contexts.get(gateway));
    }

    private boolean serves(int gateway, String account) {
        TokenBucketFilter filter = filters.get(gateway);
        FakeExchange exchange =
                new FakeExchange(ticker).by(new Account(account, Account.Trust.LISTED, null, null, true, null));
        if (filter.onRequest(exchange) != Verdict.ALLOW
                || filter.onBody(exchange, FakeBody.prompt("m", 10, 100)) != Verdict.ALLOW) {
            return false;
        }
        Usage usage = new Usage(Usage.Source.EXACT, 10, 50, -1, -1, -1);
        filter.onComplete(exchange, new Outcome.Served(200, usage, 1, 1));
        return true;
    }

    /** Sends requests to the gateways in turn at a rate for each; returns the number served in each second. */
    private List<Integer> hammer(String account, int seconds, int perSecond) {
        List<Integer> served = new ArrayList<>();
        for (int second = 0; second < seconds; second++) {
            int count = 0;
            for (int i = 0; i < perSecond; i++) {
                count += serves((second * perSecond + i) % GATEWAYS, account) ? 1 : 0;
                ticker.advance(Duration.ofSeconds(1).dividedBy(perSecond));
            }
            served.add(count);
        }
        return served;
    }

    private double gauge() {
        return contexts.getFirst().gauge("stillgate.token.bucket.fleet");
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARE", "FULL"})
    @DisplayName("plugins 1: an account within its limit is not refused while the store refuses writes, nor afterwards")
    void accountWithinItsLimitIsServedThroughout(WhenLost lost) {
        start(lost);
        assertThat(hammer("a-1", 60, 1)).containsOnly(1);
        store.refuse(key -> true);
        assertThat(hammer("a-1", 600, 1)).containsOnly(1);
        assertThat(gauge()).isZero();
        store.refuse(key -> false);
        assertThat(hammer("a-1", 120, 1)).containsOnly(1);
        assertThat(gauge()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"SHARE, 65, 140", "FULL, 180, 260"})
    @DisplayName("plugins 1: whenLost applies to a greedy account while the store refuses writes")
    void grantsAreBoundedByWhenLost(WhenLost lost, int least, int most) {
        start(lost);
        store.refuse(key -> true);
        int served = hammer("a-1", 20, 50).stream().mapToInt(Integer::intValue).sum();
        assertThat(served).isBetween(least, most);
    }

    @Test
    @DisplayName("plugins 1: closed refuses what leases do not cover while the store refuses writes")
    void closedPolicyRefusesUncoveredRequests() {
        start(WhenLost.CLOSED);
        store.refuse(key -> true);
        hammer("a-1", 5, 50);
        assertThat(hammer("a-1", 5, 10)).containsOnly(0);
        store.refuse(key -> false);
        hammer("a-1", 60, 1);
        assertThat(hammer("a-1", 30, 1)).containsOnly(1);
    }

    @Test
    @DisplayName("plugins 1: an account with failing draws is not locked out, and the others keep their leases")
    void failingDrawsOfOneAccountLeaveOthersUnaffected() {
        start(WhenLost.SHARE);
        store.refuse(key -> key.startsWith(FIRST));
        for (int i = 0; i < 300; i++) {
            assertThat(serves(i % GATEWAYS, "a-1")).isTrue();
            assertThat(serves(i % GATEWAYS, "a-2")).isTrue();
            ticker.advance(Duration.ofSeconds(1));
        }
        int greedy = hammer("a-2", 20, 50).stream().mapToInt(Integer::intValue).sum();
        assertThat(greedy).isLessThanOrEqualTo((int) CAPACITY + 25);
        assertThat(gauge()).isZero();
        store.refuse(key -> false);
        assertThat(hammer("a-1", 60, 1)).containsOnly(1);
        assertThat(gauge()).isEqualTo(1);
    }

    @Test
    @DisplayName("plugins 1: the draws of an idle lost account are retried, and the gauge recovers")
    void idleLostAccountRecovers() {
        start(WhenLost.SHARE);
        store.refuse(key -> true);
        hammer("a-1", 10, 1);
        ticker.advance(Duration.ofMinutes(10));
        assertThat(gauge()).isZero();
        store.refuse(key -> false);
        ticker.advance(Duration.ofSeconds(2));
        assertThat(gauge()).isEqualTo(1);
        ticker.advance(Duration.ofMinutes(1));
        assertThat(store.left(FIRST + "::requests", CAPACITY)).isEqualTo(CAPACITY);
    }

    @Test
    @DisplayName("plugins 1: a draw that fails once changes nothing")
    void singleFailureDoesNotLoseAccount() {
        start(WhenLost.SHARE);
        assertThat(hammer("a-1", 10, 1)).containsOnly(1);
        store.refuse(key -> true);
        ticker.advance(Duration.ofMillis(300));
        store.refuse(key -> false);
        assertThat(gauge()).isEqualTo(1);
        ticker.advance(Duration.ofMinutes(5));
        int burst = hammer("a-1", 1, 50).getFirst();
        assertThat(burst).isGreaterThan(45);
    }

    @Test
    @DisplayName("plugins 6: a reload that changes only whenLost takes effect while the store is lost")
    void reloadOfWhenLostAloneTakesEffect() {
        start(WhenLost.CLOSED);
        store.lose(true);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(serves(0, "a-1")).isFalse();
        reload(0, WhenLost.FULL);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(serves(0, "a-1")).isTrue();
    }

    @Test
    @DisplayName("plugins 9: leases are drawn while the disk hangs")
    void leasesAreDrawnWhileTheDiskHangs() {
        start(WhenLost.SHARE);
        ticker.hangDisk(true);
        assertThat(hammer("a-1", 3, 10)).containsOnly(10);
        assertThat(store.left(FIRST + "::requests", CAPACITY)).isBetween(CAPACITY - 30 - 10, CAPACITY - 30 + 4);
    }
}
