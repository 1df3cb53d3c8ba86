package dev.stillgate.tokenbucket.policy;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The price table of a policy.
 *
 * @param currency the name of the currency in messages, 1 to 12 letters
 * @param models prices by the name of a model, or by a prefix of names that ends with {@code *}; at most 1,000
 * @param unlisted the price of all other models, so that no model is free because the table lacks it
 */
public record Prices(String currency, @Nullable Map<String, ModelPrice> models, ModelPrice unlisted) {
    private static final int MOST = 1000;
    private static final Pattern CURRENCY = Pattern.compile("[A-Za-z]{1,12}");

    public Prices {
        if (!CURRENCY.matcher(currency).matches()) {
            throw new IllegalArgumentException("currency: expected 1 to 12 letters, found '" + currency + "'");
        }
        models = models == null ? Map.of() : Map.copyOf(models);
        if (models.size() > MOST) {
            throw new IllegalArgumentException("models: expected at most " + MOST + ", found " + models.size());
        }
        for (String pattern : models.keySet()) {
            int star = pattern.indexOf('*');
            if (pattern.isEmpty() || star == 0 || (star > 0 && star < pattern.length() - 1)) {
                throw new IllegalArgumentException(
                        "models: expected a name, or a prefix with * at its end, found '" + pattern + "'");
            }
        }
        if (unlisted.input().signum() == 0 || unlisted.output().signum() == 0) {
            throw new IllegalArgumentException(
                    "unlisted: expected prices above 0, since clients can invent names of models");
        }
    }

    Map<String, ModelPrice> byModel() {
        return Objects.requireNonNullElse(models, Map.of());
    }

    /**
     * The price of a model, in the currency for a million tokens, with at most six decimals and at most 10,000.
     *
     * @param cacheRead the price of tokens read from the provider's cache; that of input if null
     * @param cacheWrite the price of tokens written to the provider's cache; that of input if null
     */
    public record ModelPrice(
            BigDecimal input,
            BigDecimal output,
            @Nullable BigDecimal cacheRead,
            @Nullable BigDecimal cacheWrite) {
        public ModelPrice {
            cacheRead = cacheRead == null ? input : cacheRead;
            cacheWrite = cacheWrite == null ? input : cacheWrite;
            millionths("input", input);
            millionths("output", output);
            millionths("cacheRead", cacheRead);
            millionths("cacheWrite", cacheWrite);
        }

        Price price() {
            return new Price(
                    millionths("input", input),
                    millionths("output", output),
                    millionths("cacheRead", Objects.requireNonNullElse(cacheRead, input)),
                    millionths("cacheWrite", Objects.requireNonNullElse(cacheWrite, input)));
        }

        private static long millionths(String key, BigDecimal price) {
            BigDecimal exact = price.movePointRight(Money.DECIMALS);
            if (price.signum() < 0
                    || exact.compareTo(BigDecimal.valueOf(Price.HIGHEST)) > 0
                    || exact.stripTrailingZeros().scale() > 0) {
                throw new IllegalArgumentException(
                        key + ": expected a price from 0 to 10000 with at most 6 decimals, found " + price);
            }
            return exact.longValueExact();
        }
    }

    /** Amounts of money as whole millionths of a currency, so that no amount is rounded twice. */
    static final class Money {
        /** The decimals of an amount. */
        static final int DECIMALS = 6;

        private Money() {}

        /** Returns an amount in units of the currency, without trailing zeros. */
        public static String text(long millionths) {
            return BigDecimal.valueOf(millionths, DECIMALS).stripTrailingZeros().toPlainString();
        }
    }
}
