package dev.stillgate.proxy.fleet;

import dev.stillgate.spi.Fleet.Link;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the store answers and takes writes: it is asked for its time and then for a write again and again, one question
 * at a time, and it is joined while all connections are open and the last answers came in time. A store can answer every
 * read and refuse every write: a replica, a full one, one that cannot save to its disk.
 */
final class LinkWatch {
    private static final Logger log = LoggerFactory.getLogger(LinkWatch.class);

    /** How long no write may be refused before a store is joined: one that is full takes a write now and then. */
    private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String store;
    private final List<StoreConnection> connections;
    private final StoreConnection asked;
    private final StoreClock clock;
    private final Supplier<? extends CompletionStage<?>> write;
    private final EventExecutor worker;
    private final Runnable joins;
    private volatile Link link = Link.LOST;
    private volatile boolean closed;
    private boolean told;
    private boolean asking;
    private boolean answers;
    private boolean writing;
    private boolean unsteady;
    private long refusedAt;

    /**
     * A watch that has not looked yet.
     *
     * @param store what the log calls the store
     * @param connections all that must be open
     * @param asked the one of them that the question is asked on
     * @param clock learns from the answers
     * @param write writes to the store as a draw does, and fails when the store refuses
     * @param worker where the answers are looked at
     * @param joins called on the worker when the store has been joined, just before anybody can see it
     */
    LinkWatch(
            String store,
            List<StoreConnection> connections,
            StoreConnection asked,
            StoreClock clock,
            Supplier<? extends CompletionStage<?>> write,
            EventExecutor worker,
            Runnable joins) {
        this.store = store;
        this.connections = connections;
        this.asked = asked;
        this.clock = clock;
        this.write = write;
        this.worker = worker;
        this.joins = joins;
    }

    Link link() {
        return link;
    }

    boolean joined() {
        return link == Link.JOINED;
    }

    /** Loses the store for good. */
    void close() {
        closed = true;
        link = Link.LOST;
    }

    /** Opens what is not open and asks, unless a question is still under way; on the worker. */
    void look() {
        connections.forEach(StoreConnection::keep);
        if (asking || closed) {
            return;
        }
        for (StoreConnection connection : connections) {
            if (connection.get() == null) {
                lost(connection.missing());
                return;
            }
        }
        StatefulRedisConnection<byte[], byte[]> connection = asked.get();
        if (connection != null) {
            asking = true;
            long sent = System.nanoTime();
            connection.async().time().whenCompleteAsync((time, failure) -> answered(time, failure, sent), worker);
        }
    }

    private void answered(@Nullable List<byte[]> time, @Nullable Throwable failure, long sent) {
        asking = false;
        if (closed) {
            return;
        }
        if (time == null) {
            lost(failure == null ? "no time" : StoreConnection.reason(failure));
            return;
        }
        clock.learn(StoreTime.nanos(time), sent, System.nanoTime());
        answers = true;
        if (!writing) {
            writing = true;
            write.get().whenCompleteAsync((written, refusal) -> written(refusal), worker);
        }
    }

    /** A write that was neither taken nor refused says nothing that the next question does not. */
    private void written(@Nullable Throwable failure) {
        writing = false;
        if (closed || !answers) {
            return;
        }
        if (failure != null) {
            if (StoreConnection.cause(failure) instanceof RedisCommandExecutionException refusal) {
                refused(refusal);
            }
            return;
        }
        unsteady = unsteady && System.nanoTime() - refusedAt < STEADY_NANOS;
        if (link != Link.JOINED && !unsteady) {
            joins.run();
            link = Link.JOINED;
            log.info("joined the fleet's store {}", store);
            told = true;
        }
    }

    /** Takes a store for lost that refuses writes; a replica is left, since its name may lead to the primary by now. */
    private void refused(RedisCommandExecutionException refusal) {
        told &= unsteady; // the first refusal is told, also of a store that was lost for another reason
        unsteady = true;
        refusedAt = System.nanoTime();
        lost("it refuses writes: " + StoreConnection.reason(refusal));
        if (refusal instanceof RedisReadOnlyException) {
            connections.forEach(StoreConnection::leave);
        }
    }

    /** Takes the store for lost; what has not failed yet is not worth a line. */
    private void lost(@Nullable String why) {
        answers = false;
        if (link == Link.JOINED || (!told && why != null)) {
            link = Link.LOST;
            log.warn("the fleet's store {} is lost: {}", store, why);
            told = true;
        }
    }
}
