package dev.stillgate.tokenbucket.policy;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of a filter in a fleet; without a fleet it has no effect.
 *
 * @param whenLost the behaviour while the fleet's store is lost; {@code share} if null
 * @param drawEvery the interval of lease draws, 20 ms to 10 s; 100 ms if null
 */
public record FleetPolicy(
        @Nullable WhenLost whenLost, @Nullable Duration drawEvery) {
    private static final Duration DEFAULT_PERIOD = Duration.ofMillis(100);
    private static final Duration SHORTEST = Duration.ofMillis(20);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    static final FleetPolicy STANDARD = new FleetPolicy(WhenLost.SHARE, DEFAULT_PERIOD);

    /** The behaviour of a gateway while the fleet's store is lost. */
    public enum WhenLost {
        /** Divides the limits by the last known number of gateways. */
        SHARE,
        /** Applies the full limits, as a single gateway would. */
        FULL,
        /** Refuses requests that its leases do not cover. */
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

    public WhenLost lossBehaviour() {
        return Objects.requireNonNullElse(whenLost, WhenLost.SHARE);
    }

    public Duration drawPeriod() {
        return Objects.requireNonNullElse(drawEvery, DEFAULT_PERIOD);
    }
}
