package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.Swar;
import dev.stillgate.spi.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Incremental tokenizer of JSON documents that arrive in pieces. Follows {@link AnswerPaths} and skips all other values
 * by counting brackets and skipping strings eight bytes at a time. Buffers at most {@value HeldText#CAPACITY} bytes.
 * Never fails: invalid JSON is ignored up to the next document. Not thread-safe.
 */
final class AnswerScanner {
    private static final int MAX_DIGITS = 16;
    private static final long MAX_COUNT = 1L << 53;
    private static final byte[] DONE_MARK = {'[', 'D', 'O', 'N', 'E', ']'};

    private static final int AT_ROOT = 0;
    private static final int AT_KEY = 1;
    private static final int IN_KEY = 2;
    private static final int AT_COLON = 3;
    private static final int AT_VALUE = 4;
    private static final int AT_ELEMENT = 5;
    private static final int IN_STRING = 6;
    private static final int IN_NUMBER = 7;
    private static final int IN_SCALAR = 8;
    private static final int IN_SKIPPED = 9;
    private static final int IN_MARK = 10;
    private static final int DONE = 11;
    private static final int IGNORED = 12;

    private final AnswerTally tally;
    private final AnswerLevels levels = new AnswerLevels();
    private final PiecedString string = new PiecedString();
    private final AnswerString value;
    private final PassedContainer passed;
    private AnswerPaths root = AnswerPaths.of(Operation.OPAQUE, false);
    private boolean lines;
    private int state;
    private AnswerPaths.@Nullable Key key;
    private long number;
    private int digits;
    private int marked;

    AnswerScanner(AnswerTally tally) {
        this.tally = tally;
        this.value = new AnswerString(tally, string);
        this.passed = new PassedContainer(tally, string);
    }

    /**
     * Resets the state for another response.
     *
     * @param paths the paths to follow in each document
     * @param endAtLines whether documents are separated by line ends, so that {@link #scan} stops there
     */
    void reset(AnswerPaths paths, boolean endAtLines) {
        root = paths;
        lines = endAtLines;
        string.endAtLines(endAtLines);
        passed.endAtLines(endAtLines);
        reset();
    }

    /** Resets the state for another document of the same response. */
    void reset() {
        state = AT_ROOT;
        levels.clear();
        key = null;
        string.begin();
    }

    /** Returns whether the document is complete. */
    boolean done() {
        return state == DONE;
    }

    /** Handles a line end within a document, which ends a number or literal like a space. */
    void lineEnd() {
        if (state == IN_NUMBER) {
            endNumber();
        } else if (state == IN_SCALAR) {
            state = afterValue();
        }
    }

    /** Scans a piece. Returns {@code end}, or the index of a line end if documents are separated by these. */
    int scan(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            if (isLineEnd(buf[p])) {
                return p;
            }
            p = switch (state) {
                case AT_ROOT -> atRoot(buf[p], p);
                case AT_KEY -> atKey(buf, p, end);
                case IN_KEY -> inKey(buf, p, end);
                case AT_COLON -> atColon(buf[p], p);
                case AT_VALUE -> atValue(buf, p, end);
                case AT_ELEMENT -> atElement(buf, p, end);
                case IN_STRING -> inString(buf, p, end);
                case IN_NUMBER -> inNumber(buf, p, end);
                case IN_SCALAR -> inScalar(buf, p, end);
                case IN_SKIPPED -> inSkipped(buf, p, end);
                case IN_MARK -> inMark(buf[p], p);
                default -> lines ? Swar.skipLine(buf, p, end) : end;
            };
        }
        return p;
    }

    /** Returns whether a byte is a line end that separates documents. */
    private boolean isLineEnd(byte c) {
        return lines && (c == '\n' || c == '\r');
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private int atRoot(byte c, int p) {
        if (c == '{') {
            levels.push(root, false);
            state = AT_KEY;
        } else if (c == '[') {
            marked = 1;
            state = IN_MARK;
        } else if (!isSpace(c) && c != (byte) 0xef && c != (byte) 0xbb && c != (byte) 0xbf) {
            state = IGNORED;
        }
        return p + 1;
    }

    private int inMark(byte c, int p) {
        if (c != DONE_MARK[marked]) {
            state = IGNORED;
        } else if (++marked == DONE_MARK.length) {
            tally.markLast();
            state = IGNORED;
        }
        return p + 1;
    }

    private int atKey(byte[] buf, int from, int end) {
        int p = from;
        byte c = buf[p++];
        if (c == ',' && p < end && buf[p] == '"') {
            c = buf[p++];
        }
        if (c == '"') {
            string.begin();
            state = IN_KEY;
            return inKey(buf, p, end);
        }
        if (c == '}') {
            leave();
        } else if (c != ',' && !isSpace(c)) {
            state = IGNORED;
        }
        return p;
    }

    private void leave() {
        AnswerContent content = tally.content();
        if (content != null) {
            content.leave(levels.frame());
        }
        if (levels.frame() == AnswerPaths.ANSWER_FRAME) {
            tally.endListed();
        }
        levels.pop();
        state = afterValue();
    }

    private void enter() {
        AnswerContent content = tally.content();
        if (content != null) {
            content.enter(levels.frame());
        }
        state = AT_KEY;
    }

    /** Returns the state after a value. */
    private int afterValue() {
        return levels.isEmpty() ? DONE : levels.inList() ? AT_ELEMENT : AT_KEY;
    }

    private int inKey(byte[] buf, int from, int end) {
        int p = string.take(buf, from, end);
        if (string.closed()) {
            key = string.isWhole() ? levels.find(string) : null;
            state = AT_COLON;
            if (p < end && buf[p] == ':') {
                state = AT_VALUE;
                p++;
            }
        }
        return p;
    }

    private int atColon(byte c, int p) {
        if (c == ':') {
            state = AT_VALUE;
        } else if (!isSpace(c)) {
            state = IGNORED;
        }
        return p + 1;
    }

    private int atValue(byte[] buf, int p, int end) {
        byte c = buf[p];
        AnswerPaths.Key valueKey = key;
        int field = valueKey == null ? -1 : valueKey.field;
        if (c == '"') {
            return beginString(buf, p + 1, end, valueKey);
        } else if (c == '{' || c == '[') {
            atContainer(c, valueKey);
        } else if (!isSpace(c)) {
            return atScalar(c, p, field);
        }
        return p + 1;
    }

    private int beginString(byte[] buf, int p, int end, AnswerPaths.@Nullable Key valueKey) {
        value.begin(valueKey);
        state = IN_STRING;
        return inString(buf, p, end);
    }

    private int inString(byte[] buf, int from, int end) {
        int p = value.take(buf, from, end);
        if (value.closed()) {
            state = afterValue();
        }
        return p;
    }

    private void atContainer(byte c, AnswerPaths.@Nullable Key valueKey) {
        int field = valueKey == null ? -1 : valueKey.field;
        boolean followed = field == (c == '{' ? AnswerPaths.OBJECT : AnswerPaths.LIST);
        if (followed && valueKey != null && valueKey.below != null && levels.push(valueKey.below, c == '[')) {
            state = AT_ELEMENT;
            if (c == '{') {
                enter();
            }
            return;
        }
        if (valueKey != null && field == AnswerPaths.JSON) {
            tally.beginContainer(valueKey);
        }
        if (c == '{' && field == AnswerPaths.ERROR) {
            tally.markLast();
        }
        skip(field == AnswerPaths.JSON);
    }

    private void skip(boolean delivered) {
        passed.begin(delivered);
        state = IN_SKIPPED;
    }

    /** Handles an element of a followed array; elements other than objects are skipped. */
    private int atElement(byte[] buf, int p, int end) {
        byte c = buf[p];
        if (c == '{') {
            if (levels.pushElement()) {
                enter();
            } else {
                skip(false);
            }
        } else if (c == '[') {
            skip(false);
        } else if (c == '"') {
            return beginString(buf, p + 1, end, null);
        } else if (c == ']') {
            levels.pop();
            state = afterValue();
        } else if (c == '}' || c == ':') {
            state = IGNORED;
        } else if (c != ',' && !isSpace(c)) {
            state = IN_SCALAR;
        }
        return p + 1;
    }

    private int atScalar(byte c, int p, int field) {
        if (c == '}' || c == ',' || c == ']' || c == ':') {
            state = IGNORED;
            return p;
        }
        if (field >= 0 && field < AnswerPaths.NUMBERS && c >= '0' && c <= '9') {
            number = (long) c - '0';
            digits = 1;
            state = IN_NUMBER;
        } else {
            state = IN_SCALAR;
        }
        return p + 1;
    }

    private int inNumber(byte[] buf, int from, int end) {
        int p = from;
        while (p < end && buf[p] >= '0' && buf[p] <= '9' && digits < MAX_DIGITS && number != 0) {
            number = 10 * number + buf[p++] - '0';
            digits++;
        }
        if (p < end && !isLineEnd(buf[p])) {
            if (endsScalar(buf[p])) {
                endNumber();
            } else {
                state = IN_SCALAR;
            }
        }
        return p;
    }

    private void endNumber() {
        if (key != null && number <= MAX_COUNT) {
            tally.count(key.field, number);
        }
        state = afterValue();
    }

    private int inScalar(byte[] buf, int from, int end) {
        int p = from;
        while (p < end && !endsScalar(buf[p])) {
            p++;
        }
        if (p < end && !isLineEnd(buf[p])) {
            state = afterValue();
        }
        return p;
    }

    private static boolean endsScalar(byte c) {
        return c == ',' || c == '}' || c == ']' || isSpace(c);
    }

    private int inSkipped(byte[] buf, int from, int end) {
        int p = passed.take(buf, from, end);
        if (passed.closed()) {
            state = afterValue();
        }
        return p;
    }
}
