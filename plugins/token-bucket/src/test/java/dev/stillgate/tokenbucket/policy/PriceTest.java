package dev.stillgate.tokenbucket.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.tokenbucket.Policies;
import dev.stillgate.tokenbucket.policy.Prices.ModelPrice;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Prices of tokens, their table, and the keys of limits of cost. */
final class PriceTest {
    private static final ModelPrice OPUS = price("5", "25", "0.50", "6.25");
    private static final ModelPrice UNLISTED = price("15", "75", null, null);

    private static ModelPrice price(String input, String output, @Nullable String read, @Nullable String write) {
        return new ModelPrice(
                new BigDecimal(input),
                new BigDecimal(output),
                read == null ? null : new BigDecimal(read),
                write == null ? null : new BigDecimal(write));
    }

    private static Usage usage(long input, long output, long read, long written) {
        return new Usage(Usage.Source.EXACT, input, output, read, written, -1);
    }

    @ParameterizedTest
    @CsvSource({
        // provider, input, output, read, written: millionths
        "ANTHROPIC, 1000, 200, -1, -1, 10000", // 1000 x 5 + 200 x 25
        "ANTHROPIC, 1000, 200, 4000, 800, 17000", // and 4000 x 0.5 + 800 x 6.25
        "OPENAI, 1000, 200, 400, -1, 8200", // 600 x 5 + 400 x 0.5 + 200 x 25
        "OPENAI, 1000, 0, 5000, -1, 500", // never more cached tokens than tokens
        "ANTHROPIC, -1, 200, -1, -1, 5500", // the estimate of 100 tokens
        "ANTHROPIC, 0, -1, 1, -1, 1", // half a millionth is rounded up
        "ANTHROPIC, 0, 0, 0, 0, 0",
    })
    void usageIsPricedByKindOfToken(String name, long input, long output, long read, long written, long millionths) {
        Provider provider = name.equals("ANTHROPIC") ? Provider.ANTHROPIC : Provider.OPENAI;
        assertThat(OPUS.price().of(provider, usage(input, output, read, written), 100))
                .isEqualTo(millionths);
    }

