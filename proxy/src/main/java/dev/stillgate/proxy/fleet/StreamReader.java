package dev.stillgate.proxy.fleet;

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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What reads streams, on a connection that it blocks. A place in a stream moves on only after its records were handed
 * over, so a break of the connection repeats records and loses none, as long as the stream still keeps them.
 */
final class StreamReader {
    /** How long one reading waits in the store for something to read. */
    static final Duration BLOCK = Duration.ofMillis(250);

    private static final Logger log = LoggerFactory.getLogger(StreamReader.class);
    private static final int MOST_AT_ONCE = 256;

    private final StoreConnection reads;
    private final StoreConnection writes;
    private final EventLoop loop;
    private final EventExecutor worker;
    private final FleetMeters meters;
    private final Map<String, Place> places = new ConcurrentHashMap<>();
    private volatile boolean started;
    private volatile boolean unplaced;
    private boolean reading;

    /**
     * A reader that has not started.
     *
     * @param reads the connection that it blocks
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

    /** Takes records of a stream; on the worker. */
    @FunctionalInterface
    interface Listener {
        /**
         * Takes one record.
         *
         * @param millis when the store took it, by the store's clock
         */
        void record(long millis, String node, byte[] record);
    }

    /**
     * Has records handed over from now on.
     *
     * @param back how old a record may be, when this is the first listener of the stream
     */
    void listen(StreamName stream, Duration back, Listener listener) {
        places.computeIfAbsent(stream.key(), absent -> new Place(stream.bytes(), back.toMillis()))
                .listeners
                .add(new Guarded(stream.key(), listener));
        unplaced = true;
        if (started) {
            execute(loop, this::place);
        }
    }

    /** Begins to read. */
    void start() {
        started = true;
    }

    /**
     * Asks the store for its time where a stream has no place yet: it is asked on the connection that records are sent
     * on, so that what this gateway sends after it listens comes after that place. On the fleet's thread.
     */
    void place() {
        StatefulRedisConnection<byte[], byte[]> open = writes.get();
        if (!unplaced || open == null) {
            return;
        }
        unplaced = false;
        for (Place place : places.values()) {
            if (place.after == null && !place.asked) {
                place.asked = true;
                open.async().time().whenCompleteAsync((time, failure) -> placed(place, time), worker);
            }
        }
    }

    private void placed(Place place, @Nullable List<byte[]> time) {
        place.asked = false;
        if (time == null) {
            unplaced = true;
            return;
        }
        long millis = StoreTime.nanos(time) / 1_000_000 - place.back;
        place.after = Math.max(millis - 1, 0) + "-" + Long.toUnsignedString(-1);
        read();
    }

    /** Reads on, unless a reading is under way; on the worker. */
    void read() {
        StatefulRedisConnection<byte[], byte[]> open = reads.get();
        if (reading || open == null) {
            return;
        }
        List<StreamOffset<byte[]>> offsets = new ArrayList<>();
        for (Place place : places.values()) {
            String after = place.after;
            if (after != null) {
                offsets.add(StreamOffset.from(place.key, after));
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

    /** After a failure the next look at the link reads on. */
    private void answered(@Nullable List<StreamMessage<byte[], byte[]>> messages, @Nullable Throwable failure) {
        reading = false;
        if (messages != null) {
            messages.forEach(this::deliver);
            execute(worker, this::read);
        }
    }

    private void deliver(StreamMessage<byte[], byte[]> message) {
        Place place = places.get(new String(message.getStream(), StandardCharsets.UTF_8));
        if (place == null) {
            return;
        }
        Iterator<byte[]> fields = message.getBody().values().iterator();
        byte[] node = fields.hasNext() ? fields.next() : null;
        byte[] record = fields.hasNext() ? fields.next() : null;
        String id = message.getId();
        if (node != null && record != null) {
            long millis = Long.parseLong(id.substring(0, id.indexOf('-')));
            String name = new String(node, StandardCharsets.UTF_8);
            for (Guarded listener : place.listeners) {
                meters.received.increment();
                listener.record(millis, name, record, meters);
            }
        }
        place.after = id;
    }

    private static void execute(EventExecutor thread, Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException closed) {
            log.debug("the fleet is closing");
        }
    }

    /** Where one stream is read. */
    private static final class Place {
        private final byte[] key;
        private final long back;
        private final List<Guarded> listeners = new CopyOnWriteArrayList<>();
        private volatile @Nullable String after;
        private volatile boolean asked;

        private Place(byte[] key, long back) {
            this.key = key;
            this.back = back;
        }
    }

    /** A listener whose failures are its own: the first one is told, all are counted. */
    private static final class Guarded {
        private final String stream;
        private final Listener listener;
        private boolean told;

        private Guarded(String stream, Listener listener) {
            this.stream = stream;
            this.listener = listener;
        }

        private void record(long millis, String node, byte[] record, FleetMeters meters) {
            try {
                listener.record(millis, node, record);
            } catch (RuntimeException | LinkageError failure) {
                meters.readerFailures.increment();
                if (!told) {
                    told = true;
                    log.error("a reader of {} failed; its further failures are only counted", stream, failure);
                }
            }
        }
    }
}
