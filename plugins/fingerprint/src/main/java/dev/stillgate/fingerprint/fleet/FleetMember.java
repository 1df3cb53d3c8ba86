package dev.stillgate.fingerprint.fleet;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.capture.ObservationQueue;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.FleetFeed;
import dev.stillgate.spi.Standing;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Membership of this gateway in a fleet with one analysing leader. Every gateway sends its observations to all others,
 * so that any of them can take over. The leader compares accounts; the others adopt its standings.
 */
public final class FleetMember {
    private static final int MAX_ROLE = 64;
    private final FleetFeed observationChannel;
    private final FleetFeed standingChannel;
    private final ObservationFeed observations;
    private final StandingFeed standings;

    /**
     * Creates the membership.
     *
     * @param check hash that identifies the fleet's key; observations hashed under another key are refused
     * @param capacity how many observations of other gateways may wait for the analysis
     */
    public FleetMember(FilterContext context, long check, int capacity) {
        Fleet fleet = context.fleet();
        observationChannel = fleet.feed("fingerprint " + context.name());
        standingChannel = fleet.feed("fingerprint " + context.name() + " standings");
        observations = new ObservationFeed(observationChannel, fleet.node(), check, new ObservationQueue<>(capacity));
        standings = new StandingFeed(standingChannel, fleet, role(context.name()), context.ticker());
        context.gauge("stillgate.fingerprint.fleet.dropped", observations::dropped);
        context.gauge("stillgate.fingerprint.fleet.refused", () -> observations.refused() + standings.refused());
    }

    /**
     * Returns the election role of a filter's analyst: the filter's name in the characters and length that a role may
     * have.
     */
    public static String role(String filter) {
        String role = "analyst-" + filter.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "-");
        return role.substring(0, Math.min(MAX_ROLE, role.length()));
    }

    /** Subscribes to the messages of the other gateways. */
    public void subscribe() {
        observationChannel.subscribe(observations::receive);
        standingChannel.subscribe(standings::receive);
    }

    /** Sends an observation to the other gateways, at the latest with the next {@link #flush}. */
    public void send(Observation observation) {
        observations.send(observation);
    }

    public void flush() {
        observations.flush();
    }

    /** Passes on the observations received from other gateways. */
    public void drainTo(Consumer<Observation> consumer) {
        observations.drainTo(consumer);
    }

    /**
     * Compares accounts if this gateway leads, else adopts the leader's standings.
     *
     * @return the standings above clear if any changed, else null
     */
    @Nullable
    public Map<String, Standing> tend(Analyst analyst, long now) {
        return standings.tend(analyst, now);
    }
}