    @Test
    void costIsExactAndRoundedUpOnce() {
        Random random = new Random(42);
        for (int i = 0; i < 10_000; i++) {
            Price price = new Price(
                    random.nextLong(Price.HIGHEST + 1),
                    random.nextLong(Price.HIGHEST + 1),
                    random.nextLong(Price.HIGHEST + 1),
                    random.nextLong(Price.HIGHEST + 1));
            long[] tokens = random.longs(4, 0, 1L << (1 + random.nextInt(39))).toArray();
            BigInteger sum = product(tokens[0], price.input())
                    .add(product(tokens[1], price.output()))
                    .add(product(tokens[2], price.cacheRead()))
                    .add(product(tokens[3], price.cacheWrite()));
            BigInteger[] parts = sum.divideAndRemainder(BigInteger.valueOf(1_000_000));
            BigInteger exact = parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE);
            assertThat(price.of(Provider.ANTHROPIC, usage(tokens[0], tokens[1], tokens[2], tokens[3]), 0))
                    .isEqualTo(exact.min(BigInteger.valueOf(Price.MAX_AMOUNT)).longValueExact());
        }
    }

    private static BigInteger product(long a, long b) {
        return BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
    }

    @Test
    void largestAmountsDoNotOverflow() {
        Price price = new Price(Price.HIGHEST, Price.HIGHEST, Price.HIGHEST, Price.HIGHEST);
        long most = Long.MAX_VALUE;
        assertThat(price.of(Provider.ANTHROPIC, usage(most, most, most, most), most))
                .isEqualTo(Price.MAX_AMOUNT);
        assertThat(price.of(Provider.OPENAI, usage(most, most, most, most), most))
                .isEqualTo(Price.MAX_AMOUNT);
        assertThat(price.ofPrompt(most, true)).isEqualTo(Price.MAX_AMOUNT);
    }

    @Test
    void markedPromptIsReservedAtTheHigherPriceOfWrites() {
        assertThat(OPUS.price().ofPrompt(1000, false)).isEqualTo(5000);
        assertThat(OPUS.price().ofPrompt(1000, true)).isEqualTo(6250);
    }

    @Test
    void cachedTokensCostAsInputWithoutPricesOfTheirOwn() {
        assertThat(UNLISTED.price()).isEqualTo(new Price(15_000_000, 75_000_000, 15_000_000, 15_000_000));
    }

    @Test
    void modelIsFoundByNameThenByTheLongestPrefix() {
        ModelPrice one = price("1", "1", null, null);
        ModelPrice two = price("2", "2", null, null);
        ModelPrice three = price("3", "300", null, null);
        var table = new PriceTable(
                new Prices("EUR", Map.of("claude-*", one, "claude-opus-*", two, "claude-opus-4", three), UNLISTED));
        assertThat(table.of("claude-opus-4")).isEqualTo(three.price());
        assertThat(table.of("claude-opus-4-1")).isEqualTo(two.price());
        assertThat(table.of("claude-haiku")).isEqualTo(one.price());
        assertThat(table.of("Claude-opus-4")).as("names are compared exactly").isEqualTo(UNLISTED.price());
        assertThat(table.of("")).isEqualTo(UNLISTED.price());
        assertThat(table.of(null))
                .as("an unknown model has the highest price of each kind")
                .isEqualTo(new Price(15_000_000, 300_000_000, 15_000_000, 15_000_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-0.01", "10000.000001", "0.0000001", "1e9999"})
    void priceOutOfBoundsIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> price("1", text, null, null))
                .withMessage("output: expected a price from 0 to 10000 with at most 6 decimals, found "
                        + new BigDecimal(text));
    }

    @Test
    void unlistedModelsAreNeverFree() {
        for (ModelPrice free : List.of(price("0", "1", null, null), price("1", "0", null, null))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Prices("USD", null, free))
                    .withMessageStartingWith("unlisted: expected prices above 0");
            assertThat(new Prices("USD", Map.of("own-model", free), UNLISTED).byModel())
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "a*b", "**"})
    void invalidPatternIsRefused(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Prices("USD", Map.of(pattern, OPUS), UNLISTED))
                .withMessageStartingWith("models: expected a name, or a prefix");
    }

    private static Limit cost(String capacity, String refill) {
        return new Limit(
                "spend",
                Measure.COST,
                null,
                null,
                new BigDecimal(capacity),
                refill,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    @Test
    void limitOfCostHasDecimals() {
        Limit limit = cost("25.5", "25.50/1d");
        assertThat(limit.capacityUnits()).isEqualTo(25_500_000);
        assertThat(limit.ceilingUnits()).isEqualTo(12_750_000);
        assertThat(limit.scaled(1.0, 1.0, "USD").description()).isEqualTo("25.5 USD, refilled at 25.50/1d");
        assertThat(cost("1000000", "1000000/30d").capacityUnits()).isEqualTo(Price.MAX_AMOUNT);
        assertThat(cost("0.000001", "0.000001/1s").capacityUnits()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 1/1d", "-1, 1/1d", "1000000.000001, 1/1d", "0.0000001, 1/1d", "1, 0/1d", "1, 1.0000001/1d", "1, x"})
    void invalidAmountsOfMoneyAreRefused(String capacity, String refill) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cost(capacity, refill))
                .withMessageMatching("(capacity|refill): expected .*");
    }

    @Test
    void otherMeasuresHaveNoDecimals() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Limit(
                        "r",
                        Measure.REQUESTS,
                        null,
                        null,
                        new BigDecimal("5.5"),
                        "5/1d",
                        null,
                        null,
                        null,
                        null,
                        null,
                        null))
                .withMessage("capacity: expected a whole number, found 5.5");
    }

    @Test
    void costNeedsPrices() {
        assertThatThrownBy(() -> Policies.policy(Policies.limit("a", 1, "1/1d"), cost("1", "1/1d")))
                .isInstanceOfSatisfying(
                        PolicyException.class, e -> assertThat(e.at()).isEqualTo("limits[1].measure"));
        assertThatThrownBy(() -> Policies.pooled(Map.of(Measure.COST, "5/1d"), Policies.limit("a", 1, "1/1d")))
                .isInstanceOfSatisfying(
                        PolicyException.class, e -> assertThat(e.at()).isEqualTo("pool.cost"));
    }

    @Test
    void policyWithoutCostHasNoTable() {
        var prices = new Prices("USD", null, UNLISTED);
        assertThat(Policies.priced(prices, Policies.limit("a", 1, "1/1d")).priceTable())
                .isNull();
        assertThat(Policies.priced(prices, cost("1", "1/1d")).priceTable()).isNotNull();
    }
}
