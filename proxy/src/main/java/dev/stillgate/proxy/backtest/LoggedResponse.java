package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.ForwardedTap;
import dev.stillgate.proxy.dialect.ResponseEditor;
import dev.stillgate.proxy.dialect.UsageReader;
import dev.stillgate.proxy.dialect.stream.ArrayElements;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Usage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reader of a logged response: usage, id and facts, as the gateway reads them, and the marks that taps would add. An
 * array has the events of a stream. Reusable.
 *
 * <p>The facts are read from the response as logged, without the taps' changes, because later requests in the log cite
 * that version.
 */
final class LoggedResponse {
    private static final ResponseEditor.Out NOWHERE = new ResponseEditor.Out() {
        @Override
        public void write(byte[] bytes, int from, int to) {}

        @Override
        public void last() {}
    };

    private static final byte[] EVENT = "data:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT_END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private final UsageReader reader = new UsageReader();
    private final KeyedHashes hashes;
    private final boolean forFilters;
    private byte[] bytes = new byte[0];
    private int start;
    private int length;
    private boolean stream;
    private boolean read;
    private boolean marked;

    /**
     * Creates a reader.
     *
     * @param hashes the hashing of response content into hashes
     * @param forFilters whether a filter needs the facts
     */
    LoggedResponse(KeyedHashes hashes, boolean forFilters) {
        this.hashes = hashes;
        this.forFilters = forFilters;
    }

    /**
     * Reads the usage that a refused request would have had. Responses without model output have none.
     *
     * @param line the line of the request
     */
    Usage readRefused(Operation operation, LogLine line) {
        read(operation, line, false);
        return usage();
    }

    /**
     * Reads the response of a delivered exchange, and runs it through its taps. Returns its text. Responses without
     * model output are ignored.
     */
    TextVolume readDelivered(Operation operation, ForwardedTap tap, LogLine line) {
        read(operation, line, forFilters || tap.prose() != null);
        marked = mark(operation, tap);
        return TextVolume.delivered(usage(), read ? reader.facts() : ResponseFacts.NONE, marked);
    }

    private void read(Operation operation, LogLine line, boolean withFacts) {
        length = line.length("response");
        read = line.status() < 300 && length > 0 && operation.reportsUsage();
        if (read) {
            bytes = line.bytes();
            start = line.start("response");
            stream = bytes[start] == '[';
            if (stream) {
                bytes = events(bytes, start, start + length);
                start = 0;
                length = bytes.length;
            }
            reader.reset(operation, stream, withFacts ? hashes : null).feed(bytes, start, length);
        }
    }

    /** Returns the event stream of a logged array. */
    private static byte[] events(byte[] buf, int from, int end) {
        ByteArrayOutputStream events = new ByteArrayOutputStream(2 * (end - from));
        ArrayElements array = new ArrayElements();
        int p = array.skip(buf, from, end);
        while (p < end && !array.isOver()) {
            int next = array.read(buf, p, end);
            events.writeBytes(EVENT);
            events.write(buf, p, next - p);
            events.writeBytes(EVENT_END);
            p = array.skip(buf, next, end);
        }
        return events.toByteArray();
    }

    /**
     * Runs the response through its taps. Returns whether it would have been delivered with a mark. Delays are skipped.
     */
    private boolean mark(Operation operation, ForwardedTap tap) {
        ResponseTap.Prose prose = tap.prose();
        if (!read || prose == null || !operation.carriesResponses()) {
            return false;
        }
        ResponseEditor editor = new ResponseEditor(operation, stream, prose);
        editor.read(bytes, start, length, NOWHERE);
        editor.end(NOWHERE);
        editor.release();
        return prose.sites() > 0;
    }

    /** Returns whether the response was delivered with a mark. */
    boolean isMarked() {
        return marked;
    }

    Usage usage() {
        return read ? reader.usage() : Usage.NONE;
    }

    /** Returns the provider's own judgement in the response. */
    ProviderVerdict verdict() {
        return read ? reader.verdict() : ProviderVerdict.NONE;
    }

    /** Returns the response's id, null when it has none. */
    @Nullable
    String id() {
        return read ? reader.id() : null;
    }

    /** Returns the facts about the response, as a copy that outlives the log line; none if no filter needs them. */
    ResponseFacts facts() {
        return read && forFilters ? KeptFacts.of(reader.facts()) : ResponseFacts.NONE;
    }
}
