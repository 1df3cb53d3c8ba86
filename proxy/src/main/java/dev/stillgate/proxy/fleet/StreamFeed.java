package dev.stillgate.proxy.fleet;

import dev.stillgate.proxy.fleet.StreamWriter.StreamName;
import dev.stillgate.spi.FleetFeed;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Feed of one topic, kept as a stream in the store. */
record StreamFeed(StreamName stream, StreamWriter writer, StreamReader streams) implements FleetFeed {
    static final int LARGEST_RECORD = 64 << 10;
    /**
     * Approximate number of records that a topic keeps. A gateway that lags by less, for example during a disconnect,
     * loses none.
     */
    static final int LENGTH = 100_000;

    @Override
    public boolean publish(byte[] record) {
        checkSize(record);
        return writer.offer(stream, record);
    }

    @Override
    public CompletionStage<Void> send(byte[] record) {
        checkSize(record);
        return writer.send(stream, record);
    }

    private static void checkSize(byte[] record) {
        if (record.length > LARGEST_RECORD) {
            throw new IllegalArgumentException(record.length + " bytes: a record has at most " + LARGEST_RECORD);
        }
    }

    @Override
    public void subscribe(Reader reader) {
        streams.listen(stream, Duration.ZERO, (millis, node, record) -> reader.record(node, record));
    }
}
