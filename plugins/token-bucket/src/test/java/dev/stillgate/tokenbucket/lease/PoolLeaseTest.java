package dev.stillgate.tokenbucket.lease;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeFleet;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.tokenbucket.TokenBucketFactory;
import dev.stillgate.tokenbucket.TokenBucketFilter;
import dev.stillgate.tokenbucket.policy.FleetPolicy;
import dev.stillgate.tokenbucket.policy.FleetPolicy.WhenLost;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that three gateways with one store grant to forty accounts of one pool. */
final class PoolLeaseTest {
    private static final int GATEWAYS = 3;
    private static final int ACCOUNTS = 40;
    private static final int BUDGET = 120;
    private static final String KEY = "limits:pool:c-1:::pool-requests";

    private final FakeTicker ticker = new FakeTicker();
    private final FakeFleet store = new FakeFleet(ticker);
    private final List<FakeContext> contexts = new ArrayList<>();
    private final List<TokenBucketFilter> filters = new ArrayList<>();
    private int asked;

    private void start(WhenLost lost) {
        var policy = new TokenBucketPolicy(
                List.of(limit("requests", 100_000, "100000/1d")),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                new FleetPolicy(lost, null),
                Map.of(Measure.REQUESTS, BUDGET + "/1d"),
                null);
        for (int i = 0; i < GATEWAYS; i++) {
            Fleet member = store.join();
            FakeContext context = new FakeContext("limits", ticker).in(member);
            contexts.add(context);
            filters.add((TokenBucketFilter) new TokenBucketFactory(Runnable::run).create(policy, context));
        }
        pool("c-1");
        ticker.advance(Duration.ofSeconds(2)); // leases are binding from here on
    }

    private void pool(String group) {
        for (FakeContext context : contexts) {
            for (int i = 0; i < ACCOUNTS; i++) {
                context.stands("a-" + i, Standing.POOLED, group);
            }
        }
    }

    private boolean serves(int gateway, int account) {
        TokenBucketFilter filter = filters.get(gateway);
        FakeExchange exchange = new FakeExchange(ticker).by(account("a-" + account));
        if (filter.onRequest(exchange) != Verdict.ALLOW
                || filter.onBody(exchange, FakeBody.prompt("m", 10, 100)) != Verdict.ALLOW) {
            return false;
        }
        filter.onComplete(exchange, new Outcome.Served(200, new Usage(Usage.Source.EXACT, 10, 50, -1, -1, -1), 1, 1));
        return true;
    }

    /** Sends requests of all accounts to the gateways in turn; returns the number served. */
    private int hammer(int seconds, int perSecond) {
        int served = 0;
        for (int i = 0; i < seconds * perSecond; i++) {
            asked++;
            served += serves(asked % GATEWAYS, asked % ACCOUNTS) ? 1 : 0;
            ticker.advance(Duration.ofSeconds(1).dividedBy(perSecond));
        }
        return served;
    }

    @Test
    void gatewaysGrantOneBudgetTogether() {
        start(WhenLost.SHARE);
        assertThat(hammer(120, 20)).isBetween(BUDGET, BUDGET + GATEWAYS);
        assertThat(store.left(KEY, BUDGET)).isLessThanOrEqualTo(GATEWAYS);
    }

    @Test
    void mergedPoolDrawsFromTheFormerPoolOfTheFleet() {
        start(WhenLost.SHARE);
        int before = hammer(120, 20);
        pool("c-2");
        assertThat(before + hammer(120, 20)).isBetween(BUDGET, BUDGET + GATEWAYS);
    }

    /** A share is a third of the budget, rounded down; with full, each gateway grants the rest of the budget. */
    @ParameterizedTest
    @CsvSource({"SHARE, 117, 123", "FULL, 300, 303", "CLOSED, 30, 60"})
    void lostStoreGrantsByWhenLost(WhenLost lost, int least, int most) {
        start(lost);
        int before = hammer(3, 10);
        assertThat(before).isEqualTo(30);
        store.lose(true);
        ticker.advance(Duration.ofSeconds(1));
        int during = hammer(60, 20);
        assertThat(before + during).isBetween(least, most);
        store.lose(false);
        ticker.advance(Duration.ofSeconds(2));
        assertThat(store.left(KEY, BUDGET)).isLessThanOrEqualTo(BUDGET - before - during + 5);
        assertThat(before + during + hammer(120, 20)).isLessThanOrEqualTo(Math.max(most, BUDGET + GATEWAYS));
    }
}
