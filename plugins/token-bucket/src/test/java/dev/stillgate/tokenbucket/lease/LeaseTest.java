package dev.stillgate.tokenbucket.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeFleet;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.tokenbucket.BucketPage;
import dev.stillgate.tokenbucket.TokenBucketFactory;
import dev.stillgate.tokenbucket.TokenBucketFilter;
import dev.stillgate.tokenbucket.policy.FleetPolicy;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Scope;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that three gateways grant to one account with one store, including a slow, lost and recovered store. */
final class LeaseTest {
    private static final long CAPACITY = 120;
    private static final String KEY = "limits:account:a-1:::requests";

    private final FakeTicker ticker = new FakeTicker();
    private final FakeFleet store = new FakeFleet(ticker);
    private final List<Gateway> gateways = new ArrayList<>();

    /** One gateway's filter. */
    private final class Gateway {
        private final TokenBucketFilter filter;
        private final FakeContext context;

        private Gateway(TokenBucketPolicy policy) {
            Fleet member = store.join();
            context = new FakeContext("limits", ticker).in(member);
            filter = (TokenBucketFilter) new TokenBucketFactory(Runnable::run).create(policy, context);
        }

        private boolean serves() {
            FakeExchange exchange = new FakeExchange(ticker);
            if (filter.onRequest(exchange) != Verdict.ALLOW
                    || filter.onBody(exchange, FakeBody.prompt("m", 10, 100)) != Verdict.ALLOW) {
                return false;
            }
            filter.onComplete(exchange, served(50));
            return true;
        }
    }

    private static Outcome served(long output) {
        return new Outcome.Served(200, new Usage(Usage.Source.EXACT, 10, output, -1, -1, -1), 1, 1);
    }

    private static TokenBucketPolicy policy(FleetPolicy.WhenLost lost, Limit... limits) {
        return new TokenBucketPolicy(
                List.of(limits), null, null, null, null, null, null, null, new FleetPolicy(lost, null), null, null);
    }

    private static Limit requests(long capacity, String refill) {
        return new Limit("requests", Measure.REQUESTS, null, null, capacity, refill, null, null, null, null, null);
    }

    private static Limit output(long capacity, String refill) {
        return new Limit(
                "output", Measure.OUTPUT_TOKENS, null, null, capacity, refill, null, null, null, Map.of(), null);
    }

    private void start(int count, TokenBucketPolicy policy) {
        for (int i = 0; i < count; i++) {
            gateways.add(new Gateway(policy));
        }
        ticker.advance(Duration.ofSeconds(2)); // leases are binding from here on
    }

    /** Sends requests to the gateways in turn at a total rate; returns the number served. */
    private int hammer(int seconds, int perSecond) {
        int served = 0;
        for (int i = 0; i < seconds * perSecond; i++) {
            served += gateways.get(i % gateways.size()).serves() ? 1 : 0;
            ticker.advance(Duration.ofSeconds(1).dividedBy(perSecond));
        }
        return served;
    }

    @Test
    void accountGetsItsLimitOnceFromAllGateways() {
        start(3, policy(FleetPolicy.WhenLost.SHARE, requests(CAPACITY, "60/1m")));
        int served = hammer(60, 50);
        assertThat(served).isBetween((int) CAPACITY + 50, (int) CAPACITY + 60 + 2);
    }

    @Test
    void sessionLastsWhileTheFleetHasTokens() {
        start(2, policy(FleetPolicy.WhenLost.SHARE, output(10_000, "10000/1h")));
        TokenBucketFilter filter = gateways.getFirst().filter;
        FakeExchange session =
                new FakeExchange(ticker).asks(Provider.OPENAI, Operation.REALTIME, "GET", "/v1/realtime");
        assertThat(filter.onRequest(session)).isSameAs(Verdict.ALLOW);
        for (int i = 0; i < 3; i++) { // no time for a draw between two reports
            assertThat(filter.onUsage(session, served(3000).usage())).isSameAs(Verdict.ALLOW);
        }
        assertThat(filter.onUsage(session, served(3000).usage())).isInstanceOf(Verdict.Reject.class);
        filter.onComplete(session, served(12_000));
        ticker.advance(Duration.ofSeconds(2));
        assertThat(store.left("limits:account:a-1:::output", 10_000)).isBetween(-2100L, -1900L);
    }

    @Test
    void overdraftIsBoundedAndLeavesADebt() {
        start(3, policy(FleetPolicy.WhenLost.SHARE, requests(CAPACITY, "60/1m")));
        store.holdBack();
        int served = hammer(2, 500);
        assertThat(served).isBetween((int) CAPACITY, (int) (2 * CAPACITY));
        store.answer();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(store.left(KEY, CAPACITY)).isLessThanOrEqualTo(CAPACITY - served + 4);
        int later = hammer(120, 20);
        assertThat(served + later).isLessThanOrEqualTo((int) CAPACITY + 125);
    }

    @Test
    void largeRequestIsServedBeforeItsLeaseIsDrawn() {
        start(3, policy(FleetPolicy.WhenLost.SHARE, output(8000, "8000/1m")));
        store.holdBack();
        for (Gateway gateway : gateways) {
            FakeExchange exchange = new FakeExchange(ticker);
            assertThat(gateway.filter.onRequest(exchange)).isEqualTo(Verdict.ALLOW);
            assertThat(gateway.filter.onBody(exchange, FakeBody.prompt("m", 10, 4000)))
                    .isEqualTo(Verdict.ALLOW);
        }
    }

