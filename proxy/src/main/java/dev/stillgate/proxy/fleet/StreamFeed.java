package dev.stillgate.proxy.fleet;

import dev.stillgate.spi.FleetFeed;
import java.time.Duration;

/** A topic as a stream in the store. */
record StreamFeed(StreamName stream, StreamWriter writer, StreamReader streams) implements FleetFeed {
    static final int LARGEST_RECORD = 64 << 10;
    /** About how many records a topic keeps: what a gateway may be behind by, across a break, without losing any. */
    static final int LENGTH = 100_000;

    @Override
    public boolean publish(byte[] record) {
        if (record.length > LARGEST_RECORD) {
            throw new IllegalArgumentException(record.length + " bytes: a record has at most " + LARGEST_RECORD);
        }
        return writer.offer(stream, record);
    }

    @Override
    public void subscribe(Reader reader) {
        streams.listen(stream, Duration.ZERO, (millis, node, record) -> reader.record(node, record));
    }
}
