package dev.stillgate.proxy.fleet;

import dev.stillgate.spi.SharedBuckets;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.remote.CommandResult;
import io.github.bucket4j.distributed.remote.Request;
import io.github.bucket4j.distributed.versioning.Versions;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.github.bucket4j.redis.lettuce.cas.LettuceBasedProxyManager;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bucket4j buckets in the store, one per key, changed by compare-and-swap on the fleet's own thread.
 *
 * <p>A draw that fails before it is sent has no effect: the store is lost, too many draws are in flight, or the terms
 * are invalid. A draw that fails later may have taken effect: the owed tokens are taken, and the wanted ones are lost
 * until they refill. Code that draws should therefore treat the owed tokens of a failed draw as paid and the wanted
 * ones as not granted. It then never grants too much. Repeating the owed tokens may charge them twice.
 *
 * <p>Thread-safe.
 */
final class StoreBuckets implements SharedBuckets {
    static final int MAX_IN_FLIGHT = 1024;
    private static final Duration KEPT_WHEN_FULL = Duration.ofSeconds(60);

    /** The terms of the probe's bucket: every probe is granted, and each is a write. */
    private static final Terms PROBE = new Terms(1000, 1000, Duration.ofSeconds(1), false);

    private final byte[] prefix;
    private final StoreConnection connection;
    private final BooleanSupplier joined;
    private final TimeMeter clock;
    private final EventLoop loop;
    private final Duration timeout;
    private final FleetMeters meters;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Map<String, ArrayDeque<PendingDraw>> queues = new HashMap<>();
    private final Set<PendingDraw> pending = Collections.newSetFromMap(new IdentityHashMap<>());
    private @Nullable StatefulRedisConnection<byte[], byte[]> current;
    private @Nullable LettuceBasedProxyManager<byte[]> buckets;

    StoreBuckets(
            String prefix,
            StoreConnection connection,
            BooleanSupplier joined,
            TimeMeter clock,
            EventLoop loop,
            Duration timeout,
            FleetMeters meters) {
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
        this.connection = connection;
        this.joined = joined;
        this.clock = clock;
        this.loop = loop;
        this.timeout = timeout;
        this.meters = meters;
    }

    @Override
    public CompletionStage<Drawn> draw(Draw draw) {
        meters.draws.increment();
        if (!joined.getAsBoolean()) {
            return refused(() -> new IllegalStateException("the fleet's store is lost"));
        }
        if (inFlight.incrementAndGet() > MAX_IN_FLIGHT) {
            inFlight.decrementAndGet();
            return refused(() -> new RejectedExecutionException(MAX_IN_FLIGHT + " draws are in flight already"));
        }
        CompletableFuture<Drawn> result = new CompletableFuture<>();
        try {
            PendingDraw pendingDraw = new PendingDraw(draw, new DrawCommand(draw, result::isDone), result, true);
            loop.execute(() -> enqueue(pendingDraw));
        } catch (IllegalArgumentException | RejectedExecutionException refusal) {
            inFlight.decrementAndGet();
            return refused(() -> refusal);
        }
        return result;
    }

    /**
     * Draws from this gateway's own bucket, whether or not the store is joined. It follows the path of any draw, so a
     * store that refuses draws refuses it too. It is not counted.
     */
    CompletionStage<Drawn> probe(String node) {
        Draw draw = new Draw("link:" + node, PROBE, 0, 1);
        CompletableFuture<Drawn> result = new CompletableFuture<>();
        PendingDraw pendingDraw = new PendingDraw(draw, new DrawCommand(draw, result::isDone), result, false);
        try {
            loop.execute(() -> enqueue(pendingDraw));
        } catch (RejectedExecutionException closed) {
            return CompletableFuture.failedFuture(closed);
        }
        return result;
    }

    private CompletionStage<Drawn> refused(Supplier<RuntimeException> why) {
        meters.drawFailures.increment();
        return CompletableFuture.failedFuture(why.get());
    }