    @Test
    void leasesOfAnIdleAccountAreGivenBack() {
        start(3, policy(FleetPolicy.WhenLost.SHARE, requests(CAPACITY, "1/1d"), output(100_000, "10/1d")));
        int served = hammer(3, 20);
        assertThat(served).isEqualTo(60);
        ticker.advance(Duration.ofSeconds(30));
        assertThat(store.left(KEY, CAPACITY)).isEqualTo(CAPACITY - served);
        assertThat(store.left("limits:account:a-1:::output", 100_000)).isEqualTo(100_000 - 50L * served);
        for (Gateway gateway : gateways) {
            assertThat(((BucketPage) gateway.context.shows("accounts", "a-1")).limits())
                    .allSatisfy(limit -> assertThat(limit.leased()).isZero());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void lostStoreServesTheShareAndIsSettledAfterwards(int count) {
        start(count, policy(FleetPolicy.WhenLost.SHARE, requests(CAPACITY, "60/1m")));
        store.lose(true);
        ticker.advance(Duration.ofSeconds(1));
        int lost = hammer(30, 50);
        assertThat(lost).isBetween((int) CAPACITY + 20, (int) CAPACITY + 35);
        store.lose(false);
        ticker.advance(Duration.ofSeconds(2));
        assertThat(store.left(KEY, CAPACITY)).isLessThanOrEqualTo(CAPACITY - lost + 40);
        int after = hammer(30, 50);
        assertThat(lost + after).isLessThanOrEqualTo((int) CAPACITY + 65 + 5);
    }

    @Test
    void fullPolicyAppliesFullLimitsWithoutTheStore() {
        start(2, policy(FleetPolicy.WhenLost.FULL, requests(CAPACITY, "1/1d")));
        store.lose(true);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(hammer(10, 50)).isEqualTo((int) (2 * CAPACITY));
    }

    @Test
    void closedPolicyRefusesUncoveredRequests() {
        start(2, policy(FleetPolicy.WhenLost.CLOSED, requests(CAPACITY, "1/1d")));
        store.lose(true);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(hammer(2, 50)).isZero();
        store.lose(false);
        ticker.advance(Duration.ofSeconds(2));
        assertThat(hammer(1, 5)).isEqualTo(5);
    }

    @Test
    void recoveredGatewayServesBeforeItHasDrawn() {
        start(3, policy(FleetPolicy.WhenLost.SHARE, requests(CAPACITY, "600/1m")));
        store.lose(true);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(hammer(20, 5)).isEqualTo(100);
        store.lose(false);
        assertThat(hammer(20, 5)).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void accountBelowItsShareIsUnaffectedByAnOutage(int count) {
        start(count, policy(FleetPolicy.WhenLost.SHARE, requests(CAPACITY, "20/1s")));
        assertThat(hammer(10, 15)).isEqualTo(150);
        store.lose(true);
        assertThat(hammer(60, 15)).isEqualTo(900);
        store.lose(false);
        assertThat(hammer(30, 15)).isEqualTo(450);
        assertThat(store.left(KEY, CAPACITY)).isGreaterThan(CAPACITY / 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void repeatedOutagesGrantAtMostTheLimit(int count) {
        start(count, policy(FleetPolicy.WhenLost.SHARE, requests(CAPACITY, "60/1m")));
        int served = 0;
        for (int i = 0; i < 10; i++) {
            store.lose(true);
            served += hammer(5, 50);
            store.lose(false);
            served += hammer(5, 50);
        }
        assertThat(served).isBetween((int) CAPACITY + 60, (int) CAPACITY + 100 + 30);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void burstDuringAnOutageIsADebtAfterIt(int count) {
        start(count, policy(FleetPolicy.WhenLost.SHARE, requests(CAPACITY, "60/1m")));
        store.lose(true);
        ticker.advance(Duration.ofMinutes(10));
        assertThat(hammer(1, 60)).isEqualTo(60);
        store.lose(false);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(store.left(KEY, CAPACITY)).isLessThanOrEqualTo(CAPACITY - 60 + 2);
    }

    @Test
    void organisationLimitIsShared() {
        Limit limit = new Limit(
                "requests",
                Measure.REQUESTS,
                Set.of(Scope.ORGANISATION),
                null,
                CAPACITY,
                "1/1d",
                null,
                null,
                null,
                null,
                null);
        start(2, policy(FleetPolicy.WhenLost.SHARE, limit));
        Account one = new Account("a-1", Account.Trust.LISTED, "org", null, true, null);
        FakeExchange exchange = new FakeExchange(ticker).by(one);
        gateways.get(0).filter.onRequest(exchange);
        gateways.get(0).filter.onBody(exchange, FakeBody.prompt("m", 1, 1));
        gateways.get(0).filter.onComplete(exchange, served(1));
        ticker.advance(Duration.ofSeconds(10));
        assertThat(store.left("limits:organisation:org:::requests", CAPACITY)).isEqualTo(CAPACITY - 1);
    }
}
