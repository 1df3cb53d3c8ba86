package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.dialect.UsageReader;
import dev.stillgate.proxy.exchange.body.MemoryBudget;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.proxy.observe.AccessLog;
import dev.stillgate.proxy.observe.AccountCounts;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.proxy.observe.LastRefusals;
import dev.stillgate.proxy.observe.SpanSink;
import dev.stillgate.proxy.recording.Recorder;
import dev.stillgate.proxy.relay.HealthChecks;
import dev.stillgate.proxy.relay.UpstreamPool;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.Ticker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resources of one event loop: upstream connections, scratch memory, timeouts, reusable parsers and access log
 * buffers. An exchange runs on one event loop from start to end, so there are no locks. Not thread-safe: to be used on
 * its event loop only, except {@link #idleUpstream}, {@link #counts}, {@link #refusals} and the methods that say so.
 */
public final class EventLoopContext {
    /** The size of the scratch memory, and the maximum size of a body that is read in it. */
    static final int SCRATCH = 64 * 1024;

    private static final int NUMBER_BITS = 40;
    private static final int MAX_READERS = 256;
    private static final int MAX_HEADS = 256;

    private final EventLoop loop;
    private final Shared shared;
    private final UpstreamPool pool;
    private final HealthChecks checks;
    private final Deadlines deadlines;
    private final RequestReader reader = new RequestReader();
    private final ArrayDeque<UsageReader> readers = new ArrayDeque<>();
    private final ArrayDeque<Http1Head> heads = new ArrayDeque<>();
    private final byte[] scratch = new byte[SCRATCH];
    private final AccountCounts counts = new AccountCounts();
    private final LastRefusals refusals = new LastRefusals();
    private final AccessLog.@Nullable Writer log;
    private final AccessLog.@Nullable Writer decisions;
    private final Runnable resumeDeadlines = this::resumeDeadlines;
    private final List<Runnable> periodicTasks;
    private final TickFailures failures;
    private final Consumer<String> unreadable;
    private boolean checkingDeadlines;
    private long exchanges;
    private long now;
    private volatile int idleUpstream;
    private volatile boolean sessionsEnd;

    /**
     * The objects shared by all event loops.
     *
     * @param ticker the process's clock
     * @param policy the active policy
     * @param accounts the mapping from credentials to accounts
     * @param hashes computes the hashes of parts of responses
     * @param meters the metrics
     * @param budget the memory of request bodies
     * @param open the counts of concurrent exchanges
     * @param overload the monitor of memory and file descriptors
     * @param maxBody the maximum size of a request body, in bytes
     * @param recorder writes recorded exchanges; null if none are recorded
     * @param standings the account standings
     * @param spans receives the exchanges to trace; null if none are traced
     */
    public record Shared(
            Ticker ticker,
            ActivePolicy<ServingPolicy> policy,
            Accounts accounts,
            KeyedHashes hashes,
            GatewayMeters meters,
            MemoryBudget budget,
            OpenExchanges open,
            Overload overload,
            long maxBody,
            @Nullable Recorder recorder,
            Standings standings,
            @Nullable SpanSink spans) {}

    /**
     * Creates the context of an event loop.
     *
     * @param index the index of the event loop, from 0 to 255
     * @param pool the upstream connections of the event loop
     * @param checks the health checks, which use the connections of {@code pool}
     * @param log the access log; null for none
     * @param decisions the log of only those requests with a filter's decision; null for none
     */
    public EventLoopContext(
            int index,
            EventLoop loop,
            Shared shared,
            UpstreamPool pool,
            HealthChecks checks,
            AccessLog.@Nullable Writer log,
            AccessLog.@Nullable Writer decisions) {
        this.loop = loop;
        this.shared = shared;
        this.pool = pool;
        this.checks = checks;
        this.log = log;
        this.decisions = decisions;
        this.exchanges = (long) index << NUMBER_BITS;
        this.now = shared.ticker().nanos();
        this.deadlines = new Deadlines(now);
        this.failures = new TickFailures(shared.ticker());
        this.unreadable = new UnreadableEntries(shared.meters(), shared.ticker())::note;
        this.periodicTasks = List.of(() -> checks.tick(now), this::closeIdle, this::flushLogs);
    }

    /** Schedules the periodic {@link #tick}. */
    public void start() {
        loop.scheduleAtFixedRate(this::tick, Deadlines.TICK_NANOS, Deadlines.TICK_NANOS, TimeUnit.NANOSECONDS);
    }

    /** Checks all timeouts and runs the periodic tasks; called on the event loop 20 times per second. */
    void tick() {
        long previous = now;
        now = shared.ticker().nanos();
        LoopStallEvent.record(now - previous - Deadlines.TICK_NANOS);
        if (!checkingDeadlines) {
            deadlines.begin(now);
            resumeDeadlines();
        }
        for (Runnable task : periodicTasks) {
            failures.guard(task);
        }
    }

    private void closeIdle() {
        idleUpstream = pool.closeIdle();
    }

    private void flushLogs() {
        if (log != null) {
            log.flushOld(now);
        }
        if (decisions != null) {
            decisions.flushOld(now);
        }
    }

    private void resumeDeadlines() {
        checkingDeadlines = !deadlines.resume(shared.ticker(), failures);
        if (checkingDeadlines) {
            loop.schedule(resumeDeadlines, 1, TimeUnit.MILLISECONDS);
        }
    }

    /** Closes the connections and flushes the logs; called on the event loop after its last exchange. */
    public void close() {
        checks.close();
        pool.closeAll();
        if (log != null) {
            log.flush();
        }
        if (decisions != null) {
            decisions.flush();
        }
    }

    public EventLoop loop() {
        return loop;
    }

    public Ticker ticker() {
        return shared.ticker();
    }

    /** Returns the request counts per account of this event loop. */
    public AccountCounts counts() {
        return counts;
    }

    /** Returns the last refusal of each account on this event loop. */
    public LastRefusals refusals() {
        return refusals;
    }

    public GatewayMeters meters() {
        return shared.meters();
    }

    ActivePolicy.Pinned<ServingPolicy> pinPolicy() {
        return shared.policy().pin();
    }

    /**
     * Creates the peer of a new client connection.
     *
     * @param trustedHops the number of trusted proxies in front of the gateway
     */
    public Peer peer(long id, InetSocketAddress socket, int trustedHops) {
        return new Peer(id, socket, shared.accounts().cursor(), trustedHops, unreadable);
    }

    /** Runs the connection phase of the filters; returns whether the connection may stay open. */
    public boolean accepts(Peer peer) {
        ActivePolicy.Pinned<ServingPolicy> pinned = pinPolicy();
        try {
            return pinned.policy().chain().accept(peer);
        } finally {
            pinned.release();
        }
    }

    public Overload overload() {
        return shared.overload();
    }

    Shared shared() {
        return shared;
    }

    UpstreamPool pool() {
        return pool;
    }

    Deadlines deadlines() {
        return deadlines;
    }

    RequestReader reader() {
        return reader;
    }

    @Nullable
    Recorder recorder() {
        return shared.recorder();
    }

    @Nullable
    SpanSink spans() {
        return shared.spans();
    }

    AccessLog.@Nullable Writer log() {
        return log;
    }

    AccessLog.@Nullable Writer decisions() {
        return decisions;
    }

    /** Returns the ticker's nanoseconds at the last tick: precise enough for timeouts, and free of system calls. */
    long now() {
        return now;
    }

    /** Returns whether the processing time of the current exchange is measured. */
    public boolean isSampled() {
        return GatewayMeters.isSampled(exchanges);
    }

    /** Returns the number of idle upstream connections at the last tick. */
    public int idleUpstream() {
        return idleUpstream;
    }

    long nextNumber() {
        return ++exchanges;
    }

    /** Returns scratch memory whose content is valid only until the current event has been handled. */
    byte[] scratch() {
        return scratch;
    }

    /** Borrows a usage reader, to be returned with {@link #giveBack(UsageReader)}. */
    UsageReader usageReader() {
        UsageReader spare = readers.pollFirst();
        return spare == null ? new UsageReader() : spare;
    }

    void giveBack(UsageReader spare) {
        if (readers.size() < MAX_READERS) {
            readers.addFirst(spare);
        }
    }

    /** Borrows a head for a request on a multiplexed connection, to be returned with {@link #giveBack(Http1Head)}. */
    public Http1Head requestHead() {
        Http1Head spare = heads.pollFirst();
        return spare == null ? new Http1Head() : spare;
    }

    /** Returns a borrowed head after the end of its exchange, if any. */
    public void giveBack(Http1Head spare) {
        if (heads.size() < MAX_HEADS) {
            heads.addFirst(spare);
        }
    }

    ByteBuf buffer(int capacity) {
        return ByteBufAllocator.DEFAULT.directBuffer(capacity);
    }

    /** Checks all timeouts at the next tick; may be called on any thread. */
    public void checkAll() {
        try {
            loop.execute(deadlines::checkAll);
        } catch (RejectedExecutionException shutDown) {
            // its connections are closed
        }
    }

    /** Ends at the next tick the sessions that are between two frames; may be called on any thread. */
    public void endSessions() {
        sessionsEnd = true;
        checkAll();
    }

    /** Returns whether sessions are to end, so that their clients connect to another gateway. */
    boolean endsSessions() {
        return sessionsEnd;
    }

    /** Calls a listener at the next tick, and then as often as it asks for. */
    public Watch watch(TickListener listener) {
        Watch watch = new Watch(listener);
        watch.checkSoon();
        return watch;
    }

    /** A listener that is called until it is stopped. To be used on the event loop. */
    public final class Watch extends Deadlines.Watched {
        private final TickListener listener;

        private Watch(TickListener listener) {
            this.listener = listener;
        }

        @Override
        long onTick(long time) {
            return listener.onTick(time);
        }

        /** Lets the listener be called at the next tick, because a shorter timeout has begun. */
        public void checkSoon() {
            deadlines.start(this);
        }

        public void stop() {
            deadlines.end(this);
        }
    }

    /** Checks timeouts. */
    @FunctionalInterface
    public interface TickListener {
        /**
         * Checks the timeouts.
         *
         * @param now the ticker's time in nanoseconds
         * @return the nanoseconds for which no check is needed, of which at most a second is used
         */
        long onTick(long now);
    }

    /** The event {@code stillgate.LoopStall} of a flight recording: an event loop ran its periodic task late. */
    @Name("stillgate.LoopStall")
    @Label("Event Loop Stall")
    @Category("Stillgate")
    @Description(
            "The periodic task of an event loop ran more than 10 ms late: the loop was busy or the process had no CPU")
    @StackTrace(false)
    static final class LoopStallEvent extends Event {
        private static final long LEAST_NANOS = 10_000_000;

        @Label("Lateness")
        @Timespan
        long lateness;

        /** Records a stall of more than 10 ms on the current thread if a recording wants it. */
        static void record(long lateNanos) {
            if (lateNanos > LEAST_NANOS) {
                LoopStallEvent event = new LoopStallEvent();
                event.lateness = lateNanos;
                event.commit();
            }
        }
    }

    /**
     * Counts entries of {@code X-Forwarded-For} that are not addresses, and logs at most one per minute. Not
     * thread-safe.
     */
    static final class UnreadableEntries {
        private static final Logger LOG = LoggerFactory.getLogger(UnreadableEntries.class);
        private static final long LOG_INTERVAL_NANOS = 60_000_000_000L;
        private static final int LONGEST = 64;

        private final GatewayMeters meters;
        private final Ticker ticker;
        private boolean logged;
        private long lastLogged;

        UnreadableEntries(GatewayMeters meters, Ticker ticker) {
            this.meters = meters;
            this.ticker = ticker;
        }

        /** Counts a request with such an entry. */
        void note(String entry) {
            meters.unreadableForwarded();
            long now = ticker.nanos();
            if (!logged || now - lastLogged >= LOG_INTERVAL_NANOS) {
                logged = true;
                lastLogged = now;
                LOG.warn(
                        "an entry of X-Forwarded-For is not an address, so its client has none: \"{}\" (trustedHops)",
                        entry.substring(0, Math.min(LONGEST, entry.length())).replaceAll("\\p{Cntrl}", " "));
            }
        }
    }
}
