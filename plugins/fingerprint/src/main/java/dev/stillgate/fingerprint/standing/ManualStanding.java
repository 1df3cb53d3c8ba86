package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Standing to which an operator pins an account.
 *
 * @param until milliseconds since the epoch
 * @param by name of the operator, null if the order has none
 * @param why reason given by the operator, null for none
 */
public record ManualStanding(
        Standing standing,
        long until,
        @Nullable String by,
        @Nullable String why) {
    private static final Set<String> KEYS = Set.of("standing", "for", "until", "by", "why");
    private static final Set<String> OF_REMOVAL = Set.of("by", "why");
    private static final String RUNGS = Arrays.stream(Standing.values())
            .map(standing -> standing.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));

    /**
     * Reads {@code standing}, {@code for} or {@code until}, {@code by} and {@code why}.
     *
     * @param now milliseconds since the epoch
     * @param defaultDuration duration if neither {@code for} nor {@code until} is given
     * @throws PolicyException if an argument is unknown or invalid
     */
    public static ManualStanding of(Map<String, Object> arguments, long now, Duration defaultDuration) {
        OrderFields.requireKnown(arguments, KEYS);
        return new ManualStanding(
                standing(arguments.get("standing")),
                OrderTime.until(arguments, now, defaultDuration),
                by(arguments),
                OrderFields.optional(arguments, "why", OrderFields.MAX_WHY));
    }

    /**
     * Reads the arguments of an order that takes another one back, {@code by} and {@code why}, which the audit log shows.
     *
     * @throws PolicyException if an argument is unknown or invalid
     */
    public static Removal removal(Map<String, Object> arguments) {
        OrderFields.requireKnown(arguments, OF_REMOVAL);
        return new Removal(by(arguments), OrderFields.optional(arguments, "why", OrderFields.MAX_WHY));
    }

    /**
     * An order that takes another one back.
     *
     * @param by name of the operator, null for none
     * @param why reason, null for none
     */
    public record Removal(@Nullable String by, @Nullable String why) {}

    private static @Nullable String by(Map<String, Object> arguments) {
        return OrderFields.optional(arguments, "by", OrderFields.MAX_BY);
    }

    private static Standing standing(@Nullable Object given) {
        for (Standing standing : Standing.values()) {
            if (standing.name().toLowerCase(Locale.ROOT).equals(given)) {
                return standing;
            }
        }
        throw new PolicyException("standing", "expected one of " + RUNGS + ", found " + OrderTime.shown(given));
    }
}
