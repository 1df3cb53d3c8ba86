package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.KeyedMarks;
import dev.stillgate.proxy.json.Swar;
import dev.stillgate.spi.AnswerFacts;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Reads usage from an answer that comes in pieces, split at any byte, while it passes: one document, a stream of events
 * (WHATWG HTML, "Server-sent events") or JSON lines. It looks at the dialect's own places only, holds no text and never
 * fails. Reusable, by one thread; allocates nothing while it reads.
 *
 * <p>Of a field that is reported more than once the last value holds, since the counts of a stream are cumulative; an
 * output count that goes down within a stream does not lower what was reported. Counts of JSON lines and of the stored
 * answers of a list, which are answers of their own, are added up over those that are whole. A value that is not a whole number from 0 to 2^53 is passed
 * over.
 *
 * <p>Usage is exact once the provider has told its last: a document that is whole; a stream that has told the output, in
 * {@code message_delta}, in a chunk's {@code usage} or in the {@code usage} of a {@code response}, and has delivered
 * nothing in a later event. Until then, and for good when the answer ends or breaks off before, it is estimated: the
 * input as reported or -1, the output the larger of what was reported ({@code message_start} has a first count) and
 * what the delivered text is estimated at, which only grows. Reasoning that is not delivered is not in an estimate.
 */
public final class UsageReader {
    private static final int AT_MARK = 0;
    private static final int AT_LINE = 1;
    private static final int IN_NAME = 2;
    private static final int AT_SPACE = 3;
    private static final int IN_DATA = 4;
    private static final int IN_OTHER = 5;
    private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};
    private static final long DATA_AND_SPACE = 0x20_3a_61_74_61_64L;

    private final AnswerTally tally = new AnswerTally();
    private @Nullable AnswerContent content;
    private final AnswerScanner scanner = new AnswerScanner(tally);
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

    /** How an answer is built. */
    private enum Format {
        JSON,
        LINES,
        EVENTS
    }

    /** A reader of nothing; see {@link #reset}. */
    public UsageReader() {
        reset(Operation.OPAQUE, false);
    }

    /**
     * Starts over on another answer.
     *
     * @param operation what was asked for
     * @param sse whether the answer is {@code text/event-stream}
     */
    public UsageReader reset(Operation operation, boolean sse) {
        return reset(operation, sse, null);
    }

    /**
     * Starts over on another answer.
     *
     * @param operation what was asked for
     * @param sse whether the answer is {@code text/event-stream}
     * @param marks makes the marks of what the answer is made of; null when that is not asked for
     */
    public UsageReader reset(Operation operation, boolean sse, @Nullable KeyedMarks marks) {
        boolean jsonLines = operation == Operation.MESSAGE_BATCH_RESULTS || operation == Operation.FILE_CONTENT;
        format = sse ? Format.EVENTS : jsonLines ? Format.LINES : Format.JSON;
        tally.reset(TokenWeights.of(operation), sse, marks == null ? null : content(operation, sse, marks));
        scanner.reset(AnswerPaths.of(operation, sse), format != Format.JSON);
        state = AT_MARK;
        matched = 0;
        afterReturn = false;
        hasFields = false;
        hasData = false;
        comment = false;
        untouched = true;
        terminal = false;
        events = 0;
        return this;
    }

    private AnswerContent content(Operation operation, boolean sse, KeyedMarks marks) {
        if (content == null || !content.makes(marks)) {
            content = new AnswerContent(marks);
        }
        content.reset(operation, sse);
        return content;
    }

    /** Reads on. */
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

    /** Returns the usage so far, {@link Usage#NONE} when nothing was reported or delivered. */
    public Usage usage() {
        return format == Format.LINES ? tally.usageOfLines(scanner.done()) : tally.usage(terminal);
    }

    /**
     * Returns whether nothing of an unfinished event has been read, so that an event of the gateway's own could follow.
     * JSON is one event, a JSON line another.
     */
    public boolean atEventBoundary() {
        return switch (format) {
            case JSON -> untouched;
            case LINES -> !hasData;
            case EVENTS -> !hasFields && !comment && (state == AT_LINE || (state == AT_MARK && matched == 0));
        };
    }

    /**
     * Returns whether the answer has said that it is at its end: a whole document, or a whole event {@code
     * message_stop}, {@code [DONE]}, {@code response.completed}, {@code response.incomplete}, {@code response.failed} or
     * an error. JSON lines do not say.
     */
    public boolean terminal() {
        return terminal;
    }

    /** Returns the number of whole events that had data; of whole documents, where it is no stream. */
    public long events() {
        return events;
    }

    /**
     * Returns what the answer is made of so far, {@link AnswerFacts#NONE} when that is not asked for; valid until more is
     * read.
     */
    public AnswerFacts facts() {
        AnswerContent read = tally.content();
        return read == null ? AnswerFacts.NONE : read;
    }

    /** Returns the id of the answer, of the first one in JSON lines; null when unknown or over 128 bytes. */
    public @Nullable String id() {
        return tally.id();
    }

    /** Returns the model that the answer names, of the first one in JSON lines; null when unknown or over 128 bytes. */
    public @Nullable String model() {
        return tally.model();
    }

    private void document(byte[] buf, int from, int end) {
        scanner.scan(buf, from, end);
        if (!terminal && scanner.done()) {
            terminal = true;
            events = 1;
        }
    }

    private void lines(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            int stop = scanner.scan(buf, p, end);
            hasData |= stop > p;
            if (stop < end) {
                if (hasData) {
                    events += scanner.done() ? 1 : 0;
                    tally.endLine(scanner.done());
                    scanner.reset();
                    hasData = false;
                }
                stop++;
            }
            p = stop;
        }
    }

    private void events(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            switch (state) {
                case AT_MARK -> p = atMark(buf[p], p);
                case AT_LINE -> p = atLine(buf, p, end);
                case IN_NAME -> p = inName(buf[p], p);
                case AT_SPACE -> {
                    startData();
                    p += buf[p] == ' ' ? 1 : 0;
                }
                case IN_DATA -> p = endLine(buf, scanner.scan(buf, p, end), end);
                default -> p = endLine(buf, Swar.skipLine(buf, p, end), end);
            }
        }
    }

    /** A byte order mark may stand before a stream. */
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
            startData();
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
            state = AT_SPACE;
        }
        return p + 1;
    }

    private void startData() {
        if (hasData) {
            scanner.lineEnd();
        }
        hasData = true;
        state = IN_DATA;
    }

    /** Ends a line when there is its end at {@code p}. */
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
            scanner.reset();
        }
        hasFields = false;
        hasData = false;
    }
}
