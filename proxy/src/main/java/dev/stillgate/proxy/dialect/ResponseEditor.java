package dev.stillgate.proxy.dialect;

import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.stream.ArrayElements;
import dev.stillgate.proxy.dialect.stream.DeltaForm;
import dev.stillgate.proxy.dialect.stream.GrownBytes;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.proxy.dialect.stream.ProseEvent;
import dev.stillgate.proxy.dialect.stream.ProseField;
import dev.stillgate.proxy.dialect.stream.ProseReader;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.proxy.json.Swar;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import org.jspecify.annotations.Nullable;

/**
 * Streaming editor that passes the prose of a response through a filter's tap. The response is one JSON document, an
 * event stream, JSON lines or, in the Gemini API, a JSON array, in pieces split at any byte. All other bytes, also invalid JSON, pass unchanged and in
 * order. An event is buffered until it is complete; comments between events are not.
 *
 * <p>Text that the tap still holds at the end of a block goes into the block's last event, if that event shows that the
 * block ends. Otherwise an additional event is inserted before the one that ends the block. An event with broken JSON
 * ends all blocks, because it may contain their text; their further text passes unchanged. Extra and missing commas do
 * not break an event.
 *
 * <p>Buffers little more than {@value ProseEvent#MOST_HELD} bytes, besides the text that the tap holds back. Not
 * thread-safe.
 */
public final class ResponseEditor {
    private static final byte[] DATA = DeltaForm.ascii("data:");
    private static final byte[] END_MARK = DeltaForm.ascii("[DONE]");

    private static final int UNKNOWN = 0;
    private static final int IN_DATA = 1;
    private static final int IN_FIELD = 2;
    private static final int IN_COMMENT = 3;

    private final Operation operation;
    private final ResponseTap.Prose tap;
    private final ProseBlocks blocks;
    private ProseReader reader;
    private ProseEvent event;
    private final GrownBytes out = new GrownBytes();
    private final boolean stream;
    private final boolean lines;

    /** Whether the first byte decides whether the response is an array. */
    private boolean mayBeArray;

    /** The elements of a response that is an array; null for all others. */
    private @Nullable ArrayElements elements;

    /** Whether the last event was passed on, so that all further bytes pass unchanged. */
    private boolean finished;

    private boolean afterReturn;

    /**
     * Whether the blank line that ends the current event may lack its line feed. Only text that follows the event waits
     * for it.
     */
    private boolean awaitsLineFeed;

    /** Whether the current event has a field, so that it is more than comments. */
    private boolean begun;

    private int line;
    private int lineStart;
    private int dataLines;
    private int dataStart;
    private int dataEnd;
    private boolean pastByteOrderMark;

    /** Receiver of the edited response, in order. */
    public interface Out {
        /** Receives bytes. The array is valid only during the call. */
        void write(byte[] bytes, int from, int to);

        /** Announces the last bytes of the response: no prose follows. */
        void last();
    }

    /**
     * Creates an editor at the start of a response.
     *
     * @param operation the operation of the request, one whose responses have prose
     * @param sse whether the response is {@code text/event-stream}
     * @param tap receives the prose and returns its replacement
     */
    public ResponseEditor(Operation operation, boolean sse, ResponseTap.Prose tap) {
        this.operation = operation;
        this.tap = tap;
        this.blocks = new ProseBlocks(tap);
        Dialect dialect = Dialects.of(operation);
        JsonPaths<ProseField> paths = dialect.prose(operation, sse);
        this.reader = dialect.proseReader(operation, sse, blocks);
        this.event = new ProseEvent(reader, paths);
        this.stream = sse;
        this.lines = !sse && operation.hasLines();
        this.mayBeArray = !sse && dialect.mayBeArray();
    }

    /** Returns whether no part of an incomplete event is buffered. */
    public boolean isEmpty() {
        return event.isEmpty();
    }

    /** Ends the tap. To be called after {@link Out#last}; returns when the last bytes may be sent. */
    public Release release() {
        return tap.onEnd();
    }

    /** Reads a piece of the response. Bytes that pass are written before this method returns. */
    public void read(byte[] buf, int off, int len, Out sink) {
        if (finished) {
            sink.write(buf, off, off + len);
            return;
        }
        if (stream) {
            events(buf, off, off + len, sink);
        } else if (lines) {
            lines(buf, off, off + len);
        } else if (!mayBeArray || isDecided(buf, off, off + len)) {
            if (elements == null) {
                document(buf, off, off + len, sink);
            } else {
                elements(elements, buf, off, off + len, sink);
            }
        }
        flush(sink);
    }

