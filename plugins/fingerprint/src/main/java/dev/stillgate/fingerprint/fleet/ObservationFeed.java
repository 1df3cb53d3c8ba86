package dev.stillgate.fingerprint.fleet;

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
 * The observations of all gateways of a fleet: those of this one go out in batches, those of others come in and wait for
 * the analysis in a ring of their own. A batch that comes twice, as a feed may bring it, is taken once.
 */
final class ObservationFeed {
    private static final int VERSION = 3;
    private static final int LARGEST_BATCH = 56 << 10;
    private static final int HEADER = 1 + 3 * Long.BYTES;
    private static final int MOST_NODES = 1024;

    private final FleetFeed feed;
    private final String node;
    private final long check;
    private final ObservationQueue<Observation> heard;
    private final LongAdder refused = new LongAdder();
    private final Map<String, Taken> taken = new HashMap<>();
    private final long run = ThreadLocalRandom.current().nextLong();
    private long sequence;
    private ByteArrayOutputStream batch = new ByteArrayOutputStream(LARGEST_BATCH);

    ObservationFeed(FleetFeed feed, String node, long check, ObservationQueue<Observation> heard) {
        this.feed = feed;
        this.node = node;
        this.check = check;
        this.heard = heard;
    }

    /** What was last taken of a gateway: one that was started anew counts anew. */
    private record Taken(long run, long sequence) {}

    /** Puts an observation into the batch that goes out next. The analysis thread only. */
    void tell(Observation seen) {
        if (!ObservationCodec.fits(seen)) {
            return;
        }
        if (batch.size() > LARGEST_BATCH - ObservationCodec.LARGEST) {
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
            ObservationCodec.write(out, seen);
        } catch (IOException e) {
            throw new IllegalStateException("an array cannot be written to", e);
        }
    }

    /** Sends what was told; what the feed has no room for is lost to the others. The analysis thread only. */
    void flush() {
        if (batch.size() > HEADER) {
            feed.publish(batch.toByteArray());
            batch.reset();
        }
    }

    /** Takes a batch of another gateway. The fleet's thread. */
    void receive(String from, byte[] bytes) {
        if (from.equals(node)) {
            return;
        }
        try {
            read(from, bytes).forEach(heard::offer);
        } catch (IOException e) {
            refused.increment();
        }
    }

    private synchronized List<Observation> read(String from, byte[] bytes) throws IOException {
        List<Observation> all = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != VERSION || in.readLong() != check) {
                throw new IOException("of another version, or hashed under another key");
            }
            Taken next = new Taken(in.readLong(), in.readLong());
            Taken last = taken.get(from);
            if (last != null && last.run == next.run && next.sequence <= last.sequence) {
                return List.of();
            }
            while (in.available() > 0) {
                all.add(ObservationCodec.read(in));
            }
            if (taken.size() >= MOST_NODES) {
                taken.clear();
            }
            taken.put(from, next);
        }
        return all;
    }

    /** Hands over what waits. The analysis thread only. */
    void hear(Consumer<Observation> to) {
        for (int i = 0; i < heard.capacity(); i++) {
            Observation seen = heard.poll();
            if (seen == null) {
                return;
            }
            to.accept(seen);
        }
    }

    /** Returns how many observations of others found no room. */
    long dropped() {
        return heard.dropped();
    }

    /** Returns how many batches could not be read. */
    long refused() {
        return refused.sum();
    }
}
