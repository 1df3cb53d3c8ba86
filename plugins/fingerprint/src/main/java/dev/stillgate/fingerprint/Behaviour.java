package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.analysis.Reports;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.StandingsPublisher;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The state of one fingerprint filter, which outlives its policies: the ring, the analyst and the quotas. */
final class Behaviour {
    private final Ring<Observation> ring;
    private final Analyst analyst;
    private volatile Map<String, DailyQuota> quotas = Map.of();

    Behaviour(Ring<Observation> ring, Analyst analyst) {
        this.ring = ring;
        this.analyst = analyst;
    }

    /** Hands an observation to the analysis; drops it when the ring is full. Any thread. */
    void offer(Observation seen) {
        ring.offer(seen);
    }

    Ring<Observation> ring() {
        return ring;
    }

    /** Returns what an account may still use today, null when it has no quota. Any thread. */
    @Nullable
    DailyQuota quota(String account) {
        return quotas.get(account);
    }

    /** Takes in what waits in the ring, and publishes what follows from it. On the analysis thread, by turns. */
    void analyse(long now, StandingsPublisher publisher) {
        synchronized (analyst) {
            for (int i = 0; i < ring.capacity(); i++) {
                Observation seen = ring.poll();
                if (seen == null) {
                    break;
                }
                analyst.observe(seen);
            }
            Map<String, Standing> standings = analyst.tend(now);
            if (standings != null) {
                quotas = analyst.quotas();
                publisher.publish(standings);
            }
        }
    }

    /** Returns what there is to tell; the analysis waits meanwhile. */
    <T> T ask(Function<Reports, T> question) {
        synchronized (analyst) {
            return question.apply(new Reports(analyst));
        }
    }
}
