package dev.stillgate.tokenbucket.policy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refill rate of a bucket; in YAML {@code 50/1m}.
 *
 * @param tokens the tokens added in a period, from 1 to 10^12
 * @param period from 1 ms to 366 days
 * @param text the text in the policy file
 */
public record Refill(long tokens, Duration period, String text) {
    private static final long MAX_TOKENS = 1_000_000_000_000L;
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final Pattern FORMAT = Pattern.compile("([0-9]{1,13})/([0-9]{1,11})(ms|s|m|h|d)");

    /**
     * Parses {@code N/duration}, where a duration is a whole number with the unit {@code ms}, {@code s}, {@code m},
     * {@code h} or {@code d}.
     *
     * @throws IllegalArgumentException if the text has another form or is out of bounds
     */
    public static Refill parse(String text) {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "refill: expected tokens/duration such as 50/1m (units ms, s, m, h, d), found '" + text + "'");
        }
        long tokens = Long.parseLong(matcher.group(1));
        if (tokens < 1 || tokens > MAX_TOKENS) {
            throw new IllegalArgumentException("refill: expected 1 to " + MAX_TOKENS + " tokens, found " + tokens);
        }
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
