package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.analysis.AnalysisFigures;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.analysis.AnalystStore;
import dev.stillgate.fingerprint.analysis.AutoSave;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.capture.ObservationQueue;
import dev.stillgate.fingerprint.capture.ReadBudget;
import dev.stillgate.fingerprint.capture.ReadQueue;
import dev.stillgate.fingerprint.fleet.FleetMember;
import dev.stillgate.fingerprint.report.OperatorActions;
import dev.stillgate.fingerprint.report.Reports;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.standing.DailyQuota;
import dev.stillgate.fingerprint.text.PromptReaders;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Ticker;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The state of one fingerprint filter, which outlives its policies: the ring, the analyst and the quotas, and what joins
 * them with a file and with the other gateways.
 */
public final class FingerprintState implements AutoCloseable {
    private final Ticker ticker;
    private final ObservationQueue<Observation> ring;
    private final ReadQueue unread;
    private final ReadBudget allowance = new ReadBudget();
    private final Analyst analyst;
    private final @Nullable FleetMember fleet;
    private final @Nullable AutoSave store;
    private volatile Map<String, DailyQuota> quotas = Map.of();
    private volatile AnalysisFigures figures;
    private @Nullable StandingsPublisher told;
    private long saved;

    private FingerprintState(FilterContext context, int ringSize, AnalysisSettings settings) {
        long check = ByteBuffer.wrap(context.secret("key check")).getLong();
        Path directory = context.stateDirectory();
        ticker = context.ticker();
        ring = new ObservationQueue<>(ringSize);
        unread = new ReadQueue(new PromptReaders(context.secret("prompts")));
        if (directory == null) {
            store = null;
            analyst = new Analyst(settings);
        } else {
            AnalystStore files = new AnalystStore(directory, check);
            analyst = files.restore(settings);
            store = new AutoSave(files, ticker, this::write);
        }
        figures = analyst.figures(ticker.millis());
        fleet = context.fleet().link() == Fleet.Link.ALONE ? null : new FleetMember(context, check, ringSize);
    }

    /** Makes the state of a filter, with what was saved of it. */
    static FingerprintState open(FilterContext context, int ringSize, AnalysisSettings settings) {
        FingerprintState behaviour = new FingerprintState(context, ringSize, settings);
        if (behaviour.fleet != null) {
            behaviour.fleet.listen();
        }
        return behaviour;
    }

    /** Hands an observation to the analysis, if state may be kept; drops it when the ring is full. Any thread. */
    public void offer(Observation seen) {
        if (seen.keeps) {
            ring.offer(seen);
        }
    }

    /** Returns the texts that wait to be read, and what reads prompts. Any thread. */
    public ReadQueue unread() {
        return unread;
    }

    /** Returns how much of the accounts' texts may be read. */
    public ReadBudget allowance() {
        return allowance;
    }

    ObservationQueue<Observation> ring() {
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
    void analyse(AnalysisSettings settings, long now, StandingsPublisher publisher) {
        synchronized (analyst) {
            analyst.applySettings(settings, now);
            drain(now);
            Map<String, Standing> changed = fleet == null ? analyst.tend(now) : fleet.tend(analyst, now);
            boolean another = !publisher.equals(told);
            told = publisher;
            publish(another ? analyst.standings() : changed, publisher);
            figures = analyst.figures(now);
        }
        if (store != null) {
            store.saveWhenDue();
        }
    }

    /** Returns how far the analysis has come, as of its last turn. Any thread. */
    AnalysisFigures figures() {
        return figures;
    }

    /** Does what an operator says and publishes what follows from it; the analysis waits meanwhile. */
    <T extends @Nullable Object> T order(long now, Function<OperatorActions, T> what, StandingsPublisher publisher) {
        synchronized (analyst) {
            T done = what.apply(new OperatorActions(analyst, now));
            publish(analyst.changes(), publisher);
            return done;
        }
    }

    private void drain(long now) {
        for (int i = 0; i < ring.capacity(); i++) {
            Observation seen = ring.poll();
            if (seen == null) {
                break;
            }
            analyst.observe(seen);
            if (fleet != null) {
                fleet.tell(seen);
            }
        }
        if (fleet != null) {
            fleet.flush();
            fleet.hear(seen -> hear(seen, now));
        }
    }

    /** Takes what another gateway observed; its clock may be wrong, and nothing is believed to be of the future. */
    private void hear(Observation seen, long now) {
        seen.start = Math.min(seen.start, now);
        analyst.observe(seen);
        DailyQuota quota = quotas.get(seen.account);
        if (quota != null && !seen.further) {
            quota.charge(now);
        }
    }

    private void publish(@Nullable Map<String, Standing> changed, StandingsPublisher publisher) {
        if (changed != null) {
            quotas = analyst.quotas();
            publisher.publish(changed, analyst.groups(), analyst.ordered());
        }
    }

    /** Returns what there is to tell; the analysis waits meanwhile. */
    <T extends @Nullable Object> T ask(Function<Reports, T> question) {
        synchronized (analyst) {
            return question.apply(new Reports(analyst));
        }
    }

    private boolean write(AnalystStore files) {
        synchronized (analyst) {
            if (analyst.revision() == saved) {
                return false;
            }
            saved = analyst.revision();
            return files.write(analyst);
        }
    }

    /** Saves what is known, with what still waits in the ring. */
    @Override
    public void close() {
        synchronized (analyst) {
            drain(ticker.millis());
        }
        if (store != null) {
            store.save();
        }
    }
}
