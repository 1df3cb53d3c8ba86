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
 * A gateway's part in a fleet that has one analyst. Every gateway tells the others what it observes and takes in what they
 * tell, so that any of them knows enough to take over; one compares and says where accounts stand, and the others follow.
 */
public final class FleetMember {
    private static final int LONGEST_ROLE = 64;
    private final FleetFeed records;
    private final FleetFeed standings;
    private final ObservationFeed observed;
    private final StandingFeed told;

    /**
     * A gateway's part.
     *
     * @param check tells the fleet's key from others: what is hashed under another one is of no use
     * @param room how many observations of others may wait for the analysis
     */
    public FleetMember(FilterContext context, long check, int room) {
        Fleet fleet = context.fleet();
        records = fleet.feed("fingerprint " + context.name());
        standings = fleet.feed("fingerprint " + context.name() + " standings");
        observed = new ObservationFeed(records, fleet.node(), check, new ObservationQueue<>(room));
        told = new StandingFeed(standings, fleet, role(context.name()), context.ticker());
        context.gauge("stillgate.fingerprint.fleet.dropped", observed::dropped);
        context.gauge("stillgate.fingerprint.fleet.refused", () -> observed.refused() + told.refused());
    }

    /** Returns the name under which a filter's analyst is elected: filters' names have more letters than roles may have. */
    public static String role(String filter) {
        String role = "analyst-" + filter.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "-");
        return role.substring(0, Math.min(LONGEST_ROLE, role.length()));
    }

    /** Takes what others tell from here on. */
    public void listen() {
        records.subscribe(observed::receive);
        standings.subscribe(told::receive);
    }

    /** Tells the others of an observation, at the latest with the next {@link #flush}. */
    public void tell(Observation seen) {
        observed.tell(seen);
    }

    public void flush() {
        observed.flush();
    }

    /** Hands over what others told of. */
    public void hear(Consumer<Observation> to) {
        observed.hear(to);
    }

    /** Has the analyst compare if this gateway is the one that does, else follow; returns the standings if any changed. */
    @Nullable
    public Map<String, Standing> tend(Analyst analyst, long now) {
        return told.tend(analyst, now);
    }
}
