package dev.stillgate.proxy.fleet;

import dev.stillgate.proxy.fleet.LinkWatch.StoreTime;
import dev.stillgate.proxy.fleet.StreamWriter.StreamName;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reader of streams, on its own connection because reads block it. The cursor of a stream advances only after its
 * records were delivered. A disconnect therefore repeats records and loses none, as long as the stream still keeps
 * them. A cursor beyond the end of its stream is set back to it: the stream was replaced, and the ids of its next
 * records may be below the cursor.
 */
final class StreamReader {
    /** How long one read blocks in the store. */
    static final Duration BLOCK = Duration.ofMillis(250);

    private static final Logger log = LoggerFactory.getLogger(StreamReader.class);
    private static final int MOST_AT_ONCE = 256;

    /** Returns the store's time and the id of a stream's last record. */
    private static final byte[] POSITION = """
            local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
            local time = redis.call('TIME')
            return {time[1], time[2], last[1] and last[1][1] or '0-0'}
            """.getBytes(StandardCharsets.US_ASCII);

    private final StoreConnection reads;
    private final StoreConnection writes;
    private final EventLoop loop;
    private final EventExecutor worker;
    private final FleetMeters meters;
    private final Map<String, Cursor> cursors = new ConcurrentHashMap<>();
    private volatile boolean started;
    private volatile boolean anyDue;
    private final AtomicInteger joins = new AtomicInteger();
    private boolean reading;

    /**
     * Creates a reader; call {@link #start} to begin.
     *
     * @param reads the connection for blocking reads
     * @param writes the connection that records are sent on
     */
    StreamReader(
            StoreConnection reads, StoreConnection writes, EventLoop loop, EventExecutor worker, FleetMeters meters) {
        this.reads = reads;
        this.writes = writes;
        this.loop = loop;
        this.worker = worker;
        this.meters = meters;
    }

    /** Receives the records of a stream on the worker. */
    @FunctionalInterface
    interface Listener {
        /**
         * Receives one record.
         *
         * @param millis the time when the store accepted it, in milliseconds since the epoch by the store's clock
         */
        void record(long millis, String node, byte[] record);

        /** Tells that earlier records may have been missed: the store was joined, or the stream was replaced. */
        default void joined() {}
    }

    /**
     * Adds a listener for new records.
     *
     * @param back the maximum age in the past of the first record, if this is the first listener of the stream
     */
    void listen(StreamName stream, Duration back, Listener listener) {
        cursors.computeIfAbsent(stream.key(), absent -> new Cursor(stream.bytes(), back.toMillis()))
                .listeners
                .add(new Guarded(stream.key(), listener));
        anyDue = true;
        if (started) {
            execute(loop, this::positionCursors);
        }
    }

    void start() {
        started = true;
    }

    /** Checks all cursors, and tells the listeners after that. Called on the worker when the store was joined. */
    void onJoin() {
        joins.incrementAndGet();
        checkCursors();
    }

    /** Looks for replaced streams. Called on the worker. */
    void checkCursors() {
        cursors.values().forEach(cursor -> cursor.due = true);
        anyDue = true;
        execute(loop, this::positionCursors);
    }

    /**
     * Asks for the ends of streams whose cursors are missing or to be checked. The request uses the connection that
     * records are sent on, so that records sent by this gateway after {@link #listen} come after the cursor. Called on
     * the fleet's thread.
     */
    void positionCursors() {
        StatefulRedisConnection<byte[], byte[]> open = writes.get();
        if (!anyDue || open == null) {
            return;
        }
        anyDue = false;
        for (Cursor cursor : cursors.values()) {
            if (cursor.asked) {
                anyDue = true;
            } else if (cursor.due) {
                cursor.due = false;
                cursor.asked = true;
                String before = cursor.after;
                int join = joins.get();
                open.async()
                        .<List<byte[]>>eval(POSITION, ScriptOutputType.MULTI, new byte[][] {cursor.key})
                        .whenCompleteAsync((end, failure) -> position(cursor, before, join, end), worker);
            }
        }
    }

