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
 * Bucket4j buckets in the store, one for each key, changed by compare-and-swap. The caller only puts its draw into the
 * queue of the fleet's own thread. A draw that fails before it is sent (the store is lost, too many are under way, the
 * terms are no bucket's) was not carried out; one that fails later may have been, and then its owed tokens are taken and
 * the wanted ones are lost until they refill. So whoever takes a failed draw's owed tokens as paid and its wanted tokens
 * as not granted never grants more than there is; whoever asks for the owed ones again may have them taken twice.
 */
final class StoreBuckets implements SharedBuckets {
    static final int MOST_UNDER_WAY = 1024;
    private static final Duration KEPT_WHEN_FULL = Duration.ofSeconds(60);

    /** The bucket of a probe: it grants every one of them, and each is a write. */
    private static final Terms PROBE = new Terms(1000, 1000, Duration.ofSeconds(1), false);

    private final byte[] prefix;
    private final StoreConnection connection;
    private final BooleanSupplier joined;
    private final TimeMeter clock;
    private final EventLoop loop;
    private final Duration timeout;
    private final FleetMeters meters;
    private final AtomicInteger underWay = new AtomicInteger();
    private final Map<String, ArrayDeque<Asked>> turns = new HashMap<>();
    private final Set<Asked> open = Collections.newSetFromMap(new IdentityHashMap<>());
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
        if (underWay.incrementAndGet() > MOST_UNDER_WAY) {
            underWay.decrementAndGet();
            return refused(() -> new RejectedExecutionException(MOST_UNDER_WAY + " draws are under way already"));
        }
        CompletableFuture<Drawn> answer = new CompletableFuture<>();
        try {
            Asked asked = new Asked(draw, new DrawCommand(draw, answer::isDone), answer, true);
            loop.execute(() -> enqueue(asked));
        } catch (IllegalArgumentException | RejectedExecutionException refusal) {
            underWay.decrementAndGet();
            return refused(() -> refusal);
        }
        return answer;
    }

    /**
     * Draws from a bucket of the gateway's own, whether the store is joined or not: it comes to what any draw comes to, so
     * a store that refuses those refuses this one. It is not counted.
     */
    CompletionStage<Drawn> probe(String node) {
        Draw draw = new Draw("link:" + node, PROBE, 0, 1);
        CompletableFuture<Drawn> answer = new CompletableFuture<>();
        Asked asked = new Asked(draw, new DrawCommand(draw, answer::isDone), answer, false);
        try {
            loop.execute(() -> enqueue(asked));
        } catch (RejectedExecutionException closed) {
            return CompletableFuture.failedFuture(closed);
        }
        return answer;
    }

    private CompletionStage<Drawn> refused(Supplier<RuntimeException> why) {
        meters.drawFailures.increment();
        return CompletableFuture.failedFuture(why.get());
    }

    /** Draws of one key go one after another: at once they would only overtake and repeat each other in the store. */
    private void enqueue(Asked asked) {
        ScheduledFuture<?> deadline = loop.schedule(
                () -> end(asked, null, new TimeoutException("no answer within " + timeout)),
                timeout.toNanos(),
                TimeUnit.NANOSECONDS);
        asked.answer.whenComplete((drawn, failure) -> deadline.cancel(false));
        open.add(asked);
        ArrayDeque<Asked> waiting = turns.get(asked.draw.key());
        if (waiting == null) {
            turns.put(asked.draw.key(), new ArrayDeque<>());
            ask(asked);
        } else {
            waiting.add(asked);
        }
    }

    private void ask(Asked asked) {
        LettuceBasedProxyManager<byte[]> store = store();
        if (store == null) {
            end(asked, null, new IllegalStateException("the fleet's store is lost"));
            next(asked.draw.key());
            return;
        }
        store.executeAsync(key(asked.draw.key()), new Request<>(asked.command, Versions.getLatest(), null, null))
                .whenComplete((result, failure) -> {
                    if (loop.inEventLoop()) {
                        answered(asked, result, failure);
                    } else {
                        loop.execute(() -> answered(asked, result, failure));
                    }
                });
    }

    private void answered(Asked asked, @Nullable CommandResult<Drawn> result, @Nullable Throwable failure) {
        end(asked, result == null ? null : result.getData(), failure);
        next(asked.draw.key());
    }

    private void end(Asked asked, @Nullable Drawn drawn, @Nullable Throwable failure) {
        if (asked.answer.isDone()) {
            return;
        }
        open.remove(asked);
        if (asked.counted) {
            underWay.decrementAndGet();
        }
        if (drawn != null && failure == null) {
            asked.answer.complete(drawn);
            return;
        }
        if (asked.counted) {
            meters.drawFailures.increment();
        }
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        asked.answer.completeExceptionally(cause == null ? new IllegalStateException("no answer") : cause);
    }

    private void next(String key) {
        ArrayDeque<Asked> waiting = turns.get(key);
        if (waiting == null) {
            return;
        }
        waiting.removeIf(asked -> asked.answer.isDone());
        Asked due = waiting.poll();
        if (due == null) {
            turns.remove(key);
        } else {
            loop.execute(() -> ask(due));
        }
    }

    /** Fails what is under way, so that nobody waits for ever; on the fleet's thread. */
    void abandon() {
        for (Asked asked : List.copyOf(open)) {
            end(asked, null, new IllegalStateException("the gateway is closing"));
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

    /** A draw and its answer; only a draw that was asked for by {@link #draw} is counted. */
    private record Asked(Draw draw, DrawCommand command, CompletableFuture<Drawn> answer, boolean counted) {}
}
