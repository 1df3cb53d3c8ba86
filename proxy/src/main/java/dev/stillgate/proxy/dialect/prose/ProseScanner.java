package dev.stillgate.proxy.dialect.prose;

import org.jspecify.annotations.Nullable;

/**
 * Incremental tokenizer for the JSON of one event, document or line in a growing array. Follows {@link ProsePaths} and
 * reports values with their positions to a {@link ProseReader}. Stops at invalid JSON. Not thread-safe.
 */
final class ProseScanner {
    /** Presence of a value whose content does not matter. */
    enum Presence {
        /** Null or false. */
        NULL,
        /** An empty string, array or object. */
        EMPTY,
        FULL
    }

    private static final int MAX_DEPTH = 12;

    private static final int AT_ROOT = 0;
    private static final int AT_KEY = 1;
    private static final int IN_KEY = 2;
    private static final int AT_COLON = 3;
    private static final int AT_VALUE = 4;
    private static final int IN_STRING = 5;
    private static final int IN_SCALAR = 6;
    private static final int IN_SKIPPED = 7;
    private static final int IN_SKIPPED_STRING = 8;
    private static final int AT_ELEMENT = 9;
    private static final int DONE = 10;
    private static final int BAD = 11;

    private final ProseReader reader;
    private final ProsePaths root;
    private final ProsePaths[] paths = new ProsePaths[MAX_DEPTH];
    private final ProseField[] frames = new ProseField[MAX_DEPTH];
    private final ProseToken token = new ProseToken();
    private int lists;
    private int depth;
    private int state;
    private ProsePaths.@Nullable Key key;
    private int skipped;
    private boolean hasContent;
    private @Nullable ProseSlot slot;

    ProseScanner(ProseReader reader, ProsePaths root) {
        this.reader = reader;
        this.root = root;
    }

    /** Resets the state for another document. */
    void reset() {
        state = AT_ROOT;
        depth = 0;
        key = null;
        slot = null;
    }

    /** Returns whether the document is complete. */
    boolean done() {
        return state == DONE;
    }

    /** Returns the unterminated string that may be prose, or null. */
    @Nullable
    ProseSlot openSlot() {
        return slot;
    }

    /** Returns the index of the first byte that must be kept: the start of the current key or word, or {@code end}. */
    int keepFrom(int end) {
        boolean word = state == IN_KEY || state == IN_SCALAR || (state == IN_STRING && slot == null);
        return word ? token.keepFrom(end) : end;
    }

    /** Adjusts positions after the first {@code by} bytes of the array were dropped. */
    void shift(int by) {
        token.shift(by);
    }

    /** Handles a line end within a document: it ends a number or literal like a space, and is invalid in a string. */
    void lineEnd(byte[] buf, int at) {
        if (state == IN_SCALAR) {
            endScalar(buf, at);
        } else if (state == IN_KEY || state == IN_STRING || state == IN_SKIPPED_STRING) {
            state = BAD;
        }
    }

    /** Scans a range of the array, which continues the previous one. */
    void scan(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            p = switch (state) {
                case AT_ROOT -> atRoot(buf[p], p);
                case AT_KEY -> atKey(buf[p], p);
                case AT_COLON -> atColon(buf[p], p);
                case AT_VALUE -> atValue(buf[p], p);
                case AT_ELEMENT -> atElement(buf[p], p);
                case IN_KEY -> inKey(buf, p, end);
                case IN_STRING -> inString(buf, p, end);
                case IN_SCALAR -> inScalar(buf, p, end);
                case IN_SKIPPED -> inSkipped(buf, p, end);
                case IN_SKIPPED_STRING -> inSkippedString(buf, p, end);
                case DONE -> atEnd(buf[p], p);
                default -> end;
            };
        }
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private int bad(int p) {
        state = BAD;
        return p + 1;
    }

    private int atEnd(byte c, int p) {
        return isSpace(c) ? p + 1 : bad(p);
    }

    private int atRoot(byte c, int p) {
        if (c == '{') {
            push(root, root.frame, false, p);
            state = AT_KEY;
            return p + 1;
        }
        boolean mark = c == (byte) 0xef || c == (byte) 0xbb || c == (byte) 0xbf;
        return isSpace(c) || mark ? p + 1 : bad(p);
    }

    private boolean push(ProsePaths below, ProseField frame, boolean list, int at) {
        if (depth == MAX_DEPTH) {
            return false;
        }
        paths[depth] = below;
        frames[depth] = frame;
        lists = list ? lists | 1 << depth : lists & ~(1 << depth);
        depth++;
        reader.enter(frame, at);
        return true;
    }

    private void pop(int end) {
        depth--;
        reader.leave(frames[depth], end);
        state = afterValue();
    }

    private int afterValue() {
        return depth == 0 ? DONE : (lists >>> (depth - 1) & 1) != 0 ? AT_ELEMENT : AT_KEY;
    }

