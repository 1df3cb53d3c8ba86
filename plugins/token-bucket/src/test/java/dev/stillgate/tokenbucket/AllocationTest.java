package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.headers;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.member;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Prices;
import dev.stillgate.tokenbucket.policy.Scope;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy.HeaderStyle;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Memory allocated by an allowed exchange from its head to its settlement: none, also with several limits of different
 * owners. Only the cache allocates, once in thousands of requests, when the expiry of a bucket set is extended.
 */
@Tag("slow")
final class AllocationTest {
    private static final int EXCHANGES = 200_000;
    private static final int ACCOUNTS = 1000;
    private static final Outcome SERVED =
            new Outcome.Served(200, new Usage(Usage.Source.EXACT, 12, 34, 0, 0, -1), 100, 1);
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void allowedExchangeAllocatesNothing() {
        assertThat(leastBytes(
                        headers(
                                HeaderStyle.OFF,
                                limit("minute", 10_000_000, "50/1m"),
                                limit("in", Measure.INPUT_TOKENS, 1_000_000_000, "5000/1m"),
                                limit("out", Measure.OUTPUT_TOKENS, 1_000_000_000, "500000/1d"),
                                concurrency("parallel", 8)),
                        i -> account("h1:" + i, Trust.ACCEPTED)))
                .isLessThan(slot() + 0.01);
    }

    @Test
    void organisationAndModelLimitsAllocateNothing() {
        assertThat(leastBytes(
                        headers(
                                HeaderStyle.OFF,
                                limit("minute", 10_000_000, "50/1m"),
                                scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), limit("model", 10_000_000, "50/1m")),
                                scoped(
                                        Set.of(Scope.ORGANISATION),
                                        limit("org", Measure.TOTAL_TOKENS, 100_000_000_000L, "1000000/1m")),
                                scoped(Set.of(Scope.ROUTE), limit("all", 10_000_000_000L, "1000000/1h"))),
                        i -> member("a-" + i, "org-" + i % 10)))
                .isLessThan(slot() + 0.01);
    }

    @Test
    void pooledAccountsAllocateNothing() {
        assertThat(leastBytes(
                        new TokenBucketPolicy(
                                List.of(limit("minute", 10_000_000, "50/1m")),
                                null,
                                null,
                                HeaderStyle.OFF,
                                null,
                                null,
                                null,
                                null,
                                null,
                                Map.of(Measure.REQUESTS, "1000000000/1d"),
                                null),
                        i -> account("pooled-" + i)))
                .isLessThan(slot() + 0.01);
    }

    @Test
    void limitsOfCostAndReportsOfUseAllocateNothing() {
        var price = new Prices.ModelPrice(new BigDecimal("3"), new BigDecimal("15"), null, null);
        var spend = new Limit(
                "spend",
                Measure.COST,
                null,
                null,
                new BigDecimal("1000000"),
                "1000000/30d",
                null,
                null,
                null,
                null,
                null,
                List.of(new BigDecimal("0.8")));
        assertThat(leastBytes(
                        new TokenBucketPolicy(
                                List.of(spend),
                                null,
                                null,
                                HeaderStyle.OFF,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                new Prices("USD", Map.of("claude-*", price), price)),
                        i -> account("a-" + i)))
                .isLessThan(slot() + 0.01);
    }

    /** Returns the bytes that a slot of the fake exchange allocates; it is a map there, unlike in the gateway. */
    private double slot() {
        FakeTicker ticker = new FakeTicker();
        Slot<String> slot = new FakeContext("limits", ticker).slot("one", String.class);
        FakeExchange exchange = new FakeExchange(ticker);
        return leastBytes(i -> {
            exchange.set(slot, "value");
            exchange.set(slot, null);
        });
    }

    private double leastBytes(TokenBucketPolicy policy, IntFunction<Account> accounts) {
        FakeContext context = new FakeContext("limits", new FakeTicker());
        for (int i = 0; i < ACCOUNTS; i++) {
            context.stands("pooled-" + i, Standing.POOLED, "c-" + i % 10);
        }
        TokenBucketFilter filter = (TokenBucketFilter) new TokenBucketFactory().create(policy, context);
        FakeBody.Prompt prompt = FakeBody.prompt("m", 20, 100);
        FakeExchange[] exchanges = new FakeExchange[ACCOUNTS];
        for (int i = 0; i < ACCOUNTS; i++) {
            exchanges[i] = new FakeExchange(Ticker.system()).by(accounts.apply(i));
        }
        return leastBytes(i -> {
            FakeExchange exchange = exchanges[i % ACCOUNTS];
            if (filter.onRequest(exchange) != Verdict.ALLOW || filter.onBody(exchange, prompt) != Verdict.ALLOW) {
                throw new AssertionError("refused");
            }
            filter.onComplete(exchange, SERVED);
        });
    }

    private double leastBytes(IntConsumer work) {
        double least = Double.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < EXCHANGES; i++) {
                work.accept(i);
            }
            least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / (double) EXCHANGES);
        }
        return least;
    }
}
