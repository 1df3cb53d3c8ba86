package dev.stillgate.proxy.dialect.prose;

import dev.stillgate.proxy.json.Swar;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;

/**
 * Sends the prose of an answer through a tap while it passes: one document, a stream of events or JSON lines, in pieces
 * split at any byte. All bytes but those of prose pass as they came, in their order; what is no JSON does too. An event is held
 * until it is whole, comments between events are not. Where a block of a stream ends and its tap has text left, that text
 * comes in the block's last event when that event says so itself, else in an event of its own before the one that ends it.
 *
 * <p>It holds at most a little over {@value ProseEvent#MOST_HELD} bytes, and of its tap's text what the tap holds back.
 */
public final class AnswerEditor {
    private static final byte[] DATA = DeltaForm.ascii("data:");
    private static final byte[] LAST = DeltaForm.ascii("[DONE]");

    private static final int UNKNOWN = 0;
    private static final int IN_DATA = 1;
    private static final int IN_FIELD = 2;
    private static final int IN_COMMENT = 3;

    private final ResponseTap.Prose tap;
    private final ProseBlocks blocks;
    private final ProseReader reader;
    private final ProseEvent event;
    private final GrownBytes out = new GrownBytes();
    private final boolean stream;
    private final boolean lines;
    private boolean over;
    private boolean afterReturn;
    private boolean begun;
    private int line;
    private int lineStart;
    private int dataLines;
    private int dataStart;
    private int dataEnd;
    private boolean marked;

    /** Where an answer goes, in its order. */
    public interface Out {
        /** Takes bytes, which are the taker's only during the call. */
        void write(byte[] bytes, int from, int to);

        /** Says that what is written from now on is the last of the answer: no prose comes any more. */
        void last();
    }

    /**
     * An editor at the start of an answer.
     *
     * @param operation what was asked for
     * @param sse whether the answer is {@code text/event-stream}
     */
    public AnswerEditor(Operation operation, boolean sse, ResponseTap.Prose tap) {
        this.tap = tap;
        this.blocks = new ProseBlocks(tap);
        this.reader = ProseReader.of(operation, sse, blocks);
        this.event = new ProseEvent(reader, ProseReader.paths(operation, sse));
        this.stream = sse;
        this.lines = !sse && (operation == Operation.MESSAGE_BATCH_RESULTS || operation == Operation.FILE_CONTENT);
    }

    /** Returns whether nothing is held of an event that is not whole. */
    public boolean isEmpty() {
        return event.isEmpty();
    }

    /** Says that all but the last has passed: to be called when {@link Out#last} was. */
    public Release release() {
        return tap.onEnd();
    }

    /** Reads on; what may pass is written before this returns. */
    public void read(byte[] buf, int off, int len, Out to) {
        if (over) {
            to.write(buf, off, off + len);
            return;
        }
        if (stream) {
            events(buf, off, off + len, to);
        } else if (lines) {
            lines(buf, off, off + len);
        } else {
            document(buf, off, off + len, to);
        }
        flush(to);
    }

    private void flush(Out to) {
        if (out.length() > 0) {
            to.write(out.bytes(), 0, out.length());
            out.clear();
        }
    }

    private void document(byte[] buf, int from, int end, Out to) {
        event.scan(event.add(buf, from, end));
        if (event.done()) {
            event.pass(out, -1, -1);
            finish(lastByte(), to);
        } else if (event.isFull()) {
            event.passSome(out);
        }
    }