    private int atKey(byte c, int p) {
        if (c == '"') {
            token.begin(p + 1);
            state = IN_KEY;
        } else if (c == '}') {
            pop(p + 1);
        } else if (c != ',' && !isSpace(c)) {
            return bad(p);
        }
        return p + 1;
    }

    private int inKey(byte[] buf, int from, int end) {
        int p = token.skipString(buf, from, end);
        if (p > 0) {
            key = token.find(paths[depth - 1], buf, p - 1);
            state = AT_COLON;
            return p;
        }
        return end;
    }

    private int atColon(byte c, int p) {
        if (c == ':') {
            state = AT_VALUE;
        } else if (!isSpace(c)) {
            return bad(p);
        }
        return p + 1;
    }

    private int atValue(byte c, int p) {
        ProsePaths.Key valueKey = key;
        if (c == '"') {
            token.begin(p + 1);
            slot = valueKey != null && valueKey.kind == ProsePaths.TEXT ? reader.text(valueKey.field, p + 1) : null;
            state = IN_STRING;
        } else if (c == '{' || c == '[') {
            boolean list = c == '[';
            boolean followed = valueKey != null && valueKey.kind == (list ? ProsePaths.LIST : ProsePaths.OBJECT);
            ProsePaths below = valueKey == null ? null : valueKey.below;
            if (followed
                    && valueKey != null
                    && below != null
                    && push(below, list ? valueKey.field : below.frame, list, p)) {
                state = list ? AT_ELEMENT : AT_KEY;
            } else {
                skip();
            }
        } else if (c == '}' || c == ']' || c == ',' || c == ':') {
            return bad(p);
        } else if (!isSpace(c)) {
            token.begin(p);
            state = IN_SCALAR;
        }
        return p + 1;
    }

    private void skip() {
        skipped = 1;
        hasContent = false;
        state = IN_SKIPPED;
    }

    private int atElement(byte c, int p) {
        key = null;
        if (c == '{') {
            ProsePaths level = paths[depth - 1];
            if (push(level, level.frame, false, p)) {
                state = AT_KEY;
            } else {
                skip();
            }
        } else if (c == '[') {
            skip();
        } else if (c == '"') {
            token.begin(p + 1);
            state = IN_STRING;
        } else if (c == ']') {
            pop(p + 1);
        } else if (c == '}' || c == ':') {
            return bad(p);
        } else if (c != ',' && !isSpace(c)) {
            token.begin(p);
            state = IN_SCALAR;
        }
        return p + 1;
    }

    private int inString(byte[] buf, int from, int end) {
        int p = token.skipString(buf, from, end);
        if (p < 0) {
            return end;
        }
        state = afterValue();
        ProsePaths.Key valueKey = key;
        if (slot != null) {
            slot.end = p - 1;
            slot = null;
        } else if (valueKey != null && valueKey.kind == ProsePaths.WORD) {
            reader.word(valueKey.field, token.text(buf, p - 1));
        } else if (valueKey != null && valueKey.kind == ProsePaths.MARK) {
            reader.mark(valueKey.field, token.start() == p - 1 ? Presence.EMPTY : Presence.FULL);
        }
        return p;
    }

    private int inScalar(byte[] buf, int from, int end) {
        int p = from;
        while (p < end && buf[p] != ',' && buf[p] != '}' && buf[p] != ']' && !isSpace(buf[p])) {
            p++;
        }
        if (p < end) {
            endScalar(buf, p);
        }
        return p;
    }

    private void endScalar(byte[] buf, int end) {
        state = afterValue();
        ProsePaths.Key valueKey = key;
        if (valueKey == null || !token.isKept()) {
            return;
        }
        if (valueKey.kind == ProsePaths.NUMBER) {
            long value = token.number(buf, end);
            if (value >= 0) {
                reader.number(valueKey.field, value, token.start(), end);
            }
        } else if (valueKey.kind == ProsePaths.MARK) {
            reader.mark(
                    valueKey.field,
                    buf[token.start()] == 'n' || buf[token.start()] == 'f' ? Presence.NULL : Presence.FULL);
        }
    }

    private int inSkipped(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            byte c = buf[p++];
            if (c == '"') {
                hasContent = true;
                token.begin(p);
                state = IN_SKIPPED_STRING;
                return p;
            } else if ((c | 0x20) == '{') {
                hasContent = true;
                skipped++;
            } else if ((c | 0x20) == '}' && --skipped == 0) {
                endSkipped();
                return p;
            } else if (!isSpace(c)) {
                hasContent = true;
            }
        }
        return p;
    }

    private void endSkipped() {
        state = afterValue();
        ProsePaths.Key valueKey = key;
        if (valueKey != null && valueKey.kind == ProsePaths.MARK) {
            reader.mark(valueKey.field, hasContent ? Presence.FULL : Presence.EMPTY);
        }
    }

    private int inSkippedString(byte[] buf, int from, int end) {
        int p = token.skipString(buf, from, end);
        if (p < 0) {
            return end;
        }
        state = IN_SKIPPED;
        return p;
    }
}
