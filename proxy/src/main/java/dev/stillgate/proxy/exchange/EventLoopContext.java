package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.dialect.request.RequestReader;
import dev.stillgate.proxy.dialect.usage.UsageEvents;
import dev.stillgate.proxy.dialect.usage.UsageReader;
import dev.stillgate.proxy.exchange.answer.PacedMemory;
import dev.stillgate.proxy.exchange.body.MemoryBudget;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.json.KeyedMarks;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop owns: its upstream connections, its scratch memory, its timeouts and its part of the access log.
 * An exchange begins and ends on one lane, so nothing here is shared or locked.
 */
public final class EventLoopContext {
    /** The size of the scratch memory, and of the largest body that is handled in it. */
    static final int SCRATCH = 64 * 1024;

    private static final long TICK_MILLIS = 50;
    private static final int NUMBER_BITS = 40;
    private static final int MAX_READERS = 256;
    private static final int MAX_HEADS = 256;

    private final EventLoop loop;
    private final Shared shared;
    private final UpstreamPool pool;
    private final HealthChecks checks;
    private final Deadlines deadlines = new Deadlines();
    private final RequestReader reader = new RequestReader();
    private final ArrayDeque<UsageReader> readers = new ArrayDeque<>();
    private final ArrayDeque<Http1Head> heads = new ArrayDeque<>();
    private final UsageEvents usageEvents = new UsageEvents();
    private final PacedMemory pacedMemory = new PacedMemory();
    private final byte[] scratch = new byte[SCRATCH];
    private final AccountCounts counts = new AccountCounts();
    private final LastRefusals refusals = new LastRefusals();
    private final AccessLog.@Nullable Writer log;
    private final AccessLog.@Nullable Writer decisions;
    private final Runnable lookOn = this::lookOn;
    private final List<Runnable> duties;
    private final TickFailures failures;
    private boolean looking;
    private long exchanges;
    private long now;
    private volatile int idleUpstream;

    /**
     * What all lanes share.
     *
     * @param policy the active policy
     * @param accounts the listed accounts and the hashes of the rest
     * @param marks makes the marks of what answers are made of
     * @param open the exchanges under way
     * @param overload whether the process runs out of something
     * @param maxBody the largest request body, in bytes
     * @param recorder writes the exchange log, null when there is none
     * @param standings how accounts stand
     * @param spans takes the exchanges that are traced, null when none is
     */
    public record Shared(
            Ticker ticker,
            ActivePolicy<ServingPolicy> policy,
            Accounts accounts,
            KeyedMarks marks,
            GatewayMeters meters,
            MemoryBudget budget,
            OpenExchanges open,
            Overload overload,
            long maxBody,
            @Nullable Recorder recorder,
            Standings standings,
            @Nullable SpanSink spans) {}

    /**
     * A lane.
     *
     * @param index the number of the lane, from 0 to 255
     * @param checks asks upstreams whether they are well, over the pool's connections
     * @param log null when there is no access log
     * @param decisions takes those lines again that tell of a filter's decision, null when nobody wants them
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
        this.failures = new TickFailures(shared.ticker());
        this.duties = List.of(() -> checks.tick(now), this::closeIdle, this::flushLogs);
    }

    /** Starts the tick that looks for time running out. */
    public void start() {
        loop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Looks for time running out; called on the event loop, some twenty times a second. */
    void tick() {
        now = shared.ticker().nanos();
        if (!looking) {
            deadlines.begin();
            lookOn();
        }
        for (Runnable duty : duties) {
            failures.guard(duty);
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

    private void lookOn() {
        looking = !deadlines.goOn(shared.ticker(), failures);
        if (looking) {
            loop.schedule(lookOn, 1, TimeUnit.MILLISECONDS);
        }
    }

    /** Closes what the lane holds; called on the event loop when its last exchange is over. */
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

    /** Returns what accounts asked for here. */
    public AccountCounts counts() {
        return counts;
    }

    /** Returns the last refusal of each account that was refused here. */
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
     * Returns the peer of a new connection.
     *
     * @param trustedHops how many proxies in front of the gateway are trusted to name the caller's address
     */
    public Peer peer(long id, InetSocketAddress socket, int trustedHops) {
        return new Peer(id, socket, shared.accounts().cursor(), trustedHops);
    }

    /** Returns whether the policy's filters let a peer connect. */
    public boolean accepts(Peer peer) {
        ActivePolicy.Pinned<ServingPolicy> pinned = pinPolicy();
        try {
            return pinned.policy().chain().accept(peer);
        } finally {
            pinned.release();
        }
    }

    /** Returns whether the process runs out of something. */
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

    PacedMemory pacedMemory() {
        return pacedMemory;
    }

    UsageEvents usageEvents() {
        return usageEvents;
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

    /** Returns the time of the last tick in the ticker's nanoseconds: good enough for timeouts, and free. */
    long now() {
        return now;
    }

    /** Returns whether the time that is spent on the request at hand is measured. */
    public boolean isSampled() {
        return GatewayMeters.isSampled(exchanges);
    }

    /** Returns how many upstream connections lay idle at the last tick. */
    public int idleUpstream() {
        return idleUpstream;
    }

    long nextNumber() {
        return ++exchanges;
    }

    /** Returns memory that may be used until the event loop turns to something else. */
    byte[] scratch() {
        return scratch;
    }

    /** Lends a reader of usage; {@link #giveBack} takes it back. */
    UsageReader usageReader() {
        UsageReader spare = readers.pollFirst();
        return spare == null ? new UsageReader() : spare;
    }

    void giveBack(UsageReader spare) {
        if (readers.size() < MAX_READERS) {
            readers.addFirst(spare);
        }
    }

    /** Lends a head for one request, where a connection has several at once; {@link #giveBack} takes it back. */
    public Http1Head requestHead() {
        Http1Head spare = heads.pollFirst();
        return spare == null ? new Http1Head() : spare;
    }

    /** Takes back a head whose exchange, if it had one, is over. */
    public void giveBack(Http1Head spare) {
        if (heads.size() < MAX_HEADS) {
            heads.addFirst(spare);
        }
    }

    ByteBuf buffer(int capacity) {
        return ByteBufAllocator.DEFAULT.directBuffer(capacity);
    }

    /** Watches something for time running out until the returned action is run. */
    public Runnable watch(TickListener listener) {
        Deadlines.Watched entry = new Deadlines.Watched() {
            @Override
            void onTick(long time) {
                listener.onTick(time);
            }
        };
        deadlines.start(entry);
        return () -> deadlines.end(entry);
    }

    /** Looks whether time has run out. */
    @FunctionalInterface
    public interface TickListener {
        /** Called some twenty times a second with the ticker's time in nanoseconds. */
        void onTick(long now);
    }
}