    /** Returns where the last byte of the document stands, which spaces may follow. */
    private int lastByte() {
        int p = out.length() - 1;
        while (p > 0 && out.bytes()[p] != '}') {
            p--;
        }
        return p;
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
                event.passSome(out);
            }
            p = next;
        }
    }

    private void endDocumentLine() {
        if (event.done()) {
            event.pass(out, -1, -1);
        } else {
            event.passRaw(out);
            blocks.endAnswer(reader.takeId());
        }
    }

    private void events(byte[] buf, int from, int end, Out to) {
        int p = from;
        while (p < end && !over) {
            boolean pair = afterReturn && buf[p] == '\n';
            afterReturn = false;
            if (pair) {
                endPair(buf, p++);
                continue;
            }
            int stop = Swar.skipLine(buf, p, end);
            int added = event.add(buf, p, stop);
            inLine(added);
            if (stop < end) {
                event.add(buf, stop, stop + 1);
                afterReturn = buf[stop] == '\r';
                endLine(to);
            } else if (event.isFull()) {
                passSome();
            }
            p = Math.min(end, stop + 1);
        }
        if (over) {
            out.add(buf, p, end);
        } else if (!begun && line == IN_COMMENT) {
            event.passRaw(out);
            lineStart = 0;
        }
    }

    /** Takes a line feed that belongs to the line end before it. */
    private void endPair(byte[] buf, int p) {
        if (event.isEmpty()) {
            out.add(buf, p, p + 1);
        } else {
            event.add(buf, p, p + 1);
            lineStart = event.length();
        }
    }

    /** Reads what was added to the line under way. */
    private void inLine(int added) {
        int end = event.length();
        if (line == UNKNOWN) {
            if (end == lineStart || isInMark(end)) {
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

    /** Passes over a byte order mark before the stream; returns whether no more of the line is known yet. */
    private boolean isInMark(int end) {
        if (!marked && event.at(lineStart) == (byte) 0xef) {
            marked = end - lineStart >= 3;
            lineStart += marked ? 3 : 0;
            return lineStart == end || !marked;
        }
        return false;
    }

    /** Returns what a line is, {@link #UNKNOWN} while it is too short to tell. */
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

    private void endLine(Out to) {
        int end = event.length() - 1;
        boolean blank = line == UNKNOWN && end == lineStart;
        if (line == IN_DATA) {
            dataEnd = end;
            event.lineEnd(end);
        }
        line = UNKNOWN;
        lineStart = event.length();
        marked = true;
        if (blank) {
            endEvent(to);
        } else if (!begun) {
            event.passRaw(out);
            lineStart = 0;
        }
    }

    private void endEvent(Out to) {
        boolean last = dataLines == 1 && isLast();
        boolean whole = event.done();
        int before = -1;
        if (last) {
            endAll();
            before = out.length();
            event.passRaw(out);
        } else if (whole) {
            boolean terminal = reader.terminal();
            if (terminal) {
                endAll();
                before = out.length();
            }
            event.pass(out, dataLines == 1 ? firstOfData() : -1, dataEnd);
        } else {
            event.passRaw(out);
        }
        begun = false;
        dataLines = 0;
        lineStart = 0;
        if (before >= 0) {
            finish(before, to);
        }
    }

    /** Returns where the data begins, spaces aside. */
    private int firstOfData() {
        int from = Math.max(dataStart, 0);
        while (from < dataEnd && event.at(from) == ' ') {
            from++;
        }
        return from;
    }

    /** Returns whether the event's data is the mark of the end. */
    private boolean isLast() {
        int from = firstOfData();
        int end = dataEnd;
        if (end - from < LAST.length) {
            return false;
        }
        for (int i = 0; i < LAST.length; i++) {
            if (event.at(from + i) != LAST[i]) {
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
        int before = event.length();
        event.passSome(out);
        int gone = before - event.length();
        lineStart -= gone;
        dataStart -= gone;
        dataEnd -= gone;
    }

    /** The answer has ended, or breaks off: what its blocks have left comes before what is left of an event that is cut. */
    public void end(Out to) {
        if (!over) {
            if (lines && event.done()) {
                event.pass(out, -1, -1);
            } else if (stream && !event.isBroken()) {
                endAll();
            }
            event.passRaw(out);
            finish(out.length(), to);
        }
    }

    /** Ends the answer, whose last bytes begin in {@link #out} at an index. */
    private void finish(int last, Out to) {
        over = true;
        blocks.endAnswer(reader.takeId());
        if (last > 0) {
            to.write(out.bytes(), 0, last);
        }
        out.drop(last);
        to.last();
        flush(to);
    }
}
