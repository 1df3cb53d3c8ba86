package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.analysis.Figures;
import dev.stillgate.fingerprint.analysis.Operator;
import dev.stillgate.fingerprint.analysis.Reports;
import dev.stillgate.fingerprint.analysis.Settings;
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
    private volatile Figures figures = Figures.NONE;

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

    /**
     * Takes in what waits in the ring, and publishes what follows from it. On the analysis thread, by turns.
     *
     * @param settings what the policy in force says
     */
    void analyse(Settings settings, long now, StandingsPublisher publisher) {
        synchronized (analyst) {
            analyst.follow(settings, now);
            for (int i = 0; i < ring.capacity(); i++) {
                Observation seen = ring.poll();
                if (seen == null) {
                    break;
                }
                analyst.observe(seen);
            }
            publish(analyst.tend(now), publisher);
            figures = analyst.figures(now);
        }
    }

    private void publish(@Nullable Map<String, Standing> changed, StandingsPublisher publisher) {
        if (changed != null) {
            quotas = analyst.quotas();
            publisher.publish(changed);
        }
    }

    /** Returns how far the analysis has come, as of its last turn. Any thread. */
    Figures figures() {
        return figures;
    }

    /** Does what an operator says and publishes what follows from it; the analysis waits meanwhile. */
    <T extends @Nullable Object> T order(long now, Function<Operator, T> what, StandingsPublisher publisher) {
        synchronized (analyst) {
            T done = what.apply(new Operator(analyst, now));
            publish(analyst.changes(), publisher);
            return done;
        }
    }

    /** Returns what there is to tell; the analysis waits meanwhile. */
    <T extends @Nullable Object> T ask(Function<Reports, T> question) {
        synchronized (analyst) {
            return question.apply(new Reports(analyst));
        }
    }
}
