package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.analysis.AnalystStore;
import dev.stillgate.fingerprint.analysis.Figures;
import dev.stillgate.fingerprint.analysis.Operator;
import dev.stillgate.fingerprint.analysis.Reports;
import dev.stillgate.fingerprint.analysis.Settings;
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
final class Behaviour implements AutoCloseable {
    private final Ticker ticker;
    private final Ring<Observation> ring;
    private final UnreadTexts unread;
    private final ReadingAllowance allowance = new ReadingAllowance();
    private final Analyst analyst;
    private final @Nullable FleetShare fleet;
    private final @Nullable Store store;
    private volatile Map<String, DailyQuota> quotas = Map.of();
    private volatile Figures figures;
    private @Nullable StandingsPublisher told;
    private long saved;

    private Behaviour(FilterContext context, int ringSize, Settings settings) {
        long check = ByteBuffer.wrap(context.secret("key check")).getLong();
        Path directory = context.stateDirectory();
        ticker = context.ticker();
        ring = new Ring<>(ringSize);
        unread = new UnreadTexts(new PromptReaders(context.secret("prompts")));
        if (directory == null) {
            store = null;
            analyst = new Analyst(settings);
        } else {
            AnalystStore files = new AnalystStore(directory, check);
            analyst = files.restore(settings);
            store = new Store(files, ticker, this::write);
        }
        figures = analyst.figures(ticker.millis());
        fleet = context.fleet().link() == Fleet.Link.ALONE ? null : new FleetShare(context, check, ringSize);
    }

    /** Makes the state of a filter, with what was saved of it. */
    static Behaviour open(FilterContext context, int ringSize, Settings settings) {
        Behaviour behaviour = new Behaviour(context, ringSize, settings);
        if (behaviour.fleet != null) {
            behaviour.fleet.listen();
        }
        return behaviour;
    }

    /** Hands an observation to the analysis, if state may be kept; drops it when the ring is full. Any thread. */
    void offer(Observation seen) {
        if (seen.keeps) {
            ring.offer(seen);
        }
    }

    /** Returns the texts that wait to be read, and what reads prompts. Any thread. */
    UnreadTexts unread() {
        return unread;
    }

    /** Returns how much of the accounts' texts may be read. */
    ReadingAllowance allowance() {
        return allowance;
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
