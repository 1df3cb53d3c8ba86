package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
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
                standing(arguments.get("standing")),
                OrderTime.until(arguments, now, defaultDuration),
                why(arguments.get("why")));
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
        throw new PolicyException("standing", "expected one of " + RUNGS + ", found " + OrderTime.shown(given));
    }

    private static @Nullable String why(@Nullable Object given) {
        if (given == null || (given instanceof String text && text.length() <= MAX_WHY)) {
            return (String) given;
        }
        throw new PolicyException("why", "expected a text of at most " + MAX_WHY + " characters");
    }
}
