package dev.stillgate.proxy.json;

import org.jspecify.annotations.Nullable;

/**
 * Incremental reader of JSON objects that arrive in pieces, split at any byte. Follows {@link JsonPaths} and reports the
 * values there to a {@link JsonSink}. Buffers at most {@value JsonWord#MAX} bytes, of a key or short string that is
 * split. Does not allocate while reading, except for short strings with escapes. Reusable; not thread-safe.
 *
 * <p>Brackets, commas and colons of followed objects and arrays are checked by RFC 8259. After an error the rest of the
 * document is ignored. All other objects and arrays are skipped by counting brackets, to any depth. Strings may contain
 * any bytes, because only their ends are sought, eight bytes at a time. A number or literal is any run of letters,
 * digits, signs and points. Equal keys are reported in turn. A byte order mark may precede the document.
 *
 * @param <F> meaning of a value or container, as given in the {@link JsonPaths}
 */
public final class JsonReader<F> {
    private static final long MAX_NUMBER = 1L << 53;
    private static final int MAX_DIGITS = 16;

    private static final int AT_ROOT = 0;
    private static final int AT_FIRST_KEY = 1;
    private static final int AT_KEY = 2;
    private static final int IN_KEY = 3;
    private static final int AT_COLON = 4;
    private static final int AT_FIRST_ELEMENT = 5;
    private static final int AT_VALUE = 6;
    private static final int IN_STRING = 7;
    private static final int IN_NUMBER = 8;
    private static final int IN_SCALAR = 9;
    private static final int AT_SKIPPED = 10;
    private static final int IN_SKIPPED = 11;
    private static final int IN_SKIPPED_STRING = 12;
    private static final int AFTER_VALUE = 13;
    private static final int DONE = 14;
    private static final int BEYOND_END = 15;
    private static final int BROKEN = 16;

    /** Whether a byte can be part of a number or literal. */
    private static final boolean[] SCALAR = new boolean[256];

    static {
        for (char c : "+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".toCharArray()) {
            SCALAR[c] = true;
        }
    }

    private final JsonSink<F> sink;
    private final JsonLevels<F> levels = new JsonLevels<>();
    private final JsonWord word = new JsonWord();
    private @Nullable JsonPaths<F> root;
    private boolean lines;
    private int state;

    /** The known key of the current value; null in an array and for an unknown key. */
    private JsonPaths.@Nullable Key<F> key;

    /** Number of open containers from the skipped one on. */
    private int skipped;

    /** The first byte of the current literal or skipped container. */
    private byte first;

    /** Whether the current string or skipped container is empty so far. */
    private boolean empty;

    private long number;
    private int digits;

    /** Creates an idle reader; see {@link #reset(JsonPaths, boolean)}. */
    public JsonReader(JsonSink<F> sink) {
        this.sink = sink;
    }

    /**
     * Begins a document.
     *
     * @param newRoot the paths to follow in this document and the next ones
     * @param endAtLines whether {@link #read} stops at line ends
     */
    public void reset(JsonPaths<F> newRoot, boolean endAtLines) {
        root = newRoot;
        lines = endAtLines;
        word.endAtLines(endAtLines);
        reset();
    }

    /** Begins another document with the same paths. */
    public void reset() {
        state = AT_ROOT;
        levels.clear();
        key = null;
        word.clear();
    }

    /** Returns whether the document is complete. */
    public boolean ended() {
        return state == DONE || state == BEYOND_END;
    }

    /** Returns whether the document is complete, and followed by nothing but white space. */
    public boolean done() {
        return state == DONE;
    }

    /** Returns how many bytes of an unfinished number have been read. */
    public int openDigits() {
        return state == IN_NUMBER ? digits : 0;
    }

    /** Handles a line end at an index. It ends a number or literal like a space, and is an error in a string. */
    public void lineEnd(int at) {
        switch (state) {
            case IN_NUMBER -> endNumber(at);
            case IN_SCALAR -> endScalar();
            case IN_KEY, IN_STRING, IN_SKIPPED_STRING -> state = BROKEN;
            default -> {}
        }
    }

