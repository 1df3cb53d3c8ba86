package dev.stillgate.proxy.fleet;

import dev.stillgate.spi.Fleet.Link;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Periodic check whether the store responds and accepts writes. Each check asks for the store's time and then writes,
 * one request at a time. The store counts as joined while all connections are open and the last responses came in time.
 * The write is needed because a replica, a full store, or a store that cannot save to disk still serves every read.
 */
final class LinkWatch {
    private static final Logger log = LoggerFactory.getLogger(LinkWatch.class);

    /** Time without a refused write before the store is joined again; a full store accepts a write now and then. */
    private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String store;
    private final List<StoreConnection> connections;
    private final StoreConnection probed;
    private final StoreClock clock;
    private final Supplier<? extends CompletionStage<?>> write;
    private final EventExecutor worker;
    private final Runnable onJoin;
    private volatile Link link = Link.LOST;
    private volatile boolean closed;
    private boolean logged;
    private boolean checking;
    private boolean responds;
    private boolean writing;
    private boolean recentlyRefused;
    private long refusedAt;

    /**
     * Creates a watch; the store counts as lost until the first check succeeds.
     *
     * @param store the store's name in the log
     * @param connections the connections that must be open
     * @param probed the connection used for checks
     * @param clock the clock to synchronize with the store's time
     * @param write writes to the store as a draw does; fails if the store refuses
     * @param worker the executor of all callbacks
     * @param onJoin called on the worker when the store is joined, before {@link #link} changes
     */
    LinkWatch(
            String store,
            List<StoreConnection> connections,
            StoreConnection probed,
            StoreClock clock,
            Supplier<? extends CompletionStage<?>> write,
            EventExecutor worker,
            Runnable onJoin) {
        this.store = store;
        this.connections = connections;
        this.probed = probed;
        this.clock = clock;
        this.write = write;
        this.worker = worker;
        this.onJoin = onJoin;
    }

    Link link() {
        return link;
    }

    boolean joined() {
        return link == Link.JOINED;
    }

    /** Stops checking; the link stays lost. */
    void close() {
        closed = true;
        link = Link.LOST;
    }

    /** Opens missing connections and starts a check unless one is in progress. Called on the worker. */
    void check() {
        connections.forEach(StoreConnection::ensureOpen);
        if (checking || closed) {
            return;
        }
        for (StoreConnection connection : connections) {
            if (connection.get() == null) {
                lost(connection.failureReason());
                return;
            }
        }
        StatefulRedisConnection<byte[], byte[]> connection = probed.get();
        if (connection != null) {
            checking = true;
            long sent = System.nanoTime();
            connection.async().time().whenCompleteAsync((time, failure) -> answered(time, failure, sent), worker);
        }
    }

    private void answered(@Nullable List<byte[]> time, @Nullable Throwable failure, long sent) {
        checking = false;
        if (closed) {
            return;
        }
        if (time == null) {
            lost(failure == null ? "no time" : StoreConnection.reason(failure));
            return;
        }
        clock.synchronize(StoreTime.nanos(time), sent, System.nanoTime());
        responds = true;
        if (!writing) {
            writing = true;
            write.get().whenCompleteAsync((written, refusal) -> written(refusal), worker);
        }
    }

    /** Evaluates the write. A write without a result is ignored; the next check covers it. */
    private void written(@Nullable Throwable failure) {
        writing = false;
        if (closed || !responds) {
            return;
        }
        if (failure != null) {
            if (StoreConnection.cause(failure) instanceof RedisCommandExecutionException refusal) {
                refused(refusal);
            }
            return;
        }
        recentlyRefused = recentlyRefused && System.nanoTime() - refusedAt < STEADY_NANOS;
        if (link != Link.JOINED && !recentlyRefused) {
            onJoin.run();
            link = Link.JOINED;
            log.info("joined the fleet's store {}", store);
            logged = true;
        }
    }

    /**
     * Marks a store that refuses writes as lost. A replica is disconnected, since its host name may lead to the primary
     * by now.
     */
    private void refused(RedisCommandExecutionException refusal) {
        logged &= recentlyRefused; // the first refusal is logged even if the store was already lost for another reason
        recentlyRefused = true;
        refusedAt = System.nanoTime();
        lost("it refuses writes: " + StoreConnection.reason(refusal));
        if (refusal instanceof RedisReadOnlyException) {
            connections.forEach(StoreConnection::disconnect);
        }
    }

    /** Marks the store as lost. While nothing has failed yet, nothing is logged. */
    private void lost(@Nullable String why) {
        responds = false;
        if (link == Link.JOINED || (!logged && why != null)) {
            link = Link.LOST;
            log.warn("the fleet's store {} is lost: {}", store, why);
            logged = true;
        }
    }

    /** Parser of the store's response to {@code TIME}. */
    static final class StoreTime {
        private StoreTime() {}

        /** Returns the time in nanoseconds since the epoch, from decimal seconds and microseconds. */
        static long nanos(List<byte[]> time) {
            return TimeUnit.SECONDS.toNanos(number(time.get(0))) + TimeUnit.MICROSECONDS.toNanos(number(time.get(1)));
        }

        private static long number(byte[] decimal) {
            return Long.parseLong(new String(decimal, StandardCharsets.US_ASCII));
        }
    }
}
