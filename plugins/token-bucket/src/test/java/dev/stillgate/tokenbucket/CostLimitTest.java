package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Metered.exact;
import static dev.stillgate.tokenbucket.Metered.served;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.priced;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Outcome.Phase;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Prices;
import dev.stillgate.tokenbucket.policy.Prices.ModelPrice;
import dev.stillgate.tokenbucket.policy.RefillStyle;
import dev.stillgate.tokenbucket.policy.Reserve;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Limits of cost: reserved by the estimate, settled by the usage. The level is in millionths of a dollar. */
final class CostLimitTest {
    private static final Prices PRICES = new Prices(
            "USD",
            Map.of("opus-*", price("5", "25", "0.5", "6.25"), "haiku", price("1", "5", null, null)),
            price("15", "75", null, null));
    private static final long DOLLAR = 1_000_000;

    private final Metered metered = new Metered(priced(PRICES, cost("10", "10/1d")));

    private static ModelPrice price(String input, String output, @Nullable String read, @Nullable String write) {
        return new ModelPrice(
                new BigDecimal(input),
                new BigDecimal(output),
                read == null ? null : new BigDecimal(read),
                write == null ? null : new BigDecimal(write));
    }

    private static Limit cost(String capacity, String refill) {
        return cost(capacity, refill, null, null);
    }

    private static Limit cost(String capacity, String refill, @Nullable RefillStyle style, @Nullable Reserve reserve) {
        return new Limit(
                "spend",
                Measure.COST,
                null,
                null,
                new BigDecimal(capacity),
                refill,
                style,
                reserve,
                null,
                null,
                null,
                null);
    }

    @Test
    void uploadHasTheHighestPrices() {
        FakeExchange upload = metered.messages().asks(Provider.OPENAI, Operation.IMAGE_EDIT, "POST", "/v1/x");
        assertThat(metered.harness.request(upload)).isSameAs(Verdict.ALLOW);
        metered.end(upload, served(exact(400, 6240)));
        assertThat(metered.left("spend")).isEqualTo(10 * DOLLAR - (400 * 15 + 6240 * 75));
        assertThat(metered.count("cost.millionths", "currency", "USD")).isEqualTo(400 * 15 + 6240 * 75);
    }

    private FakeExchange begin(@Nullable String model, long input, long output) {
        return metered.begin(
                metered.messages(), FakeBody.prompt("m", input, output).model(model));
    }

    @Test
    void estimateIsReservedAndUsageIsCharged() {
        FakeExchange exchange = begin("opus-4", 100_000, 20_000);
        assertThat(metered.left("spend")).isEqualTo(10 * DOLLAR - 500_000 - 500_000);
        metered.end(exchange, served(new Usage(Usage.Source.EXACT, 1000, 2000, 90_000, 4000, -1)));
        assertThat(metered.left("spend")).isEqualTo(10 * DOLLAR - 5000 - 50_000 - 45_000 - 25_000);
    }

    @Test
    void unlistedModelCostsWhatTheTableSays() {
        metered.end(begin("an-invented-name", 1000, 1000), served(exact(1000, 1000)));
        assertThat(metered.left("spend")).isEqualTo(10 * DOLLAR - 15_000 - 75_000);
    }

    @Test
    void promptWithoutAModelHasTheHighestPrice() {
        metered.end(begin(null, 1000, 1000), served(exact(1000, 1000)));
        assertThat(metered.left("spend")).isEqualTo(10 * DOLLAR - 15_000 - 75_000);
    }

    @Test
    void outputBeyondTheCeilingIsNotReserved() {
        FakeExchange exchange = begin("opus-4", 1000, 1_000_000); // 25 dollars of output
        assertThat(metered.left("spend")).as("half of the capacity").isEqualTo(5 * DOLLAR - 5000);
        metered.end(exchange, served(exact(1000, 500_000)));
        assertThat(metered.left("spend")).as("a debt").isEqualTo(10 * DOLLAR - 5000 - 12_500_000);
        assertThat(metered.refused(10, 10).code()).isEqualTo("spend");
    }

    @Test
    void strictLimitReservesAllOutput() {
        Metered strict = new Metered(priced(PRICES, cost("10", "10/1d", null, Reserve.STRICT)));
        Verdict.Reject refusal = strict.refused(strict.messages(), FakeBody.prompt("opus-4", 1000, 1_000_000));
        assertThat(refusal.message()).startsWith("Request too large: limit 10 USD, requested 25.005.");
        assertThat(refusal.retryAfter()).isNull();
    }

