package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.ForwardedTap;
import dev.stillgate.proxy.dialect.prose.ResponseEditor;
import dev.stillgate.proxy.dialect.usage.UsageReader;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Reader of a logged response: usage, id and facts, as the gateway reads them, and the marks that taps would add.
 * Reusable.
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

    private final UsageReader reader = new UsageReader();
    private final KeyedHashes hashes;
    private final boolean forFilters;
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
        marked = mark(operation, tap, line);
        return TextVolume.delivered(usage(), read ? reader.facts() : ResponseFacts.NONE, marked);
    }

    private void read(Operation operation, LogLine line, boolean withFacts) {
        int response = line.find("response");
        int length = line.length(response);
        read = line.status() < 300 && length > 0 && operation.reportsUsage();
        if (read) {
            reader.reset(operation, false, withFacts ? hashes : null).feed(line.bytes(), line.start(response), length);
        }
    }

    /**
     * Runs the response through its taps. Returns whether it would have been delivered with a mark. Delays are skipped.
     */
    private boolean mark(Operation operation, ForwardedTap tap, LogLine line) {
        ResponseTap.Prose prose = tap.prose();
        if (!read || prose == null || !operation.carriesResponses()) {
            return false;
        }
        int response = line.find("response");
        ResponseEditor editor = new ResponseEditor(operation, false, prose);
        editor.read(line.bytes(), line.start(response), line.length(response), NOWHERE);
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
