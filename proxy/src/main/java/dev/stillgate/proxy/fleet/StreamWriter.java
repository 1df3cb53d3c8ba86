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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What appends records to streams. Whoever has one puts it into a queue without locks and goes on; the fleet's own
 * thread sends what has come together in one write. What waits, and what was sent and not yet taken, is bounded.
 */
final class StreamWriter {
    static final int MOST_RECORDS = 8192;
    static final int MOST_BYTES = 8 << 20;
    /** How many are sent and not answered at most, so that a flood of records leaves room on the thread for draws. */
    private static final int WINDOW = 256;

    private static final byte[] NODE = {'n'};
    private static final byte[] RECORD = {'r'};

    private final byte[] node;
    private final StoreConnection connection;
    private final BooleanSupplier joined;
    private final EventLoop loop;
    private final FleetMeters meters;
    private final Runnable beforeSending;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger records = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicBoolean woken = new AtomicBoolean();

    /**
     * A writer with nothing to send.
     *
     * @param beforeSending called on the fleet's thread ahead of every write, for what must be in the store before it
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

    /** Takes a record to send; returns false when it was dropped. */
    boolean offer(StreamName stream, byte[] record) {
        boolean taken = joined.getAsBoolean() && reserve(record.length);
        if (!taken) {
            meters.dropped.increment();
            return false;
        }
        queue.add(new Waiting(stream, record));
        wake();
        return true;
    }

    /** Returns whether everything was sent and answered. */
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

    private void release(Waiting done, boolean taken) {
        (taken ? meters.sent : meters.dropped).increment();
        bytes.addAndGet(-done.record.length);
        records.decrementAndGet();
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            try {
                loop.execute(this::send);
            } catch (RejectedExecutionException closed) {
                woken.set(false);
            }
        }
    }

    private void send() {
        woken.set(false);
        StatefulRedisConnection<byte[], byte[]> open = connection.get();
        if (open == null) {
            for (Waiting waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
                release(waiting, false);
            }
            return;
        }
        beforeSending.run();
        List<AsyncCommand<byte[], byte[], byte[]>> batch = new ArrayList<>();
        int room = WINDOW - unanswered.get();
        for (Waiting waiting = next(room); waiting != null; waiting = next(room - batch.size())) {
            Waiting sent = waiting;
            AsyncCommand<byte[], byte[], byte[]> command = command(sent);
            command.whenComplete((id, failure) -> answered(sent, failure == null));
            batch.add(command);
        }
        if (!batch.isEmpty()) {
            unanswered.addAndGet(batch.size());
            open.dispatch(batch);
        }
    }

    private @Nullable Waiting next(int room) {
        return room > 0 ? queue.poll() : null;
    }

    private void answered(Waiting waiting, boolean taken) {
        release(waiting, taken);
        if (unanswered.decrementAndGet() <= WINDOW / 2 && !queue.isEmpty()) {
            wake();
        }
    }

    private AsyncCommand<byte[], byte[], byte[]> command(Waiting waiting) {
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

    /** A record and where it goes. */
    private static final class Waiting {
        private final StreamName stream;
        private final byte[] record;

        private Waiting(StreamName stream, byte[] record) {
            this.stream = stream;
            this.record = record;
        }
    }
}
