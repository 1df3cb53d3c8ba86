package dev.stillgate.proxy.fleet;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ByteArrayOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends records to the other gateways of a fleet: appends them to Valkey streams (XADD) in batches, on the fleet's
 * event loop. {@link #offer} never blocks; it drops the record if the queue is full or the store is not joined. The
 * number of unanswered records is bounded, so that they do not delay token bucket draws on that loop. Thread-safe.
 */
final class StreamWriter {
    static final int MOST_RECORDS = 8192;
    static final int MOST_BYTES = 8 << 20;
    /** Maximum number of unanswered records, so that a flood of records does not delay draws on the same thread. */
    private static final int WINDOW = 256;

    private static final byte[] NODE = {'n'};
    private static final byte[] RECORD = {'r'};

    private final byte[] node;
    private final StoreConnection connection;
    private final BooleanSupplier joined;
    private final EventLoop loop;
    private final FleetMeters meters;
    private final Runnable beforeSending;
    private final ConcurrentLinkedQueue<QueuedRecord> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger records = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /**
     * Creates a writer.
     *
     * @param beforeSending called on the fleet's thread before every batch
     */
    StreamWriter(
            String node,
            StoreConnection connection,
            BooleanSupplier joined,
            EventLoop loop,
            FleetMeters meters,
            Runnable beforeSending) {
        this.node = node.getBytes(StandardCharsets.UTF_8);
        this.connection = connection;
        this.joined = joined;
        this.loop = loop;
        this.meters = meters;
        this.beforeSending = beforeSending;
    }

    /** Queues a record. Returns false if the record was dropped. */
    boolean offer(StreamName stream, byte[] record) {
        return offer(new QueuedRecord(stream, record, null));
    }

    /** Queues a record; the stage completes on the fleet's event loop when the store has it, and fails if it was dropped. */
    CompletionStage<Void> send(StreamName stream, byte[] record) {
        CompletableFuture<Void> stored = new CompletableFuture<>();
        if (!offer(new QueuedRecord(stream, record, stored))) {
            stored.completeExceptionally(new IllegalStateException("the queue is full, or the fleet's store is lost"));
        }
        return stored;
    }

    private boolean offer(QueuedRecord queued) {
        boolean accepted = joined.getAsBoolean() && reserve(queued.record.length);
        if (!accepted) {
            meters.dropped.increment();
            return false;
        }
        queue.add(queued);
        wake();
        return true;
    }

    /** Returns whether every record was sent and answered. */
    boolean idle() {
        return records.get() == 0;
    }

    private boolean reserve(int length) {
        if (records.incrementAndGet() <= MOST_RECORDS) {
            if (bytes.addAndGet(length) <= MOST_BYTES) {
                return true;
            }
            bytes.addAndGet(-length);
        }
        records.decrementAndGet();
        return false;
    }

    private void release(QueuedRecord done, boolean accepted) {
        (accepted ? meters.sent : meters.dropped).increment();
        bytes.addAndGet(-done.record.length);
        records.decrementAndGet();
        if (done.stored != null) {
            if (accepted) {
                done.stored.complete(null);
            } else {
                done.stored.completeExceptionally(
                        new IllegalStateException("the fleet's store did not confirm a record"));
            }
        }
    }

    private void wake() {
        if (scheduled.compareAndSet(false, true)) {
            try {
                loop.execute(this::send);
            } catch (RejectedExecutionException closed) {
                scheduled.set(false);
            }
        }
    }

    private void send() {
        scheduled.set(false);
        StatefulRedisConnection<byte[], byte[]> open = connection.get();
        if (open == null) {
            for (QueuedRecord waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
                release(waiting, false);
            }
            return;
        }
        beforeSending.run();
        List<AsyncCommand<byte[], byte[], byte[]>> batch = new ArrayList<>();
        int capacity = WINDOW - unanswered.get();
        for (QueuedRecord waiting = next(capacity); waiting != null; waiting = next(capacity - batch.size())) {
            QueuedRecord sent = waiting;
            AsyncCommand<byte[], byte[], byte[]> command = command(sent);
            command.whenComplete((id, failure) -> answered(sent, failure == null));
            batch.add(command);
        }
        if (!batch.isEmpty()) {
            unanswered.addAndGet(batch.size());
            open.dispatch(batch);
        }
    }

    private @Nullable QueuedRecord next(int capacity) {
        return capacity > 0 ? queue.poll() : null;
    }

    private void answered(QueuedRecord waiting, boolean accepted) {
        release(waiting, accepted);
        if (unanswered.decrementAndGet() <= WINDOW / 2 && !queue.isEmpty()) {
            wake();
        }
    }

    private AsyncCommand<byte[], byte[], byte[]> command(QueuedRecord waiting) {
        CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE)
                .addKey(waiting.stream.bytes())
                .add("MAXLEN")
                .add("~")
                .add(waiting.stream.lengthFor(waiting.record.length))
                .add("*")
                .add(NODE)
                .add(node)
                .add(RECORD)
                .add(waiting.record);
        return new AsyncCommand<>(
                new Command<>(CommandType.XADD, new ByteArrayOutput<>(ByteArrayCodec.INSTANCE), arguments));
    }

    /** A record, its stream, and who waits for it. */
    private static final class QueuedRecord {
        private final StreamName stream;
        private final byte[] record;
        private final @Nullable CompletableFuture<Void> stored;

        private QueuedRecord(StreamName stream, byte[] record, @Nullable CompletableFuture<Void> stored) {
            this.stream = stream;
            this.record = record;
            this.stored = stored;
        }
    }

    /**
     * Name and size limits of a stream in the store.
     *
     * @param key the key of the stream
     * @param length the approximate number of records to keep, unless they are large
     */
    record StreamName(String key, int length) {
        /**
         * Approximate limit in bytes for large records. The store's memory is limited, and a full store refuses all
         * writes.
         */
        static final int MOST_BYTES = 64 << 20;

        byte[] bytes() {
            return key.getBytes(StandardCharsets.UTF_8);
        }

        /** Returns the approximate number of records to keep when a record of the given size is added. */
        int lengthFor(int recordBytes) {
            return Math.min(length, MOST_BYTES / Math.max(1, recordBytes));
        }
    }
}
