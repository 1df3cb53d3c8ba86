package dev.stillgate.proxy.dialect;

import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer of JSON documents that come in pieces. Follows the paths of an answer and passes over all else by counting
 * brackets and skipping strings eight bytes at a time. Holds no more than {@value #ROOM} bytes of a document, and never
 * fails: what is no JSON is ignored up to the next document.
 */
final class AnswerScanner {
    private static final int ROOM = 256;
    private static final int MAX_LEVELS = 8;
    private static final int MAX_DIGITS = 16;
    private static final long MAX_COUNT = 1L << 53;
    private static final byte[] DONE_MARK = {'[', 'D', 'O', 'N', 'E', ']'};

    private static final int AT_ROOT = 0;
    private static final int AT_KEY = 1;
    private static final int IN_KEY = 2;
    private static final int AT_COLON = 3;
    private static final int AT_VALUE = 4;
    private static final int IN_TEXT = 5;
    private static final int IN_STRING = 6;
    private static final int IN_NUMBER = 7;
    private static final int IN_SCALAR = 8;
    private static final int IN_SKIPPED = 9;
    private static final int IN_SKIPPED_STRING = 10;
    private static final int IN_MARK = 11;
    private static final int DONE = 12;
    private static final int IGNORED = 13;

    private final AnswerTally tally;
    private final AnswerPaths[] levels = new AnswerPaths[MAX_LEVELS];
    private AnswerPaths root = AnswerPaths.of(Operation.OPAQUE, false);
    private boolean lines;
    private int depth;
    private int state;
    private AnswerPaths.@Nullable Key key;
    private int skipped;
    private long number;
    private int digits;
    private boolean closed;
    private boolean escape;
    private boolean escapes;
    private int marked;
    private final byte[] room = new byte[ROOM + 8];
    private int held;

    AnswerScanner(AnswerTally tally) {
        this.tally = tally;
    }

    /**
     * Starts over on another answer.
     *
     * @param paths what to look at in each document
     * @param endAtLines whether a document stands on lines of its own, so that {@link #scan} stops at line ends
     */
    void reset(AnswerPaths paths, boolean endAtLines) {
        root = paths;
        lines = endAtLines;
        reset();
    }

    /** Starts over on another document of the same answer. */
    void reset() {
        state = AT_ROOT;
        depth = 0;
        key = null;
        escape = false;
    }

    /** Returns whether the document is whole. */
    boolean done() {
        return state == DONE;
    }

    /** Takes a line end within a document, which ends a number or a word as a space does. */
    void lineEnd() {
        if (state == IN_NUMBER) {
            endNumber();
        } else if (state == IN_SCALAR) {
            state = AT_KEY;
        }
    }

    /** Reads on; returns the index of a line end where documents stand on lines of their own, else {@code end}. */
    int scan(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            if (lines && (buf[p] == '\n' || buf[p] == '\r')) {
                return p;
            }
            p = switch (state) {
                case AT_ROOT -> atRoot(buf[p], p);
                case AT_KEY -> atKey(buf[p], p);
                case IN_KEY -> inKey(buf, p, end);
                case AT_COLON -> atColon(buf[p], p);
                case AT_VALUE -> atValue(buf[p], p);
                case IN_TEXT -> inText(buf, p, end);
                case IN_STRING -> inString(buf, p, end, AT_KEY);
                case IN_NUMBER -> inNumber(buf[p], p);
                case IN_SCALAR -> inScalar(buf[p], p);
                case IN_SKIPPED -> inSkipped(buf, p, end);
                case IN_SKIPPED_STRING -> inString(buf, p, end, IN_SKIPPED);
                case IN_MARK -> inMark(buf[p], p);
                default -> lines ? lineEnd(buf, p, end) : end;
            };
        }
        return p;
    }

    /** Returns the index of the next line end, or {@code end}. */
    static int lineEnd(byte[] buf, int from, int end) {
        int p = from;
        while (p <= end - 8) {
            long marks = Swar.endOfLine(Swar.word(buf, p));
            if (marks != 0) {
                return p + Swar.index(marks);
            }
            p += 8;
        }
        while (p < end && buf[p] != '\n' && buf[p] != '\r') {
            p++;
        }
        return p;
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private int atRoot(byte c, int p) {
        if (c == '{') {
            levels[0] = root;
            depth = 1;
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

    private int atKey(byte c, int p) {
        if (c == '"') {
            held = 0;
            escapes = false;
            state = IN_KEY;
        } else if (c == '}') {
            depth--;
            state = depth == 0 ? DONE : AT_KEY;
        } else if (c != ',' && !isSpace(c)) {
            state = IGNORED;
        }
        return p + 1;
    }

    private int inKey(byte[] buf, int from, int end) {
        int p = string(buf, from, end);
        AnswerPaths level = levels[depth - 1];
        if (closed && held == 0 && !escapes) {
            key = level.find(buf, from, p - 1);
        } else {
            hold(buf, from, closed ? p - 1 : p);
            if (closed) {
                key = held > ROOM ? null : level.find(room, 0, unescape());
            }
        }
        if (closed) {
            state = AT_COLON;
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

    private int atValue(byte c, int p) {
        AnswerPaths.Key at = key;
        int field = at == null ? -1 : at.field;
        if (c == '"') {
            if (field == AnswerPaths.ERROR) {
                tally.markLast();
            }
            held = 0;
            escapes = false;
            state = tally.wants(field) ? IN_TEXT : IN_STRING;
        } else if (c == '{' || c == '[') {
            atContainer(c, at);
        } else if (!isSpace(c)) {
            return atScalar(c, p, field);
        }
        return p + 1;
    }

    private void atContainer(byte c, AnswerPaths.@Nullable Key at) {
        if (c == '{' && at != null && at.below != null && depth < MAX_LEVELS) {
            levels[depth++] = at.below;
            state = AT_KEY;
            return;
        }
        if (c == '{' && at != null && at.field == AnswerPaths.ERROR) {
            tally.markLast();
        }
        skipped = 1;
        state = IN_SKIPPED;
    }

    private int atScalar(byte c, int p, int field) {
        if (c == '}' || c == ',' || c == ']' || c == ':') {
            state = IGNORED;
            return p;
        }
        if (field >= 0 && field < AnswerPaths.COUNTS && c >= '0' && c <= '9') {
            number = (long) c - '0';
            digits = 1;
            state = IN_NUMBER;
        } else {
            state = IN_SCALAR;
        }
        return p + 1;
    }

    private int inNumber(byte c, int p) {
        if (c >= '0' && c <= '9' && digits < MAX_DIGITS && number != 0) {
            number = 10 * number + c - '0';
            digits++;
            return p + 1;
        }
        if (c == ',' || c == '}' || isSpace(c)) {
            endNumber();
            return p;
        }
        state = IN_SCALAR;
        return p + 1;
    }

    private void endNumber() {
        if (key != null && number <= MAX_COUNT) {
            tally.count(key.field, number);
        }
        state = AT_KEY;
    }

    private int inScalar(byte c, int p) {
        if (c == ',' || c == '}' || isSpace(c)) {
            state = AT_KEY;
            return p;
        }
        return p + 1;
    }

    private int inText(byte[] buf, int from, int end) {
        int p = string(buf, from, end);
        if (closed && held == 0 && !escapes && key != null) {
            tally.text(key.field, buf, from, p - 1);
        } else {
            hold(buf, from, closed ? p - 1 : p);
            if (closed && held <= ROOM && key != null) {
                tally.text(key.field, room, 0, unescape());
            }
        }
        if (closed) {
            state = AT_KEY;
        }
        return p;
    }

    private int inString(byte[] buf, int from, int end, int after) {
        int p = string(buf, from, end);
        if (closed) {
            state = after;
        }
        return p;
    }

    private int inSkipped(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            byte c = buf[p];
            if (c == '"') {
                p = string(buf, p + 1, end);
                if (!closed) {
                    state = IN_SKIPPED_STRING;
                    return p;
                }
            } else if ((c | 0x20) == '{') {
                skipped++;
                p++;
            } else if ((c | 0x20) == '}') {
                p++;
                if (--skipped == 0) {
                    state = AT_KEY;
                    return p;
                }
            } else if (lines && (c == '\n' || c == '\r')) {
                return p;
            } else {
                p++;
            }
        }
        return p;
    }

    /** Reads on in a string; returns the index after its quote, or of the line or piece that ends before; sets closed. */
    private int string(byte[] buf, int from, int end) {
        closed = false;
        int p = from;
        if (escape && p < end) {
            escape = false;
            p++;
        }
        while (p < end) {
            if (p <= end - 8) {
                long marks = Swar.endOfText(Swar.word(buf, p));
                if (marks == 0) {
                    p += 8;
                    continue;
                }
                p += Swar.index(marks);
            }
            byte c = buf[p];
            if (c == '"') {
                closed = true;
                return p + 1;
            }
            if (lines && (c == '\n' || c == '\r')) {
                return p;
            }
            p++;
            if (c == '\\') {
                escapes = true;
                if (p == end || (lines && (buf[p] == '\n' || buf[p] == '\r'))) {
                    escape = true;
                    return p;
                }
                p++;
            }
        }
        return p;
    }

    /** Holds a piece of a key or text as it is written; one that is too long is marked by a length over the room. */
    private void hold(byte[] buf, int start, int end) {
        if (held + end - start > ROOM) {
            held = ROOM + 1;
        } else {
            System.arraycopy(buf, start, room, held, end - start);
            held += end - start;
        }
    }

    /** Decodes what is held in its place, and returns its length. */
    private int unescape() {
        if (!escapes) {
            return held;
        }
        char[] chars = new char[ROOM + 8];
        int length = JsonStrings.decode(room, 0, held, chars, 0);
        byte[] plain = new String(chars, 0, length).getBytes(StandardCharsets.UTF_8);
        int kept = Math.min(plain.length, ROOM);
        System.arraycopy(plain, 0, room, 0, kept);
        return kept;
    }
}
