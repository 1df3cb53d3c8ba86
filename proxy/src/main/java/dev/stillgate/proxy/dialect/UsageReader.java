package dev.stillgate.proxy.dialect;

import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.stream.EventReader;
import dev.stillgate.proxy.dialect.stream.ResponseContent;
import dev.stillgate.proxy.dialect.stream.ResponseField;
import dev.stillgate.proxy.dialect.stream.ResponseTally;
import dev.stillgate.proxy.json.JsonReader;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.spi.DeferredResponse;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Streaming reader of token usage from a response: one JSON document, an event stream (WHATWG HTML, "Server-sent
 * events") or JSON lines, in pieces split at any byte. Looks only at the dialect's documented paths, buffers no text
 * and never fails. Extra and missing commas lose no value. Does not allocate while reading, except for keys and short
 * strings with escapes. Reusable; not thread-safe.
 *
 * <p>The last value of a field wins, because the counts of a stream are cumulative. The output count of a stream never
 * decreases. Counts of complete JSON lines and of listed stored responses are summed. Values other than integers from 0
 * to 2^53 are ignored.
 *
 * <p>Usage of a document is exact once it is complete. Usage of a stream is exact after its final output count, if no
 * later event delivers output. The final count is in {@code message_delta}, in a chunk's {@code usage} or {@code
 * usageMetadata}, or in the {@code usage} of a {@code response}. Otherwise usage is estimated: the input is as reported or
 * -1. The output is the larger of the reported count and the estimate for the delivered text, which never decreases. Hidden
 * reasoning is not estimated.
 */
public final class UsageReader {
    private final ResponseTally tally = new ResponseTally();
    private @Nullable ResponseContent content;
    private final JsonReader<ResponseField> json = new JsonReader<>(tally);
    private Format format = Format.JSON;
    private final EventReader stream = new Events();
    private boolean hasData;
    private boolean untouched = true;
    private boolean terminal;
    private long events;

    /** Whether the response may be a file of any type, so that errors in it say nothing. */
    private boolean file;

    private boolean errors;

    /** The reader of an event stream, whose data is JSON. */
    private final class Events extends EventReader {
        @Override
        protected int data(byte[] buf, int from, int end) {
            return json.read(buf, from, end);
        }

        @Override
        protected void nextLine(int at) {
            json.lineEnd(at);
        }

        @Override
        protected void endMark() {
            tally.markLast();
        }

        @Override
        protected void endEvent() {
            events++;
            terminal |= tally.endEvent();
            endJson();
        }
    }

    /** Format of a response body. */
    private enum Format {
        JSON,
        LINES,
        EVENTS
    }

    /** Creates an idle reader; see {@link #reset}. */
    public UsageReader() {
        reset(Operation.OPAQUE, false);
    }

    /**
     * Resets the state for another response, without {@linkplain #facts facts}.
     *
     * @param operation the operation of the request
     * @param sse whether the response is {@code text/event-stream}
     */
    public UsageReader reset(Operation operation, boolean sse) {
        return reset(operation, sse, null);
    }

    /**
     * Resets the state for another response.
     *
     * @param operation the operation of the request
     * @param sse whether the response is {@code text/event-stream}
     * @param hashes key of the context hashes in {@link #facts}; null if facts are not needed
     */
    public UsageReader reset(Operation operation, boolean sse, @Nullable KeyedHashes hashes) {
        format = sse ? Format.EVENTS : operation.hasLines() ? Format.LINES : Format.JSON;
        boolean isNew = operation.kind() == Operation.Kind.CHAT;
        Dialect dialect = Dialects.of(operation);
        tally.reset(
                dialect.weights(),
                dialect.lastEvents(),
                sse,
                isNew,
                hashes == null ? null : content(dialect, sse, hashes));
        json.reset(dialect.response(operation, sse), format != Format.JSON);
        stream.reset();
        hasData = false;
        untouched = true;
        terminal = false;
        events = 0;
        file = operation.kind() == Operation.Kind.FILE;
        errors = false;
        return this;
    }

    private ResponseContent content(Dialect dialect, boolean sse, KeyedHashes hashes) {
        if (content == null || !content.uses(hashes)) {
            content = new ResponseContent(hashes);
        }
        content.reset(dialect.namesItems(), sse);
        return content;
    }

    /** Reads a piece of the body. */
    public void feed(byte[] buf, int off, int len) {
        if (len == 0) {
            return;
        }
        untouched = false;
        switch (format) {
            case JSON -> document(buf, off, off + len);
            case LINES -> lines(buf, off, off + len);
            case EVENTS -> stream.read(buf, off, off + len);
        }
    }

    /** Returns the usage so far; {@link Usage#NONE} if nothing was reported or delivered. */
    public Usage usage() {
        return format == Format.LINES ? tally.usageOfLines(json.isComplete()) : tally.usage(terminal);
    }

    /**
     * Returns whether the reader is between two events, so that the gateway can insert an event of its own. A JSON
     * document counts as one event, as does each JSON line.
     */
    public boolean atEventBoundary() {
        return switch (format) {
            case JSON -> untouched;
            case LINES -> !hasData;
            case EVENTS -> stream.isBetween();
        };
    }

    /**
     * Returns whether the response is complete: after a complete document, a complete event {@code [DONE]}, or one of the
     * {@linkplain Dialect#lastEvents last events} of its API. Always false for JSON lines.
     */
    public boolean terminal() {
        return terminal;
    }

    /** Returns the number of complete events with data, or of complete documents. */
    public long events() {
        return events;
    }

    /**
     * Returns whether the JSON that was read has errors, as far as it was checked. Usage may then be incomplete. Always
     * false for downloaded files, which may be of any type.
     */
    public boolean hasErrors() {
        return !file && (errors || json.hasErrors());
    }

    /**
     * Returns the character counts and context hashes so far, valid until the next piece is read; {@link
     * ResponseFacts#NONE} after a reset without hashes.
     */
    public ResponseFacts facts() {
        ResponseContent current = tally.content();
        return current == null ? ResponseFacts.NONE : current;
    }

    /**
     * Returns why the response ended, as the provider says it: the {@code stop_reason} of Messages, the {@code
     * finish_reason} of Chat Completions, the reason of an incomplete Responses answer, the {@code finishReason} or
     * {@code blockReason} of the Gemini API; null if unknown.
     */
    public @Nullable String finishReason() {
        return tally.finishReason();
    }

    /** Returns what the response says of responses that are fetched later. */
    public DeferredResponse deferred() {
        return tally.deferred.answer(tally.model());
    }

    /** Returns the provider's own judgement so far. */
    public ProviderVerdict verdict() {
        return tally.verdict();
    }

    /** Returns the id of the response, for JSON lines of the first one; null if unknown or over 128 bytes. */
    public @Nullable String id() {
        return tally.id();
    }

    /** Returns the model named in the response, for JSON lines in the first one; null if unknown or over 128 bytes. */
    public @Nullable String model() {
        return tally.model();
    }

    private void document(byte[] buf, int from, int end) {
        json.read(buf, from, end);
        if (!terminal && json.isComplete()) {
            terminal = true;
            events = 1;
        }
    }

    private void lines(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            int stop = json.read(buf, p, end);
            hasData |= stop > p;
            if (stop < end) {
                if (hasData) {
                    events += json.isComplete() ? 1 : 0;
                    tally.endLine(json.isComplete());
                    endJson();
                    hasData = false;
                }
                stop++;
            }
            p = stop;
        }
    }

    /** Ends the JSON of a line or event. */
    private void endJson() {
        errors |= json.hasErrors() || json.isOpen();
        json.reset();
    }
}
