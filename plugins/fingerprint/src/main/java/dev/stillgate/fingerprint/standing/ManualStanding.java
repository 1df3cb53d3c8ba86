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
 * An operator's word on where an account stands.
 *
 * @param until milliseconds of the epoch
 * @param why for whoever reads it later
 */
public record ManualStanding(
        Standing standing, long until, @Nullable String why) {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final Duration LONGEST = Duration.ofDays(3660);
    private static final int LONGEST_WHY = 500;
    private static final String RUNGS = Arrays.stream(Standing.values())
            .map(standing -> standing.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));

    /**
     * Reads {@code standing}, {@code for} or {@code until}, and {@code why}.
     *
     * @param usual for how long it holds when neither is given
     * @throws PolicyException at what cannot be used
     */
    public static ManualStanding of(Map<String, Object> arguments, long now, Duration usual) {
        for (String key : arguments.keySet()) {
            if (!key.equals("standing") && !key.equals("for") && !key.equals("until") && !key.equals("why")) {
                throw new PolicyException(key, "unknown key: expected standing, for, until or why");
            }
        }
        return new ManualStanding(
                standing(arguments.get("standing")), until(arguments, now, usual), why(arguments.get("why")));
    }

    /** Checks that nothing is given where nothing is to be. */
    public static void none(Map<String, Object> arguments) {
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
        throw new PolicyException("standing", "expected one of " + RUNGS + ", found " + found(given));
    }

    private static long until(Map<String, Object> arguments, long now, Duration usual) {
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
                    && number.doubleValue() <= now + (double) LONGEST.toMillis();
            if (!fits) {
                throw new PolicyException(
                        "until",
                        "expected a time to come, such as 2026-12-24T18:00:00Z or milliseconds of the epoch, found "
                                + found(arguments.get("until")));
            }
            return ((Number) until).longValue();
        }
        return now + (span == null ? usual : duration(span)).toMillis();
    }

    /** Returns the milliseconds of a time in ISO 8601; the text itself, which does not fit, when it is none. */
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
            if (span.isPositive() && span.compareTo(LONGEST) <= 0) {
                return span;
            }
        }
        throw new PolicyException(
                "for", "expected a time such as 12h or 14d, at most " + LONGEST.toDays() + "d, found " + found(given));
    }

    private static @Nullable String why(@Nullable Object given) {
        if (given == null || (given instanceof String text && text.length() <= LONGEST_WHY)) {
            return (String) given;
        }
        throw new PolicyException("why", "expected a text of at most " + LONGEST_WHY + " characters");
    }

    private static String found(@Nullable Object given) {
        String text = given == null ? "nothing" : given.toString();
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }
}
