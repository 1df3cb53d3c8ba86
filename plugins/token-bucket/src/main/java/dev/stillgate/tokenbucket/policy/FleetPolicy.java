package dev.stillgate.tokenbucket.policy;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a filter shares its limits with the other gateways of a fleet; of no effect without one.
 *
 * @param whenLost what is done while the fleet's store does not answer, {@code share} when absent
 * @param drawEvery how often leases are drawn and settled, 100 ms when absent, from 20 ms to 10 s
 */
public record FleetPolicy(
        @Nullable WhenLost whenLost, @Nullable Duration drawEvery) {
    private static final Duration DEFAULT_PERIOD = Duration.ofMillis(100);
    private static final Duration SHORTEST = Duration.ofMillis(20);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    static final FleetPolicy STANDARD = new FleetPolicy(WhenLost.SHARE, DEFAULT_PERIOD);

    /** What a gateway does while the fleet's store does not answer. */
    public enum WhenLost {
        /** It goes on with its share: the limits divided by the number of gateways last known. */
        SHARE,
        /** It goes on with the limits as they stand, as if it were alone. */
        FULL,
        /** It refuses what its leases do not cover. */
        CLOSED
    }

    public FleetPolicy {
        whenLost = whenLost == null ? WhenLost.SHARE : whenLost;
        drawEvery = drawEvery == null ? DEFAULT_PERIOD : drawEvery;
        if (drawEvery.compareTo(SHORTEST) < 0 || drawEvery.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("drawEvery: expected " + SHORTEST.toMillis() + "ms to "
                    + LONGEST.toSeconds() + "s, found " + drawEvery.toMillis() + "ms");
        }
    }

    public WhenLost lost() {
        return Objects.requireNonNullElse(whenLost, WhenLost.SHARE);
    }

    public Duration period() {
        return Objects.requireNonNullElse(drawEvery, DEFAULT_PERIOD);
    }
}
