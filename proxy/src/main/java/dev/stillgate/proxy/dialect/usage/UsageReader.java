package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonReader;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.proxy.json.Swar;
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
 * usageMetadata}, or in the {@code usage} of a {@code response}. Otherwise usage is estimated: the input is as reported or -1. The output is the larger
 * of the reported count and the estimate for the delivered text, which never decreases. Hidden reasoning is not
 * estimated.
 */
public final class UsageReader {
    private static final int AT_MARK = 0;
    private static final int AT_LINE = 1;
    private static final int IN_NAME = 2;
    private static final int AT_DATA = 3;
    private static final int AT_MORE_DATA = 4;
    private static final int IN_DATA = 5;
    private static final int IN_END_MARK = 6;
    private static final int IN_OTHER = 7;
    private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};
    private static final byte[] END_MARK = {'[', 'D', 'O', 'N', 'E', ']'};
    private static final long DATA_AND_SPACE = 0x20_3a_61_74_61_64L;

    private final ResponseTally tally = new ResponseTally();
    private @Nullable ResponseContent content;
    private final JsonReader<ResponseField> json = new JsonReader<>(tally);
    private Format format = Format.JSON;
    private int state;
    private int matched;
    private boolean afterReturn;
    private boolean hasFields;
    private boolean hasData;
    private boolean comment;
    private boolean untouched = true;
    private boolean terminal;
    private long events;

    /** Whether the response may be a file of any type, so that errors in it say nothing. */
    private boolean file;

    private boolean errors;

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
        boolean jsonLines = operation == Operation.MESSAGE_BATCH_RESULTS || operation == Operation.FILE_CONTENT;
        format = sse ? Format.EVENTS : jsonLines ? Format.LINES : Format.JSON;
        boolean isNew = operation == Operation.MESSAGES
                || operation == Operation.CHAT_COMPLETIONS
                || operation == Operation.RESPONSES
                || operation == Operation.GENERATE_CONTENT;
        tally.reset(TokenWeights.of(operation), sse, isNew, hashes == null ? null : content(operation, sse, hashes));
        json.reset(ResponsePaths.root(operation, sse), format != Format.JSON);
        state = AT_MARK;
        matched = 0;
        afterReturn = false;
        hasFields = false;
        hasData = false;
        comment = false;
        untouched = true;
        terminal = false;
        events = 0;
        file = operation == Operation.FILE_CONTENT;
        errors = false;
        return this;
    }

    private ResponseContent content(Operation operation, boolean sse, KeyedHashes hashes) {
        if (content == null || !content.uses(hashes)) {
            content = new ResponseContent(hashes);
        }
        content.reset(operation, sse);
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
            case EVENTS -> events(buf, off, off + len);
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
            case EVENTS -> !hasFields && !comment && (state == AT_LINE || (state == AT_MARK && matched == 0));
        };
    }

    /**
     * Returns whether the response is complete: after a complete document, or a complete event {@code message_stop},
     * {@code [DONE]}, {@code response.completed}, {@code response.incomplete}, {@code response.failed} or error. Always
     * false for JSON lines.
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

    private void events(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            p = switch (state) {
                case AT_MARK -> atMark(buf[p], p);
                case AT_LINE -> atLine(buf, p, end);
                case IN_NAME -> inName(buf[p], p);
                case AT_DATA -> atData(buf, p);
                case AT_MORE_DATA -> atMoreData(buf[p], p);
                case IN_DATA -> endLine(buf, json.read(buf, p, end), end);
                case IN_END_MARK -> inEndMark(buf[p], p);
                default -> endLine(buf, Swar.skipLine(buf, p, end), end);
            };
        }
    }

    /** Skips an optional byte order mark at the start of a stream. */
    private int atMark(byte c, int p) {
        if (c == MARK[matched]) {
            matched++;
            state = matched == MARK.length ? AT_LINE : AT_MARK;
            return p + 1;
        }
        hasFields = matched > 0;
        state = matched == 0 ? AT_LINE : IN_OTHER;
        return p;
    }

    private int atLine(byte[] buf, int p, int end) {
        byte c = buf[p];
        boolean pair = afterReturn && c == '\n';
        afterReturn = false;
        if (pair) {
            return p + 1;
        }
        if (c == '\n' || c == '\r') {
            afterReturn = c == '\r';
            endEvent();
            return p + 1;
        }
        if (c == ':') {
            comment = true;
            state = IN_OTHER;
            return p + 1;
        }
        hasFields = true;
        if (p + 8 <= end && Swar.first(Swar.word(buf, p), 6) == DATA_AND_SPACE) {
            startData(p + 6, IN_DATA);
            return p + 6;
        }
        matched = 0;
        state = IN_NAME;
        return p;
    }

    private int inName(byte c, int p) {
        if (c != DATA[matched]) {
            state = IN_OTHER;
            return p;
        }
        matched++;
        if (matched == DATA.length) {
            startData(p + 1, AT_MORE_DATA);
        }
        return p + 1;
    }

    /** Begins a data line; {@code next} is the state if it is not the first one of its event. */
    private void startData(int at, int next) {
        if (hasData) {
            json.lineEnd(at);
        }
        state = hasData ? next : AT_DATA;
        hasData = true;
        matched = 0;
    }

    /** Skips the space before the data of another line. */
    private int atMoreData(byte c, int p) {
        state = IN_DATA;
        return c == ' ' ? p + 1 : p;
    }

    /** Reads the first byte of the data, after spaces. */
    private int atData(byte[] buf, int p) {
        if (buf[p] == ' ') {
            return p + 1;
        }
        state = IN_DATA;
        if (buf[p] != END_MARK[0]) {
            return p;
        }
        json.read(buf, p, p + 1); // no object: the reader ignores the rest
        state = IN_END_MARK;
        return inEndMark(buf[p], p);
    }

    private int inEndMark(byte c, int p) {
        if (c != END_MARK[matched]) {
            state = IN_OTHER;
            return p;
        }
        matched++;
        if (matched == END_MARK.length) {
            tally.markLast();
            state = IN_OTHER;
        }
        return p + 1;
    }

    /** Ends the line if {@code p} is the index of its line end. */
    private int endLine(byte[] buf, int p, int end) {
        if (p == end) {
            return p;
        }
        afterReturn = buf[p] == '\r';
        comment = false;
        state = AT_LINE;
        return p + 1;
    }

    private void endEvent() {
        if (hasData) {
            events++;
            terminal |= tally.endEvent();
            endJson();
        }
        hasFields = false;
        hasData = false;
    }
}
