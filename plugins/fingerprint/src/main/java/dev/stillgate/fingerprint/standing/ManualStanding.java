package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Standing to which an operator pins an account.
 *
 * @param until milliseconds since the epoch
 * @param why reason given by the operator
 */
public record ManualStanding(
        Standing standing, long until, @Nullable String why) {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final Duration MAX_DURATION = Duration.ofDays(3660);
    private static final int MAX_WHY = 500;
    private static final String RUNGS = Arrays.stream(Standing.values())
            .map(standing -> standing.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));

    /**
     * Reads {@code standing}, {@code for} or {@code until}, and {@code why}.
     *
     * @param now milliseconds since the epoch
     * @param defaultDuration duration if neither {@code for} nor {@code until} is given
     * @throws PolicyException if an argument is unknown or invalid
     */
    public static ManualStanding of(Map<String, Object> arguments, long now, Duration defaultDuration) {
        for (String key : arguments.keySet()) {
            if (!key.equals("standing") && !key.equals("for") && !key.equals("until") && !key.equals("why")) {
                throw new PolicyException(key, "unknown key: expected standing, for, until or why");
            }
        }
        return new ManualStanding(
                standing(arguments.get("standing")), until(arguments, now, defaultDuration), why(arguments.get("why")));
    }

    /**
     * Checks that there are no arguments.
     *
     * @throws PolicyException if there is one
     */
    public static void requireNone(Map<String, Object> arguments) {
        for (String key : arguments.keySet()) {
            throw new PolicyException(key, "unknown key: expected none");
        }
    }

    private static Standing standing(@Nullable Object given) {
        for (Standing standing : Standing.values()) {
            if (standing.name().toLowerCase(Locale.ROOT).equals(given)) {
                return standing;
            }
        }
        throw new PolicyException("standing", "expected one of " + RUNGS + ", found " + shown(given));
    }

    private static long until(Map<String, Object> arguments, long now, Duration defaultDuration) {
        Object span = arguments.get("for");
        Object until = arguments.get("until");
        if (span != null && until != null) {
            throw new PolicyException("until", "expected for or until, not both");
        }
        if (until instanceof String text) {
            until = millis(text);
        }
        if (until != null) {
            boolean fits = until instanceof Number number
                    && number.doubleValue() == Math.rint(number.doubleValue())
                    && number.doubleValue() > now
                    && number.doubleValue() <= now + (double) MAX_DURATION.toMillis();
            if (!fits) {
                throw new PolicyException(
                        "until",
                        "expected a time in the future, such as 2026-12-24T18:00:00Z or milliseconds of the epoch, found "
                                + shown(arguments.get("until")));
            }
            return ((Number) until).longValue();
        }
        return now + (span == null ? defaultDuration : duration(span)).toMillis();
    }

    /** Returns the milliseconds of a time in ISO 8601, or the invalid text itself. */
    private static Object millis(String text) {
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            return text;
        }
    }

    private static Duration duration(Object given) {
        Matcher matcher = DURATION.matcher(given instanceof String text ? text : "");
        if (matcher.matches()) {
            long count = Long.parseLong(matcher.group(1));
            Duration span = switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
            if (span.isPositive() && span.compareTo(MAX_DURATION) <= 0) {
                return span;
            }
        }
        throw new PolicyException(
                "for",
                "expected a time such as 12h or 14d, at most " + MAX_DURATION.toDays() + "d, found " + shown(given));
    }

    private static @Nullable String why(@Nullable Object given) {
        if (given == null || (given instanceof String text && text.length() <= MAX_WHY)) {
            return (String) given;
        }
        throw new PolicyException("why", "expected a text of at most " + MAX_WHY + " characters");
    }

    private static String shown(@Nullable Object given) {
        String text = given == null ? "nothing" : given.toString();
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }
}