    /**
     * Queues a draw. Draws of one key run one after another, because concurrent ones would only conflict in the store
     * and be repeated.
     */
    private void enqueue(PendingDraw pendingDraw) {
        ScheduledFuture<?> deadline = loop.schedule(
                () -> end(pendingDraw, null, new TimeoutException("no response within " + timeout)),
                timeout.toNanos(),
                TimeUnit.NANOSECONDS);
        pendingDraw.result.whenComplete((drawn, failure) -> deadline.cancel(false));
        pending.add(pendingDraw);
        ArrayDeque<PendingDraw> waiting = queues.get(pendingDraw.draw.key());
        if (waiting == null) {
            queues.put(pendingDraw.draw.key(), new ArrayDeque<>());
            send(pendingDraw);
        } else {
            waiting.add(pendingDraw);
        }
    }

    private void send(PendingDraw pendingDraw) {
        LettuceBasedProxyManager<byte[]> store = store();
        if (store == null) {
            end(pendingDraw, null, new IllegalStateException("the fleet's store is lost"));
            next(pendingDraw.draw.key());
            return;
        }
        store.executeAsync(
                        key(pendingDraw.draw.key()),
                        new Request<>(pendingDraw.command, Versions.getLatest(), null, null))
                .whenComplete((result, failure) -> {
                    if (loop.inEventLoop()) {
                        answered(pendingDraw, result, failure);
                    } else {
                        loop.execute(() -> answered(pendingDraw, result, failure));
                    }
                });
    }

    private void answered(PendingDraw pendingDraw, @Nullable CommandResult<Drawn> result, @Nullable Throwable failure) {
        end(pendingDraw, result == null ? null : result.getData(), failure);
        next(pendingDraw.draw.key());
    }

    private void end(PendingDraw pendingDraw, @Nullable Drawn drawn, @Nullable Throwable failure) {
        if (pendingDraw.result.isDone()) {
            return;
        }
        pending.remove(pendingDraw);
        if (pendingDraw.counted) {
            inFlight.decrementAndGet();
        }
        if (drawn != null && failure == null) {
            pendingDraw.result.complete(drawn);
            return;
        }
        if (pendingDraw.counted) {
            meters.drawFailures.increment();
        }
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        pendingDraw.result.completeExceptionally(cause == null ? new IllegalStateException("no response") : cause);
    }

    private void next(String key) {
        ArrayDeque<PendingDraw> waiting = queues.get(key);
        if (waiting == null) {
            return;
        }
        waiting.removeIf(pendingDraw -> pendingDraw.result.isDone());
        PendingDraw due = waiting.poll();
        if (due == null) {
            queues.remove(key);
        } else {
            loop.execute(() -> send(due));
        }
    }

    /** Fails all pending draws. Called on the fleet's thread. */
    void abandon() {
        for (PendingDraw pendingDraw : List.copyOf(pending)) {
            end(pendingDraw, null, new IllegalStateException("the gateway is closing"));
        }
    }

    private @Nullable LettuceBasedProxyManager<byte[]> store() {
        StatefulRedisConnection<byte[], byte[]> now = connection.get();
        if (now == null) {
            return null;
        }
        if (!now.equals(current) || buckets == null) {
            current = now;
            buckets = Bucket4jLettuce.casBasedBuilder(now)
                    .clientClock(clock)
                    .expirationAfterWrite(
                            ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT_WHEN_FULL))
                    .build();
        }
        return buckets;
    }

    private byte[] key(String key) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        byte[] whole = new byte[prefix.length + name.length];
        System.arraycopy(prefix, 0, whole, 0, prefix.length);
        System.arraycopy(name, 0, whole, prefix.length, name.length);
        return whole;
    }

    /** A draw and its future result; probes are not counted. */
    private record PendingDraw(Draw draw, DrawCommand command, CompletableFuture<Drawn> result, boolean counted) {}
}