    /** Decides whether the response is an array; returns false, and passes the bytes, while there is only white space. */
    private boolean isDecided(byte[] buf, int from, int end) {
        for (int p = from; p < end; p++) {
            if (buf[p] == ' ' || buf[p] == '\n' || buf[p] == '\r' || buf[p] == '\t') {
                continue;
            }
            mayBeArray = false;
            if (buf[p] == '[') {
                elements = new ArrayElements();
                Dialect dialect = Dialects.of(operation);
                reader = dialect.proseReader(operation, true, blocks);
                reader.inArray = true;
                event = new ProseEvent(reader, dialect.prose(operation, true));
            }
            return true;
        }
        out.add(buf, from, end);
        return false;
    }

    private void elements(ArrayElements array, byte[] buf, int from, int end, Out sink) {
        int p = from;
        while (p < end) {
            if (event.isEmpty() && array.isBetween()) {
                int next = array.skip(buf, p, end);
                out.add(buf, p, next);
                p = next;
                if (array.isOver()) {
                    reader.afterEvent = true;
                    endAll();
                    int lastStart = out.length();
                    out.add(buf, p, end);
                    finish(lastStart, sink);
                    return;
                }
            }
            if (p < end) {
                int next = array.read(buf, p, end);
                event.scan(event.add(buf, p, next));
                p = next;
                if (array.isBetween()) {
                    endElement();
                } else if (event.isFull()) {
                    event.passSome(event.length(), out);
                }
            }
        }
    }

    private void endElement() {
        if (event.isComplete()) {
            event.pass(out, -1, -1);
        } else {
            passBroken();
        }
    }

    private void flush(Out sink) {
        if (out.length() > 0) {
            sink.write(out.bytes(), 0, out.length());
            out.clear();
        }
    }

    private void document(byte[] buf, int from, int end, Out sink) {
        event.scan(event.add(buf, from, end));
        if (event.isComplete()) {
            event.pass(out, -1, -1);
            finish(0, sink); // a part of a document is of no use to the client
        } else if (event.isFull()) {
            event.passSome(event.length(), out);
        }
    }

