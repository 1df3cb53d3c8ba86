package dev.stillgate.fingerprint.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.capture.ObservationQueue;
import dev.stillgate.spi.FleetFeed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Exchange of observations between the gateways of a fleet. Sends batches of its own observations, and queues those of
 * other gateways for the analysis. A feed may deliver a batch twice; the second copy is ignored.
 */
final class ObservationFeed {
    private static final int VERSION = 9;
    private static final int MAX_BATCH = 56 << 10;
    private static final int HEADER = 1 + 3 * Long.BYTES;
    private static final int MAX_NODES = 1024;

    private final FleetFeed feed;
    private final String node;
    private final long check;
    private final ObservationQueue<Observation> received;
    private final LongAdder refused = new LongAdder();

    @GuardedBy("this")
    private final Map<String, BatchId> lastBatches = new HashMap<>();

    private final long run = ThreadLocalRandom.current().nextLong();
    private long sequence;
    private ByteArrayOutputStream batch = new ByteArrayOutputStream(MAX_BATCH);

    ObservationFeed(FleetFeed feed, String node, long check, ObservationQueue<Observation> received) {
        this.feed = feed;
        this.node = node;
        this.check = check;
        this.received = received;
    }

    /** Identifies a batch: sequence numbers restart with each run of a gateway. */
    private record BatchId(long run, long sequence) {}

    /** Adds an observation to the next batch. Analysis thread only. */
    void send(Observation observation) {
        if (!ObservationCodec.fits(observation)) {
            return;
        }
        if (batch.size() > MAX_BATCH - ObservationCodec.MAX_BYTES) {
            flush();
        }
        try {
            DataOutputStream out = new DataOutputStream(batch);
            if (batch.size() == 0) {
                out.writeByte(VERSION);
                out.writeLong(check);
                out.writeLong(run);
                out.writeLong(++sequence);
            }
            ObservationCodec.write(out, observation);
        } catch (IOException e) {
            throw new IllegalStateException("write to a byte array failed", e);
        }
    }

    /** Sends the batch; a batch that the feed rejects is lost to the other gateways. Analysis thread only. */
    void flush() {
        if (batch.size() > HEADER) {
            feed.publish(batch.toByteArray());
            batch.reset();
        }
    }

    /** Receives a batch of another gateway. Called by the fleet's thread. */
    void receive(String from, byte[] bytes) {
        if (from.equals(node)) {
            return;
        }
        try {
            read(from, bytes).forEach(received::offer);
        } catch (IOException e) {
            refused.increment();
        }
    }

    private synchronized List<Observation> read(String from, byte[] bytes) throws IOException {
        List<Observation> all = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != VERSION || in.readLong() != check) {
                throw new IOException("unsupported version, or hashed under another key");
            }
            BatchId next = new BatchId(in.readLong(), in.readLong());
            BatchId last = lastBatches.get(from);
            if (last != null && last.run == next.run && next.sequence <= last.sequence) {
                return List.of();
            }
            while (in.available() > 0) {
                all.add(ObservationCodec.read(in));
            }
            if (lastBatches.size() >= MAX_NODES) {
                lastBatches.clear();
            }
            lastBatches.put(from, next);
        }
        return all;
    }

    /** Passes on the received observations. Analysis thread only. */
    void drainTo(Consumer<Observation> consumer) {
        for (int i = 0; i < received.capacity(); i++) {
            Observation observation = received.poll();
            if (observation == null) {
                return;
            }
            consumer.accept(observation);
        }
    }

    /** Returns the number of received observations that were dropped because the queue was full. */
    long dropped() {
        return received.dropped();
    }

    /** Returns the number of batches that could not be read. */
    long refused() {
        return refused.sum();
    }
}
