package dev.stillgate.proxy.json;

import org.jspecify.annotations.Nullable;

/**
 * Incremental reader of JSON objects that arrive in pieces, split at any byte. Follows {@link JsonPaths} and reports
 * the values there to a {@link JsonSink}. Buffers at most {@value JsonShortString#MAX} bytes, of a key or short string
 * that is split. Does not allocate while reading, except for keys and short strings with escapes. Keeps no reference to
 * an array that was read. Reusable; not thread-safe.
 *
 * <p>Brackets, commas and colons of followed objects and arrays are checked by RFC 8259. Extra and missing commas, and
 * strings that continue in the next line, are {@linkplain #hasErrors errors} that do not stop the reader. After any
 * other error the rest of the document is ignored. All other objects and arrays are skipped by counting brackets, to
 * any depth. Strings may contain any bytes, because only their ends are sought, eight bytes at a time. A number or
 * literal is any run of letters, digits, signs and points. Equal keys are reported in turn. A byte order mark may
 * precede the document.
 *
 * @param <F> meaning of a value or container, as given in the {@link JsonPaths}
 */
public final class JsonReader<F> {
    private static final int AT_ROOT = 0;
    private static final int BETWEEN = 1;
    private static final int IN_KEY = 2;
    private static final int AT_COLON = 3;
    private static final int AT_VALUE = 4;
    private static final int IN_STRING = 5;
    private static final int IN_NUMBER = 6;
    private static final int IN_SCALAR = 7;
    private static final int AT_SKIPPED = 8;
    private static final int IN_SKIPPED = 9;
    private static final int IN_SKIPPED_STRING = 10;
    private static final int COMPLETE = 11;
    private static final int BEYOND_END = 12;
    private static final int BROKEN = 13;

    private static final int OPENED = 0;
    private static final int AFTER_VALUE = 1;
    private static final int AFTER_COMMA = 2;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    final JsonShortString string = new JsonShortString();
    private final JsonWholeNumber number = new JsonWholeNumber();
    private final JsonLevels<F> levels = new JsonLevels<>();
    private final JsonReport<F> report;
    private @Nullable JsonPaths<F> root;
    private boolean lines;
    private int state;

    /** Kind of the preceding part of the current container, in the state {@link #BETWEEN}. */
    private int gap;

    /** Number of bytes read of the byte order mark; its length after the first other byte. */
    private int marked;

    private boolean errors;

    /** Number of open containers from the skipped one on. */
    long skipped;

    /** The first byte of the current literal or skipped container. */
    private byte first;

    /** Whether the skipped container is empty. */
    private boolean empty;

    /** Creates an idle reader; see {@link #reset(JsonPaths, boolean)}. */
    public JsonReader(JsonSink<F> sink) {
        this.report = new JsonReport<>(sink, string);
    }

    /**
     * Begins a document.
     *
     * @param newRoot the paths to follow in this document and the next ones
     * @param endAtLines whether {@link #read} stops at line ends
     * @throws IllegalArgumentException if the paths are too deep
     */
    public void reset(JsonPaths<F> newRoot, boolean endAtLines) {
        if (newRoot.depth > JsonLevels.MAX) {
            throw new IllegalArgumentException("paths of " + newRoot.depth + " levels");
        }
        root = newRoot;
        lines = endAtLines;
        string.endAtLines(endAtLines);
        reset();
    }

    /** Begins another document with the same paths. */
    public void reset() {
        state = AT_ROOT;
        marked = 0;
        errors = false;
        levels.clear();
        string.clear();
    }

    /** Returns whether the document is complete, possibly with {@linkplain #hasErrors errors}. */
    public boolean isComplete() {
        return state == COMPLETE || state == BEYOND_END;
    }

    /** Returns whether the document is complete, and followed by nothing but white space. */
    public boolean isCompleteWithoutTrailingBytes() {
        return state == COMPLETE;
    }

    /** Returns whether a document has begun and is not complete. */
    public boolean isOpen() {
        return !levels.isEmpty();
    }

    /** Returns whether a document has begun and is not valid JSON, as far as it was checked. */
    public boolean hasErrors() {
        return errors;
    }

    /** Returns how many bytes of an unfinished number have been read. */
    public int openDigits() {
        return state == IN_NUMBER ? number.digits() : 0;
    }

