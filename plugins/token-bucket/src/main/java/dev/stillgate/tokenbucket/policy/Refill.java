package dev.stillgate.tokenbucket.policy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refill rate of a bucket; in YAML {@code 50/1m}, or {@code 25.50/1d} for money.
 *
 * @param tokens the tokens added in a period, from 1 to 10^12; millionths of the currency for money
 * @param period from 1 ms to 366 days
 * @param text the text in the policy file
 */
public record Refill(long tokens, Duration period, String text) {
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final Pattern FORMAT = Pattern.compile("([0-9]{1,13})/([0-9]{1,11})(ms|s|m|h|d)");
    private static final Pattern MONEY = Pattern.compile("([0-9]{1,7}(?:\\.[0-9]{1,6})?)/([0-9]{1,11})(ms|s|m|h|d)");

    /**
     * Parses a rate of tokens or requests as {@link #parse(String, Measure)}.
     *
     * @throws IllegalArgumentException if the text has another form or is out of bounds
     */
    public static Refill parse(String text) {
        return parse(text, Measure.REQUESTS);
    }

    /**
     * Parses {@code N/duration}, where a duration is a whole number with the unit {@code ms}, {@code s}, {@code m},
     * {@code h} or {@code d}.
     *
     * @throws IllegalArgumentException if the text has another form or is out of bounds
     */
    public static Refill parse(String text, Measure measure) {
        boolean money = measure == Measure.COST;
        Matcher matcher = (money ? MONEY : FORMAT).matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("refill: expected "
                    + (money ? "amount/duration such as 25.50/1d" : "tokens/duration such as 50/1m")
                    + " (units ms, s, m, h, d), found '" + text + "'");
        }
        long tokens = measure.units("refill", new BigDecimal(matcher.group(1)));
        Duration period = Duration.of(Long.parseLong(matcher.group(2)), unit(matcher.group(3)));
        if (period.isZero() || period.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "refill: expected a period from 1ms to 366d, found " + matcher.group(2) + matcher.group(3));
        }
        return new Refill(tokens, period, text);
    }

    private static ChronoUnit unit(String letters) {
        return switch (letters) {
            case "ms" -> ChronoUnit.MILLIS;
            case "s" -> ChronoUnit.SECONDS;
            case "m" -> ChronoUnit.MINUTES;
            case "h" -> ChronoUnit.HOURS;
            default -> ChronoUnit.DAYS;
        };
    }
}