    private void lines(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            int stop = Swar.skipLine(buf, p, end);
            int next = Math.min(end, stop + 1);
            int start = event.add(buf, p, next);
            event.scan(start, start + stop - p);
            if (stop < end) {
                endDocumentLine();
            } else if (event.isFull()) {
                event.passSome(event.length(), out);
            }
            p = next;
        }
    }

    private void endDocumentLine() {
        if (event.isComplete()) {
            event.pass(out, -1, -1);
        } else {
            event.passRaw(out);
            blocks.endResponse(reader.takeId());
        }
    }

    private void events(byte[] buf, int from, int end, Out sink) {
        int p = from;
        while (p < end && !finished) {
            boolean pair = afterReturn && buf[p] == '\n';
            afterReturn = false;
            if (pair) {
                addLineFeed(buf, p++);
            }
            if (awaitsLineFeed) {
                endEvent(sink);
                continue;
            }
            if (pair) {
                continue;
            }
            int stop = Swar.skipLine(buf, p, end);
            int added = event.add(buf, p, stop);
            inLine(added);
            if (stop < end) {
                event.add(buf, stop, stop + 1);
                afterReturn = buf[stop] == '\r';
                endLine(sink);
            } else if (event.isFull()) {
                passSome();
            }
            p = Math.min(end, stop + 1);
        }
        if (finished) {
            out.add(buf, p, end);
        } else if (!begun && line == IN_COMMENT) {
            event.passRaw(out);
            lineStart = 0;
        }
    }

    /** Adds the line feed of a CR LF whose carriage return was already read. */
    private void addLineFeed(byte[] buf, int p) {
        if (event.isEmpty()) {
            out.add(buf, p, p + 1);
        } else {
            event.add(buf, p, p + 1);
            lineStart = event.length();
        }
    }

    /** Reads what was added to the current line. */
    private void inLine(int added) {
        int end = event.length();
        if (line == UNKNOWN) {
            if (end == lineStart || isInByteOrderMark(end)) {
                return;
            }
            line = kind(lineStart, end);
            if (line == IN_DATA) {
                beginData(lineStart + DATA.length, end);
            }
        } else if (line == IN_DATA) {
            event.scan(added, end);
        }
    }

    /** Skips a byte order mark at the start of the stream; returns whether the line has no other bytes yet. */
    private boolean isInByteOrderMark(int end) {
        if (!pastByteOrderMark && event.at(lineStart) == (byte) 0xef) {
            pastByteOrderMark = end - lineStart >= 3;
            lineStart += pastByteOrderMark ? 3 : 0;
            return lineStart == end || !pastByteOrderMark;
        }
        return false;
    }

    /** Returns the kind of a line; {@link #UNKNOWN} if it is still too short. */
    private int kind(int start, int end) {
        if (event.at(start) == ':') {
            return IN_COMMENT;
        }
        begun = true;
        for (int i = 0; i < DATA.length; i++) {
            if (start + i >= end) {
                return UNKNOWN;
            }
            if (event.at(start + i) != DATA[i]) {
                return IN_FIELD;
            }
        }
        return IN_DATA;
    }

    private void beginData(int at, int end) {
        dataLines++;
        dataStart = at;
        event.scan(at, end);
    }

    private void endLine(Out sink) {
        int end = event.length() - 1;
        boolean blank = line == UNKNOWN && end == lineStart;
        if (line == IN_DATA) {
            dataEnd = end;
            event.lineEnd(end);
        }
        line = UNKNOWN;
        lineStart = event.length();
        pastByteOrderMark = true;
        if (blank) {
            awaitsLineFeed = afterReturn && event.isPartlyPassed(); // its held text may follow it
            if (!awaitsLineFeed) {
                endEvent(sink);
            }
        } else if (!begun) {
            event.passRaw(out);
            lineStart = 0;
        }
    }

    private void endEvent(Out sink) {
        awaitsLineFeed = false;
        int lastStart = -1;
        if (dataLines == 1 && isEndMark()) {
            endAll();
            lastStart = out.length();
            event.passRaw(out);
        } else if (event.isComplete()) {
            if (reader.terminal()) {
                endAll();
                lastStart = out.length();
            }
            event.pass(out, dataLines == 1 ? dataWithoutSpaces() : -1, dataEnd);
        } else {
            passBroken();
        }
        begun = false;
        dataLines = 0;
        lineStart = 0;
        if (lastStart >= 0) {
            finish(lastStart, sink);
        }
    }

    /** Passes an event without complete JSON. It may have text, so the text of open blocks precedes it. */
    private void passBroken() {
        if (event.isBroken() && !event.isPartlyPassed()) {
            reader.abandonAll();
            event.writeEnding(out);
        }
        event.passRaw(out);
    }

    /** Returns the start of the data after leading spaces. */
    private int dataWithoutSpaces() {
        int from = Math.max(dataStart, 0);
        while (from < dataEnd && event.at(from) == ' ') {
            from++;
        }
        return from;
    }

    /** Returns whether the event's data is {@code [DONE]}. */
    private boolean isEndMark() {
        int from = dataWithoutSpaces();
        int end = dataEnd;
        if (end - from < END_MARK.length) {
            return false;
        }
        for (int i = 0; i < END_MARK.length; i++) {
            if (event.at(from + i) != END_MARK[i]) {
                return false;
            }
        }
        return true;
    }

    private void endAll() {
        reader.endAll();
        event.writeEnding(out);
    }

    private void passSome() {
        int lengthBefore = event.length();
        event.passSome(line == UNKNOWN ? lineStart : lengthBefore, out); // the type of a line must stay known
        int passed = lengthBefore - event.length();
        lineStart -= passed;
        dataStart -= passed;
        dataEnd -= passed;
    }

    /** Handles the end of the response. If it ends within an event, the blocks' remaining text precedes that event. */
    public void end(Out sink) {
        if (awaitsLineFeed) {
            endEvent(sink);
        }
        if (!finished) {
            if (lines && event.isComplete()) {
                event.pass(out, -1, -1);
            } else if ((stream || elements != null) && !event.isPartlyPassed()) {
                reader.afterEvent = event.isEmpty();
                endAll();
            }
            event.passRaw(out);
            finish(out.length(), sink);
        }
    }

    /** Ends the response, whose last bytes start at index {@code last} of {@link #out}. */
    private void finish(int last, Out sink) {
        finished = true;
        blocks.endResponse(reader.takeId());
        if (last > 0) {
            sink.write(out.bytes(), 0, last);
        }
        out.drop(last);
        sink.last();
        flush(sink);
    }
}