    /** Handles a line end at an index. It ends a number or literal like a space. A string continues, with an error. */
    public void lineEnd(int at) {
        switch (state) {
            case AT_ROOT -> atRoot((byte) '\n', at);
            case IN_NUMBER -> endNumber(at);
            case IN_SCALAR -> endScalar();
            case IN_KEY, IN_STRING, IN_SKIPPED_STRING -> errors = true;
            default -> {}
        }
    }

    /** Reads a piece. Returns {@code end}, or the index of the first line end if reading stops at these. */
    public int read(byte[] buf, int from, int end) {
        int p = from;
        while (p < end && !isLineEnd(buf[p])) {
            p = switch (state) {
                case AT_ROOT -> atRoot(buf[p], p);
                case BETWEEN -> between(buf, p, end);
                case IN_KEY -> inKey(buf, p, end);
                case AT_COLON -> atColon(buf[p], p);
                case AT_VALUE -> atValue(buf, p, end);
                case IN_STRING -> inString(buf, p, end);
                case IN_NUMBER -> inNumber(buf, p, end);
                case IN_SCALAR -> inScalar(buf, p, end);
                case AT_SKIPPED -> atSkipped(buf, p, end);
                case IN_SKIPPED -> inSkipped(buf, p, end);
                case IN_SKIPPED_STRING -> inSkippedString(buf, p, end);
                case COMPLETE -> spaceOrError(buf[p], p);
                default -> lines ? Swar.skipLine(buf, p, end) : end;
            };
        }
        string.release(); // of the caller's array
        return p;
    }