    /** Evaluates the end of a stream. Its cursor may have advanced since the question, but only to what was there. */
    private void position(Cursor cursor, @Nullable String before, int join, @Nullable List<byte[]> end) {
        cursor.asked = false;
        if (end == null) {
            cursor.due = true;
            anyDue = true;
            return;
        }
        String last = new String(end.get(2), StandardCharsets.US_ASCII);
        boolean replaced = before != null && isAfter(before, last);
        if (replaced) {
            log.info("the store's stream {} was replaced: reading goes on at its end", cursor);
            cursor.after = last;
        } else if (before == null) {
            long millis = StoreTime.nanos(end) / 1_000_000 - cursor.back;
            String then = Math.max(millis - 1, 0) + "-" + Long.toUnsignedString(-1);
            cursor.after = cursor.back == 0 || isAfter(then, last) ? last : then;
        }
        if (replaced || join != cursor.join) {
            cursor.join = join;
            cursor.listeners.forEach(listener -> listener.joined(meters));
        }
        read();
    }

    /** Compares stream ids, whose parts are unsigned numbers of 64 bits. */
    private static boolean isAfter(String one, String other) {
        int byMillis = Long.compareUnsigned(millis(one), millis(other));
        return byMillis != 0 ? byMillis > 0 : Long.compareUnsigned(sequence(one), sequence(other)) > 0;
    }

    private static long millis(String id) {
        return Long.parseUnsignedLong(id, 0, id.indexOf('-'), 10);
    }

    private static long sequence(String id) {
        return Long.parseUnsignedLong(id, id.indexOf('-') + 1, id.length(), 10);
    }

    /** Starts the next read unless one is in progress. Called on the worker. */
    void read() {
        StatefulRedisConnection<byte[], byte[]> open = reads.get();
        if (reading || open == null) {
            return;
        }
        List<StreamOffset<byte[]>> offsets = new ArrayList<>();
        for (Cursor cursor : cursors.values()) {
            String after = cursor.after;
            if (after != null) {
                offsets.add(StreamOffset.from(cursor.key, after));
            }
        }
        if (offsets.isEmpty()) {
            return;
        }
        reading = true;
        @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
        StreamOffset<byte[]>[] streams = offsets.toArray(new StreamOffset[0]);
        open.async()
                .xread(XReadArgs.Builder.block(BLOCK).count(MOST_AT_ONCE), streams)
                .whenCompleteAsync(this::answered, worker);
    }

    /** Handles the result of a read. After a failure, the next periodic check reads again. */
    private void answered(@Nullable List<StreamMessage<byte[], byte[]>> messages, @Nullable Throwable failure) {
        reading = false;
        if (messages != null) {
            messages.forEach(this::deliver);
            execute(worker, this::read);
        }
    }

    private void deliver(StreamMessage<byte[], byte[]> message) {
        Cursor cursor = cursors.get(new String(message.getStream(), StandardCharsets.UTF_8));
        if (cursor == null) {
            return;
        }
        Iterator<byte[]> fields = message.getBody().values().iterator();
        byte[] node = fields.hasNext() ? fields.next() : null;
        byte[] record = fields.hasNext() ? fields.next() : null;
        String id = message.getId();
        if (node != null && record != null) {
            long millis = millis(id);
            String name = new String(node, StandardCharsets.UTF_8);
            for (Guarded listener : cursor.listeners) {
                meters.received.increment();
                listener.record(millis, name, record, meters);
            }
        }
        cursor.after = id;
    }

    private static void execute(EventExecutor thread, Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException closed) {
            log.debug("the fleet is closing");
        }
    }

    /** The read position and the listeners of one stream. */
    private static final class Cursor {
        private final byte[] key;
        private final long back;
        private final List<Guarded> listeners = new CopyOnWriteArrayList<>();
        private volatile @Nullable String after;
        private volatile boolean due = true;
        private volatile boolean asked;
        private int join;

        private Cursor(byte[] key, long back) {
            this.key = key;
            this.back = back;
        }

        @Override
        public String toString() {
            return new String(key, StandardCharsets.UTF_8);
        }
    }

    /** A listener with isolated failures: the first is logged, all are counted. */
    private static final class Guarded {
        private final String stream;
        private final Listener listener;
        private boolean logged;

        private Guarded(String stream, Listener listener) {
            this.stream = stream;
            this.listener = listener;
        }

        private void record(long millis, String node, byte[] record, FleetMeters meters) {
            guard(() -> listener.record(millis, node, record), meters);
        }

        private void joined(FleetMeters meters) {
            guard(listener::joined, meters);
        }

        private void guard(Runnable call, FleetMeters meters) {
            try {
                call.run();
            } catch (RuntimeException | LinkageError failure) {
                meters.readerFailures.increment();
                if (!logged) {
                    logged = true;
                    log.error("a reader of {} failed; its further failures are only counted", stream, failure);
                }
            }
        }
    }
}
