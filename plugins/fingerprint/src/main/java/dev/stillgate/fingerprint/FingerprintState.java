package dev.stillgate.fingerprint;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.fingerprint.analysis.AnalysisFigures;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.analysis.AnalystStore;
import dev.stillgate.fingerprint.analysis.AutoSave;
import dev.stillgate.fingerprint.budget.PoolBudget;
import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.capture.ObservationQueue;
import dev.stillgate.fingerprint.capture.ReadBudget;
import dev.stillgate.fingerprint.capture.ReadQueue;
import dev.stillgate.fingerprint.fleet.FleetMember;
import dev.stillgate.fingerprint.report.Decision;
import dev.stillgate.fingerprint.report.OperatorActions;
import dev.stillgate.fingerprint.report.Reports;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.fingerprint.text.PromptReaders;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.Orders;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * State of one fingerprint filter, which survives policy reloads: observation queue, analyst, state file
 * and fleet connection. Thread-safe.
 */
public final class FingerprintState implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FingerprintState.class.getName());

    private final Ticker ticker;
    private final ObservationQueue<Observation> queue;
    private final ReadQueue readQueue;
    private final ReadBudget readBudget = new ReadBudget();
    private final Analyst analyst;
    private final @Nullable FleetMember fleet;
    private final @Nullable AnalystStore store;
    private final @Nullable AutoSave autoSave;
    private final Supplier<Fleet.Link> link;
    private volatile AnalysisFigures figures;

    @GuardedBy("analyst")
    private @Nullable StandingsPublisher lastPublisher;

    @GuardedBy("analyst")
    private long savedRevision;

    @GuardedBy("analyst")
    private Map<String, PoolBudget> publishedBudgets = Map.of();

    private FingerprintState(FilterContext context, int queueCapacity, AnalysisSettings settings) {
        long check = ByteBuffer.wrap(context.secret("key check")).getLong();
        Path directory = context.stateDirectory();
        ticker = context.ticker();
        queue = new ObservationQueue<>(queueCapacity);
        readQueue = new ReadQueue(new PromptReaders(context.secret("prompts")));
        if (directory == null) {
            store = null;
            autoSave = null;
            analyst = new Analyst(settings, context.orders());
        } else {
            store = new AnalystStore(directory, check);
            analyst = store.restore(settings, context.orders());
            autoSave = new AutoSave(store, ticker, this::write);
        }
        analyst.drawBy(new FeatureHasher(context.secret("review draws")));
        figures = analyst.figures();
        link = context.fleet()::link;
        fleet = context.fleet().link() == Fleet.Link.ALONE ? null : new FleetMember(context, check, queueCapacity);
    }

    /** Opens the state of a filter and restores what was saved of it. */
    static FingerprintState open(FilterContext context, int queueCapacity, AnalysisSettings settings) {
        FingerprintState state = new FingerprintState(context, queueCapacity, settings);
        if (state.fleet != null) {
            state.fleet.subscribe();
        }
        return state;
    }

    /** Queues an observation for the analysis if state may be kept for its account; drops it when the queue is full. */
    public void offer(Observation observation) {
        if (observation.keepsState) {
            queue.offer(observation);
        }
    }

    public ReadQueue readQueue() {
        return readQueue;
    }

    public ReadBudget readBudget() {
        return readBudget;
    }

    ObservationQueue<Observation> queue() {
        return queue;
    }

    /**
     * Analyses the queued observations and publishes the standings that changed. Called periodically in the background.
     *
     * @param settings settings of the policy in force
     * @param now milliseconds since the epoch
     */
    void analyse(AnalysisSettings settings, long now, StandingsPublisher publisher) {
        synchronized (analyst) {
            analyst.applySettings(settings, now);
            drain(now);
            publishFindings(fleet == null ? analyst.tend(now) : fleet.tend(analyst, now), publisher);
        }
        writeJoins();
        if (autoSave != null) {
            autoSave.saveWhenDue();
        }
    }

    /** Publishes what was restored, so that it is in force before the first request. */
    void publishRestored(StandingsPublisher publisher) {
        synchronized (analyst) {
            publishFindings(analyst.changes(), publisher);
        }
    }

    @GuardedBy("analyst")
    private void publishFindings(@Nullable Map<String, Standing> changed, StandingsPublisher publisher) {
        boolean newPublisher = !publisher.equals(lastPublisher);
        lastPublisher = publisher;
        publish(newPublisher ? analyst.standings() : changed, publisher);
        publishBudgets(newPublisher, publisher);
        figures = analyst.figures();
    }

    /** Returns the number of failed saves since the start. */
    long failedSaves() {
        return store == null ? 0 : store.failures();
    }

    /** Returns the figures of the last analysis. */
    AnalysisFigures figures() {
        return figures;
    }

    /**
     * Runs an operator's action: checks it, writes its order, and publishes the standings that changed. The analysis waits,
     * but not for the order to be written.
     *
     * @return the page afterwards, null for an unknown id
     */
    @Nullable
    Map<String, Object> apply(Function<OperatorActions, @Nullable Decision> action, StandingsPublisher publisher) {
        Decision decision;
        synchronized (analyst) {
            analyst.obey();
            decision = action.apply(new OperatorActions(analyst, link.get() == Fleet.Link.LOST));
        }
        if (decision == null) {
            return null;
        }
        OrderDraft draft = decision.draft();
        Orders.Receipt receipt = draft == null ? null : analyst.orders().give(draft);
        synchronized (analyst) {
            analyst.obey();
            Map<String, Object> page = decision.shown(receipt);
            publish(analyst.changes(), publisher);
            return page;
        }
    }

    /** Writes the joins and releases that the analysis found to the journal. They are tried again with the next analysis if that fails. */
    private void writeJoins() {
        List<OrderDraft> drafts;
        synchronized (analyst) {
            analyst.obey();
            drafts = new ArrayList<>(
                    analyst.joins().drafts(analyst.settings().review().expireAfter()));
            drafts.addAll(analyst.joined().releases(analyst.settings().facts(), ticker.millis()));
        }
        try {
            drafts.forEach(analyst.orders()::give);
        } catch (Orders.OrdersUnavailableException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} joins and releases are not in the journal yet: {1}",
                    drafts.size(),
                    e);
        }
    }

    private void drain(long now) {
        for (int i = 0; i < queue.capacity(); i++) {
            Observation observation = queue.poll();
            if (observation == null) {
                break;
            }
            analyst.observe(observation);
            if (fleet != null) {
                fleet.send(observation);
            }
        }
        if (fleet != null) {
            fleet.flush();
            fleet.drainTo(observation -> observeRemote(observation, now));
        }
    }

    /**
     * Records an observation of another gateway. A start in the future is set to now, since the clock of that gateway
     * may be wrong.
     */
    private void observeRemote(Observation observation, long now) {
        observation.start = Math.min(observation.start, now);
        analyst.observe(observation);
    }

    private void publish(@Nullable Map<String, Standing> changed, StandingsPublisher publisher) {
        if (changed != null) {
            Ladder ladder = analyst.ladder();
            publisher.publish(changed, ladder.groups(), ladder.pinnedAccounts(), ladder.confirmedDespiteVerification());
        }
    }

    @GuardedBy("analyst")
    private void publishBudgets(boolean anew, StandingsPublisher publisher) {
        Map<String, PoolBudget> budgets = analyst.budgets().all();
        if (anew || !budgets.equals(publishedBudgets)) {
            publishedBudgets = budgets;
            Map<String, Long> requests = new HashMap<>();
            budgets.forEach((tier, budget) -> requests.put(tier, budget.requests()));
            publisher.publishPoolRequests(requests);
        }
    }

    /** Runs a query on the accounts and clusters. The analysis waits meanwhile. */
    <T extends @Nullable Object> T report(Function<Reports, T> query) {
        synchronized (analyst) {
            analyst.obey();
            return query.apply(new Reports(analyst, ticker.millis()));
        }
    }

    private boolean write(AnalystStore store) {
        synchronized (analyst) {
            if (analyst.revision() == savedRevision) {
                return false;
            }
            savedRevision = analyst.revision();
            return store.write(analyst);
        }
    }

    /** Analyses what is still queued, then saves the state. */
    @Override
    public void close() {
        synchronized (analyst) {
            drain(ticker.millis());
        }
        if (autoSave != null) {
            autoSave.save();
        }
        analyst.close();
    }
}