    private boolean isLineEnd(byte c) {
        return lines && (c == '\n' || c == '\r');
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private int spaceOrError(byte c, int p) {
        if (!isSpace(c)) {
            errors = state != AT_ROOT;
            state = state == COMPLETE ? BEYOND_END : BROKEN;
        }
        return p + 1;
    }

    private int atRoot(byte c, int p) {
        if (marked < BYTE_ORDER_MARK.length && c == BYTE_ORDER_MARK[marked]) {
            marked++;
            return p + 1;
        }
        if (marked > 0 && marked < BYTE_ORDER_MARK.length) {
            state = BROKEN;
            return p;
        }
        marked = BYTE_ORDER_MARK.length;
        if (c == '{' && root != null) {
            enter(root, root.meaning, false, p);
            return p + 1;
        }
        if (c == '[' && root != null && root.orList) {
            enter(root, null, true, p);
            return p + 1;
        }
        return spaceOrError(c, p);
    }

    /** Reads what follows the opening bracket, a value or a comma of a followed container. */
    private int between(byte[] buf, int p, int end) {
        byte c = buf[p];
        if (c == ',') {
            errors |= gap != AFTER_VALUE;
            gap = AFTER_COMMA;
            return p + 1 < end && buf[p + 1] == '"' ? next(buf, p + 1, end) : p + 1;
        }
        if (c == '}' || c == ']') {
            errors |= gap == AFTER_COMMA;
            return leave(c, p);
        }
        if (isSpace(c)) {
            return p + 1;
        }
        errors |= gap == AFTER_VALUE;
        return next(buf, p, end);
    }

    /** Begins the next element or key. */
    private int next(byte[] buf, int p, int end) {
        if (levels.inArray()) {
            return atValue(buf, p, end);
        }
        if (buf[p] != '"') {
            return broken(p);
        }
        string.begin();
        state = IN_KEY;
        return inKey(buf, p + 1, end);
    }

    private int broken(int p) {
        errors = true;
        state = BROKEN;
        return p;
    }

    private int inKey(byte[] buf, int from, int end) {
        int p = string.skip(buf, from, end);
        if (p < 0) {
            string.hold(buf, from, ~p);
            return ~p;
        }
        string.end(buf, from, p - 1);
        report.begin(levels.paths().find(string.bytes(), string.from(), string.to()));
        state = AT_COLON;
        if (p == end || buf[p] != ':') {
            return p;
        }
        state = AT_VALUE;
        p++;
        return p < end && buf[p] > ' ' ? atValue(buf, p, end) : p;
    }

    private int atColon(byte c, int p) {
        if (c != ':') {
            return spaceOrError(c, p);
        }
        state = AT_VALUE;
        return p + 1;
    }

    private int atValue(byte[] buf, int p, int end) {
        byte c = buf[p];
        if (c == '"') {
            return beginString(buf, p + 1, end);
        }
        if (c == '{' || c == '[') {
            atContainer(c, p);
            return p + 1;
        }
        if (JsonWholeNumber.isScalar(c)) {
            return beginScalar(buf, p, end);
        }
        return spaceOrError(c, p);
    }

    private void afterValue() {
        state = BETWEEN;
        gap = AFTER_VALUE;
    }

    /** Enters or skips the container whose opening bracket is at {@code p}. */
    private void atContainer(byte c, int p) {
        boolean array = c == '[';
        JsonPaths.Key<F> key = report.key();
        JsonPaths<F> below = null;
        F meaning = null;
        if (key == null && levels.inArray() && !array) {
            below = levels.paths();
            meaning = below.meaning;
        } else if (key != null && key.kind == (array ? JsonPaths.Kind.LIST : JsonPaths.Kind.OBJECT)) {
            below = key.below;
            meaning = array || below == null ? key.field : below.meaning;
        }
        if (below != null) {
            enter(below, meaning, array, p);
            return;
        }
        skipped = 1;
        first = c;
        state = AT_SKIPPED;
        report.beginContainer(c, p + 1);
    }

    private void enter(JsonPaths<F> below, @Nullable F meaning, boolean array, int p) {
        levels.push(below, meaning, array);
        state = BETWEEN;
        gap = OPENED;
        report.enter(meaning, p);
    }

    /** Leaves the innermost container, whose closing bracket is at {@code p}. */
    private int leave(byte c, int p) {
        if (c == ']' != levels.inArray()) {
            return broken(p);
        }
        F meaning = levels.pop();
        afterValue();
        if (levels.isEmpty()) {
            state = COMPLETE;
        }
        report.leave(meaning, p + 1);
        return p + 1;
    }

    private int atSkipped(byte[] buf, int p, int end) {
        if (isSpace(buf[p])) {
            report.skipped(buf, p, p + 1);
            return p + 1;
        }
        empty = (buf[p] | 0x20) == '}';
        state = IN_SKIPPED;
        return inSkipped(buf, p, end);
    }

    private int inSkipped(byte[] buf, int from, int end) {
        int p = from;
        while (p < end && skipped > 0) {
            byte c = buf[p];
            if (isLineEnd(c)) {
                break;
            }
            p++;
            if (c == '"') {
                state = IN_SKIPPED_STRING;
                break;
            } else if ((c | 0x20) == '{') {
                skipped++;
            } else if ((c | 0x20) == '}') {
                skipped--;
            }
        }
        report.skipped(buf, from, p);
        if (skipped == 0) {
            afterValue();
            report.presence(first, empty);
        } else if (state == IN_SKIPPED_STRING) {
            return inSkippedString(buf, p, end);
        }
        return p;
    }

    private int inSkippedString(byte[] buf, int from, int end) {
        int p = string.skip(buf, from, end);
        boolean closed = p >= 0;
        report.skipped(buf, from, closed ? p : ~p);
        if (closed) {
            state = IN_SKIPPED;
            report.skippedString(p - 1);
        }
        return closed ? p : ~p;
    }

    /** Begins a string value, whose content starts at an index. */
    private int beginString(byte[] buf, int from, int end) {
        state = IN_STRING;
        report.beginString(from);
        return inString(buf, from, end);
    }

    private int inString(byte[] buf, int from, int end) {
        int p = string.skip(buf, from, end);
        boolean closed = p >= 0;
        if (closed) {
            afterValue();
        }
        report.string(buf, from, closed ? p - 1 : ~p, closed);
        return closed ? p : ~p;
    }

    private int beginScalar(byte[] buf, int p, int end) {
        if (report.isNumber()) {
            number.begin();
            state = IN_NUMBER;
            return inNumber(buf, p, end);
        }
        first = buf[p];
        state = IN_SCALAR;
        return inScalar(buf, p + 1, end);
    }

    private int inNumber(byte[] buf, int from, int end) {
        int p = number.read(buf, from, end);
        if (p < end && JsonWholeNumber.isScalar(buf[p])) {
            state = IN_SCALAR;
        } else if (p < end && !isLineEnd(buf[p])) {
            endNumber(p);
        }
        return p;
    }

    private void endNumber(int end) {
        afterValue();
        if (number.isExact()) {
            report.number(number.value(), end - number.digits(), end);
        }
    }

    private int inScalar(byte[] buf, int from, int end) {
        int p = from;
        while (p < end && JsonWholeNumber.isScalar(buf[p])) {
            p++;
        }
        if (p < end && !isLineEnd(buf[p])) {
            endScalar();
        }
        return p;
    }

    private void endScalar() {
        afterValue();
        report.presence(first, false);
    }
}
