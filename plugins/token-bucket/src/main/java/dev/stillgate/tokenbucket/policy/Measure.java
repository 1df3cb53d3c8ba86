package dev.stillgate.tokenbucket.policy;

import dev.stillgate.tokenbucket.policy.Prices.Money;
import java.math.BigDecimal;
import java.util.Locale;

/** The quantity that a limit counts. */
public enum Measure {
    /** Requests; a batch counts one for every prompt in it. */
    REQUESTS,
    /** Tokens of prompts, as the provider counts them against its own limits. */
    INPUT_TOKENS,
    /** Tokens of responses, including reasoning. */
    OUTPUT_TOKENS,
    /** Input and output tokens together. */
    TOTAL_TOKENS,
    /** The price of input and output tokens, in millionths of the currency of the price table. */
    COST,
    /** Exchanges in flight, from the complete request to the end of the response; not shared in a fleet. */
    CONCURRENCY;

    private static final BigDecimal LARGEST = BigDecimal.valueOf(Price.MAX_AMOUNT);

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** Returns the name in policies and header fields. */
    public String label() {
        return label;
    }

    /** Returns the name in messages to clients. */
    public String displayName() {
        return this == CONCURRENCY ? "requests at once" : label.replace('-', ' ');
    }

    public boolean isTokens() {
        return this == INPUT_TOKENS || this == OUTPUT_TOKENS || this == TOTAL_TOKENS;
    }

    /** Returns whether the quantity is that of a prompt and its response, so that exchanges without one cost nothing. */
    public boolean needsPrompt() {
        return isTokens() || this == COST;
    }

    /** Returns whether output counts. */
    boolean hasOutput() {
        return needsPrompt() && this != INPUT_TOKENS;
    }

    /**
     * Converts an amount in a policy to the units of buckets: the amount itself, or millionths of the currency.
     *
     * @throws IllegalArgumentException if the amount is out of bounds or not a whole number of units
     */
    long units(String key, BigDecimal amount) {
        BigDecimal units = this == COST ? amount.movePointRight(Money.DECIMALS) : amount;
        boolean inBounds = units.compareTo(BigDecimal.ONE) >= 0 && units.compareTo(LARGEST) <= 0;
        boolean whole = units.stripTrailingZeros().scale() <= 0;
        if (this == COST && !(inBounds && whole)) {
            throw new IllegalArgumentException(
                    key + ": expected 0.000001 to 1000000 with at most 6 decimals, found " + amount);
        }
        if (!whole) {
            throw new IllegalArgumentException(key + ": expected a whole number, found " + amount);
        }
        if (!inBounds) {
            throw new IllegalArgumentException(key + ": expected 1 to " + LARGEST + ", found " + amount);
        }
        return units.longValueExact();
    }

    /** Returns units of buckets as the text of an amount. */
    public String text(long units) {
        return this == COST ? Money.text(units) : Long.toString(units);
    }

    /** Converts units of buckets to an amount in a policy, the reverse of {@link #units}. */
    BigDecimal amount(long units) {
        return BigDecimal.valueOf(units, this == COST ? Money.DECIMALS : 0);
    }
}