    /** Reads a piece. Returns {@code end}, or the index of the first line end if reading stops at these. */
    public int read(byte[] buf, int from, int end) {
        int p = from;
        while (p < end && !isLineEnd(buf[p])) {
            p = switch (state) {
                case AT_ROOT -> atRoot(buf[p], p);
                case AT_FIRST_KEY, AT_KEY -> atKey(buf, p, end);
                case IN_KEY -> inKey(buf, p, end);
                case AT_COLON -> atColon(buf[p], p);
                case AT_FIRST_ELEMENT, AT_VALUE -> atValue(buf, p, end);
                case IN_STRING -> inString(buf, p, end);
                case IN_NUMBER -> inNumber(buf, p, end);
                case IN_SCALAR -> inScalar(buf, p, end);
                case AT_SKIPPED -> atSkipped(buf, p, end);
                case IN_SKIPPED -> inSkipped(buf, p, end);
                case IN_SKIPPED_STRING -> inSkippedString(buf, p, end);
                case AFTER_VALUE -> afterValue(buf, p, end);
                case DONE -> spaceOrError(buf[p], p);
                default -> lines ? Swar.skipLine(buf, p, end) : end;
            };
        }
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
            state = state == DONE ? BEYOND_END : BROKEN;
        }
        return p + 1;
    }

    private int atRoot(byte c, int p) {
        if (c == '{' && root != null) {
            enter(root, root.frame, false, p);
            return p + 1;
        }
        boolean mark = c == (byte) 0xef || c == (byte) 0xbb || c == (byte) 0xbf;
        return mark ? p + 1 : spaceOrError(c, p);
    }

    private int atKey(byte[] buf, int p, int end) {
        byte c = buf[p];
        if (c == '"') {
            word.begin();
            state = IN_KEY;
            return inKey(buf, p + 1, end);
        }
        return c == '}' && state == AT_FIRST_KEY ? leave(c, p) : spaceOrError(c, p);
    }

    private int inKey(byte[] buf, int from, int end) {
        int p = word.skip(buf, from, end);
        if (p < 0) {
            word.hold(buf, from, ~p);
            return ~p;
        }
        word.end(buf, from, p - 1);
        key = levels.paths().find(word.bytes(), word.from(), word.to());
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
        if (SCALAR[c & 0xff]) {
            return beginScalar(buf, p, end);
        }
        return c == ']' && state == AT_FIRST_ELEMENT ? leave(c, p) : spaceOrError(c, p);
    }

    private int afterValue(byte[] buf, int p, int end) {
        byte c = buf[p];
        if (c == ',') {
            boolean array = levels.inArray();
            state = array ? AT_VALUE : AT_KEY;
            return !array && p + 1 < end && buf[p + 1] == '"' ? atKey(buf, p + 1, end) : p + 1;
        }
        return c == '}' || c == ']' ? leave(c, p) : spaceOrError(c, p);
    }

    /** Enters or skips the container whose opening bracket is at {@code p}. */
    private void atContainer(byte c, int p) {
        boolean array = c == '[';
        JsonPaths<F> below = null;
        F frame = null;
        if (key == null && levels.inArray() && !array) {
            below = levels.paths();
            frame = below.frame;
        } else if (key != null && key.kind == (array ? JsonPaths.Kind.LIST : JsonPaths.Kind.OBJECT)) {
            below = key.below;
            frame = array || below == null ? key.field : below.frame;
        }
        if (below != null && !levels.isFull()) {
            enter(below, frame, array, p);
            return;
        }
        skipped = 1;
        first = c;
        state = AT_SKIPPED;
        if (key != null && key.kind == JsonPaths.Kind.JSON) {
            sink.beginText(key.field(), c, p + 1);
        }
    }

    private void enter(JsonPaths<F> below, @Nullable F frame, boolean array, int p) {
        levels.push(below, frame, array);
        key = null;
        state = array ? AT_FIRST_ELEMENT : AT_FIRST_KEY;
        if (frame != null) {
            sink.enter(frame, p);
        }
    }

    /** Leaves the innermost container, whose closing bracket is at {@code p}. */
    private int leave(byte c, int p) {
        if (c == ']' != levels.inArray()) {
            state = BROKEN;
            return p + 1;
        }
        F frame = levels.pop();
        key = null;
        state = levels.isEmpty() ? DONE : AFTER_VALUE;
        if (frame != null) {
            sink.leave(frame, p + 1);
        }
        return p + 1;
    }

    private int atSkipped(byte[] buf, int p, int end) {
        if (isSpace(buf[p])) {
            reportSkipped(buf, p, p + 1);
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
        reportSkipped(buf, from, p);
        if (skipped == 0) {
            state = AFTER_VALUE;
            if (key != null && key.kind == JsonPaths.Kind.MARK) {
                sink.mark(key.field(), first, empty);
            }
        } else if (state == IN_SKIPPED_STRING) {
            return inSkippedString(buf, p, end);
        }
        return p;
    }

    private int inSkippedString(byte[] buf, int from, int end) {
        int p = word.skip(buf, from, end);
        boolean closed = p >= 0;
        reportSkipped(buf, from, closed ? p : ~p);
        if (closed) {
            state = IN_SKIPPED;
            if (key != null && key.kind == JsonPaths.Kind.JSON) {
                sink.endText(key.field(), p - 1);
            }
        }
        return closed ? p : ~p;
    }

    private void reportSkipped(byte[] buf, int from, int to) {
        if (key != null && key.kind == JsonPaths.Kind.JSON && from < to) {
            sink.text(key.field(), buf, from, to);
        }
    }

    /** Begins a string value, whose content starts at an index. */
    private int beginString(byte[] buf, int from, int end) {
        state = IN_STRING;
        if (key != null) {
            word.begin();
            empty = true;
            if (key.kind == JsonPaths.Kind.TEXT || key.kind == JsonPaths.Kind.JSON) {
                sink.beginText(key.field(), (byte) '"', from);
            }
        }
        return inString(buf, from, end);
    }

    private int inString(byte[] buf, int from, int end) {
        int p = word.skip(buf, from, end);
        boolean closed = p >= 0;
        if (closed) {
            state = AFTER_VALUE;
        }
        if (key != null) {
            reportString(key, buf, from, closed ? p - 1 : ~p, closed);
        }
        return closed ? p : ~p;
    }

    private void reportString(JsonPaths.Key<F> known, byte[] buf, int from, int to, boolean closed) {
        switch (known.kind) {
            case TEXT, JSON -> {
                if (from < to) {
                    sink.text(known.field(), buf, from, to);
                }
                if (closed) {
                    sink.endText(known.field(), to);
                }
            }
            case WORD -> {
                if (closed) {
                    word.end(buf, from, to);
                    sink.word(known.field(), word.bytes(), word.from(), word.to());
                } else {
                    word.hold(buf, from, to);
                }
            }
            case MARK -> {
                empty &= from == to;
                if (closed) {
                    sink.mark(known.field(), (byte) '"', empty);
                }
            }
            default -> {}
        }
    }

    private int beginScalar(byte[] buf, int p, int end) {
        byte c = buf[p];
        if (key != null && key.kind == JsonPaths.Kind.NUMBER && c >= '0' && c <= '9') {
            number = (long) c - '0';
            digits = 1;
            state = IN_NUMBER;
            return inNumber(buf, p + 1, end);
        }
        first = c;
        state = IN_SCALAR;
        return inScalar(buf, p + 1, end);
    }

    private int inNumber(byte[] buf, int from, int end) {
        int p = from;
        while (p < end && buf[p] >= '0' && buf[p] <= '9' && digits < MAX_DIGITS && number != 0) {
            number = 10 * number + buf[p++] - '0';
            digits++;
        }
        if (p < end && SCALAR[buf[p] & 0xff]) {
            state = IN_SCALAR;
        } else if (p < end && !isLineEnd(buf[p])) {
            endNumber(p);
        }
        return p;
    }

    private void endNumber(int end) {
        state = AFTER_VALUE;
        if (key != null && number <= MAX_NUMBER) {
            sink.number(key.field(), number, end - digits, end);
        }
    }

    private int inScalar(byte[] buf, int from, int end) {
        int p = from;
        while (p < end && SCALAR[buf[p] & 0xff]) {
            p++;
        }
        if (p < end && !isLineEnd(buf[p])) {
            endScalar();
        }
        return p;
    }

    private void endScalar() {
        state = AFTER_VALUE;
        if (key != null && key.kind == JsonPaths.Kind.MARK) {
            sink.mark(key.field(), first, false);
        }
    }
}
