package dev.stillgate.tokenbucket.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeFleet;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.tokenbucket.BucketPage;
import dev.stillgate.tokenbucket.Policies;
import dev.stillgate.tokenbucket.TokenBucketFactory;
import dev.stillgate.tokenbucket.TokenBucketFilter;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Prices;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Budgets of money in saved state and in the store of a fleet. */
final class CostStoreTest {
    private static final long DOLLAR = 1_000_000;
    private static final TokenBucketPolicy POLICY = Policies.priced(
            new Prices("USD", null, new Prices.ModelPrice(new BigDecimal("3"), new BigDecimal("15"), null, null)),
            new Limit(
                    "spend",
                    Measure.COST,
                    null,
                    null,
                    new BigDecimal("2.50"),
                    "2.50/1d",
                    null,
                    null,
                    new BigDecimal("0.10"),
                    null,
                    null,
                    null));

    private final FakeTicker ticker = new FakeTicker();

    private static TokenBucketFilter filter(FakeContext context) {
        return (TokenBucketFilter) new TokenBucketFactory(Runnable::run).create(POLICY, context);
    }

    /** Sends a request that costs 0.018 dollars; returns whether it was served. */
    private boolean serves(TokenBucketFilter filter) {
        FakeExchange exchange = new FakeExchange(ticker).by(Policies.account("a-1"));
        if (filter.onRequest(exchange) != Verdict.ALLOW
                || filter.onBody(exchange, FakeBody.prompt("m", 1000, 4000)) != Verdict.ALLOW) {
            return false;
        }
        filter.onComplete(
                exchange, new Outcome.Served(200, new Usage(Usage.Source.EXACT, 1000, 1000, -1, -1, -1), 1, 1));
        return true;
    }

    private static long left(FakeContext context) {
        return ((BucketPage) context.shows("accounts", "a-1"))
                .limits()
                .getFirst()
                .left();
    }

    @Test
    void levelIsRestoredAfterARestart(@TempDir Path directory) {
        FakeContext before = new FakeContext("limits", ticker).keepsStateIn(directory);
        TokenBucketFilter filter = filter(before);
        for (int i = 0; i < 50; i++) {
            assertThat(serves(filter)).isTrue();
        }
        assertThat(left(before)).isEqualTo(1_600_000);
        before.state(BucketStore.class, () -> {
                    throw new AssertionError("there are no buckets");
                })
                .close();
        ticker.advance(Duration.ofHours(6));
        FakeContext after = new FakeContext("limits", ticker).keepsStateIn(directory);
        filter(after);
        assertThat(left(after)).as("six hours refill a quarter").isBetween(2_224_999L, 2_225_000L);
    }

    @Test
    void gatewaysOfAFleetShareOneBudget() {
        FakeFleet store = new FakeFleet(ticker);
        TokenBucketFilter[] gateways = new TokenBucketFilter[3];
        for (int i = 0; i < gateways.length; i++) {
            gateways[i] = filter(new FakeContext("limits", ticker).in(store.join()));
        }
        ticker.advance(Duration.ofSeconds(2)); // leases are binding from here on
        int served = 0;
        for (int i = 0; i < 600; i++) {
            served += serves(gateways[i % 3]) ? 1 : 0;
            ticker.advance(Duration.ofMillis(50));
        }
        assertThat(served * 18_000L)
                .as("the budget once and some overdraft, not once for each gateway")
                .isBetween(2 * DOLLAR, 3_200_000L);
        assertThat(store.left("limits:account:a-1:::spend", 2_500_000L)).isLessThan(500_000L);
    }
}