    @Test
    void refusalNamesTheAmountsInTheCurrency() {
        metered.end(begin("opus-4", 10, 400_000), served(exact(1_900_000, 0)));
        assertThat(metered.left("spend")).isEqualTo(500_000);
        Verdict.Reject refusal = metered.refused(metered.messages(), FakeBody.prompt("opus-4", 200_000, 0));
        assertThat(refusal.kind()).isEqualTo(Verdict.Kind.RATE_LIMITED);
        assertThat(refusal.message())
                .isEqualTo("This request would exceed the account's rate limit (10 USD, refilled at 10/1d)."
                        + " Please try again in 1h12m0s.");
        assertThat(refusal.details()).isEqualTo("account's limit: 10 USD, refilled at 10/1d, used 9.5, requested 1");
        assertThat(refusal.headers()).as("no field of a provider means money").isEmpty();
        assertThat(metered.refused(metered.completions(), FakeBody.prompt("opus-4", 200_000, 0))
                        .message())
                .startsWith("Rate limit reached on cost (10 USD, refilled at 10/1d): limit 10, used 9.5, requested 1.");
    }

    @Test
    void dailyQuotaRefillsAsItsStyleSays() {
        Metered interval = new Metered(priced(PRICES, cost("10", "10/1d", RefillStyle.INTERVAL, null)));
        interval.end(
                interval.begin(interval.messages(), FakeBody.prompt("haiku", 10, 10)), served(exact(8_000_000, 0)));
        metered.end(begin("haiku", 10, 10), served(exact(8_000_000, 0)));
        for (Metered each : List.of(interval, metered)) {
            assertThat(each.left("spend")).isEqualTo(2 * DOLLAR);
            each.advance(Duration.ofHours(12));
        }
        assertThat(metered.left("spend")).isEqualTo(7 * DOLLAR);
        assertThat(interval.left("spend")).isEqualTo(2 * DOLLAR);
        interval.advance(Duration.ofHours(12));
        assertThat(interval.left("spend")).isEqualTo(10 * DOLLAR);
    }

    @Test
    void outcomeDeterminesTheCost() {
        metered.end(begin("haiku", 1000, 1000), new Outcome.Rejected(403, Usage.NONE, 0, -1, "geo", "x"));
        metered.end(begin("haiku", 1000, 1000), new Outcome.UpstreamFailed(502, Usage.NONE, 0, -1, "x"));
        metered.end(begin("haiku", 1000, 1000), served(new Usage(Usage.Source.NONE, -1, -1, -1, -1, -1)));
        assertThat(metered.left("spend")).as("uncountable: the reservation").isEqualTo(10 * DOLLAR - 6000);
        metered.end(
                begin("haiku", 1000, 1000), new Outcome.DownstreamGone(0, Usage.NONE, 0, -1, Phase.AWAITING_ANSWER));
        assertThat(metered.left("spend")).as("the estimated input").isEqualTo(10 * DOLLAR - 7000);
        metered.end(begin("haiku", 1000, 1000), new Outcome.Truncated(200, Metered.estimated(-1, 30), 9, 1, "x"));
        assertThat(metered.left("spend")).isEqualTo(10 * DOLLAR - 8000 - 150);
    }

    @Test
    void exchangesWithoutAPromptCostNothing() {
        FakeExchange list = metered.messages().asks(Provider.ANTHROPIC, Operation.OPAQUE, "GET", "/v1/models");
        assertThat(metered.harness.request(list)).isSameAs(Verdict.ALLOW);
        metered.end(list, served(Usage.NONE));
        FakeExchange count = metered.messages()
                .asks(Provider.ANTHROPIC, Operation.COUNT_TOKENS, "POST", "/v1/messages/count_tokens");
        metered.begin(count, FakeBody.prompt("opus-4", 100_000, 0));
        metered.end(count, served(exact(100_000, 0)));
        assertThat(metered.levels("accounts", "a-1").getOrDefault("null", Map.of("spend", 10 * DOLLAR)))
                .containsEntry("spend", 10 * DOLLAR);
    }

