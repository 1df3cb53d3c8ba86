package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.proxy.json.Swar;

/**
 * Incremental reader of an event stream (WHATWG HTML, "Server-sent events"), in pieces split at any byte. Passes on only
 * the data of events, without buffering it. Data that begins with {@code [} is {@code [DONE]} or unknown, and only its
 * first byte is passed on. Reusable; not thread-safe.
 */
public abstract class EventReader {
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

    private int state;
    private int matched;
    private boolean afterReturn;
    private boolean hasFields;
    private boolean hasData;
    private boolean comment;

    /** Resets the state for another stream. */
    public void reset() {
        state = AT_MARK;
        matched = 0;
        afterReturn = false;
        hasFields = false;
        hasData = false;
        comment = false;
    }

    /**
     * Reads data up to the end of its line.
     *
     * @return the index of the line end, or {@code end} if it lies beyond
     */
    protected abstract int data(byte[] buf, int from, int end);

    /**
     * Handles the begin of another line of the event's data, which a line feed separates from the line before.
     *
     * @param at index of the first byte of the line's data
     */
    protected abstract void nextLine(int at);

    /** Handles the data {@code [DONE]}. */
    protected void endMark() {}

    /** Handles the end of an event with data. */
    protected void endEvent() {}

    /** Returns whether the reader is between two events, so that another event can be inserted. */
    public final boolean isBetween() {
        return !hasFields && !comment && (state == AT_LINE || (state == AT_MARK && matched == 0));
    }

    /** Reads a piece of the stream. */
    public final void read(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            p = switch (state) {
                case AT_MARK -> atMark(buf[p], p);
                case AT_LINE -> atLine(buf, p, end);
                case IN_NAME -> inName(buf[p], p);
                case AT_DATA -> atData(buf, p);
                case AT_MORE_DATA -> atMoreData(buf[p], p);
                case IN_DATA -> endLine(buf, data(buf, p, end), end);
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
            blankLine();
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
            nextLine(at);
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
        data(buf, p, p + 1);
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
            endMark();
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

    private void blankLine() {
        if (hasData) {
            endEvent();
        }
        hasFields = false;
        hasData = false;
    }
}