    @Test
    void batchIsChargedItsInputAndItsResultsTheHighestPrice() {
        FakeExchange sent =
                metered.messages().asks(Provider.ANTHROPIC, Operation.MESSAGE_BATCH, "POST", "/v1/messages/batches");
        metered.begin(sent, FakeBody.batch(3, FakeBody.prompt("haiku", 1000, 4000)));
        metered.end(sent, served(Usage.NONE));
        assertThat(metered.left("spend")).isEqualTo(10 * DOLLAR - 3000);
        for (int i = 0; i < 2; i++) { // the second fetch is free
            fetch(Provider.ANTHROPIC, Operation.MESSAGE_BATCH_RESULTS, "/v1/messages/batches/b/results", 900, 1000);
            assertThat(metered.left("spend")).isEqualTo(10 * DOLLAR - 3000 - 75_000);
        }
        fetch(Provider.ANTHROPIC, Operation.MESSAGE_BATCH_RESULTS, "/v1/messages/batches/b/results", 900, 1100);
        assertThat(metered.left("spend")).as("the growth").isEqualTo(10 * DOLLAR - 3000 - 82_500);
        fetch(Provider.OPENAI, Operation.FILE_CONTENT, "/v1/files/f/content", 1000, 100);
        assertThat(metered.left("spend")).isEqualTo(10 * DOLLAR - 3000 - 82_500 - 15_000 - 7500);
    }

    private void fetch(Provider provider, Operation operation, String path, long input, long output) {
        FakeExchange results = metered.messages().asks(provider, operation, "GET", path);
        assertThat(metered.harness.request(results)).isSameAs(Verdict.ALLOW);
        metered.end(results, served(exact(input, output)));
    }

    @Test
    void backgroundResponseIsCorrectedByThePriceOfItsModel() {
        FakeExchange sent = metered.responses().answered("resp_1");
        metered.begin(
                sent,
                FakeBody.prompt("haiku", 1000, 2000).provider(Provider.OPENAI).later());
        metered.end(sent, served(Usage.NONE));
        assertThat(metered.left("spend")).as("the reservation").isEqualTo(10 * DOLLAR - 1000 - 10_000);
        fetch(Provider.OPENAI, Operation.STORED_RESPONSE, "/v1/responses/resp_1", 900, 300);
        assertThat(metered.left("spend")).isEqualTo(10 * DOLLAR - 900 - 1500);
    }

    @Test
    void reloadKeepsTheLevelAndTakesNewPrices() {
        metered.end(begin("haiku", 1000, 1000), served(exact(1000, 1000)));
        FakeExchange flying = begin("haiku", 1000, 1000);
        var dearer = new Prices("USD", null, price("100", "100", null, null));
        metered.reload(priced(dearer, cost("10", "10/1d")));
        metered.end(flying, served(exact(1000, 1000)));
        assertThat(metered.left("spend")).as("the price at its start").isEqualTo(10 * DOLLAR - 12_000);
        metered.end(begin("haiku", 1000, 1000), served(exact(1000, 1000)));
        assertThat(metered.left("spend")).isEqualTo(10 * DOLLAR - 12_000 - 200_000);
    }

    @Test
    void limitOfCostAddedByAReloadDoesNotChargeOlderExchanges() {
        Metered plain = new Metered(limit("requests", 5, "1/1d"));
        FakeExchange flying = plain.begin(10, 10);
        plain.reload(priced(PRICES, limit("requests", 5, "1/1d"), cost("10", "10/1d")));
        plain.end(plain.begin(1000, 0), served(exact(1000, 0)));
        plain.end(flying, served(exact(1_000_000, 1_000_000)));
        assertThat(plain.left("spend")).isEqualTo(10 * DOLLAR - 15_000);
    }

    @Test
    void poolHasABudgetOfCost() {
        var policy = new TokenBucketPolicy(
                List.of(limit("requests", 100, "100/1d")),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of(Measure.COST, "0.05/1d"),
                null,
                PRICES);
        Metered pooled = new Metered(policy);
        pooled.harness.context().stands("a-1", Standing.POOLED, "c-1");
        pooled.end(pooled.begin(pooled.messages(), FakeBody.prompt("haiku", 1000, 10)), served(exact(45_000, 0)));
        assertThat(pooled.levels("pools", "c-1").get("null")).containsEntry("pool-cost", 5000L);
        Verdict.Reject refusal = pooled.refused(pooled.messages(), FakeBody.prompt("haiku", 6000, 10));
        assertThat(refusal.kind()).isEqualTo(Verdict.Kind.UNVERIFIED);
        assertThat(refusal.code()).isEqualTo("pool-cost");
    }

    @Test
    void accountPageNamesTheUnit() {
        begin("haiku", 1000, 1000);
        BucketPage page = (BucketPage) metered.harness.context().shows("accounts", "a-1");
        assertThat(page.limits()).singleElement().satisfies(each -> {
            assertThat(each.measure()).isEqualTo("cost");
            assertThat(each.unit()).isEqualTo("millionths of USD");
            assertThat(each.capacity()).isEqualTo(10 * DOLLAR);
            assertThat(each.left()).isEqualTo(10 * DOLLAR - 6000);
        });
    }
}
