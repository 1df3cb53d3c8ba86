package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.proxy.json.JsonEscape;
import dev.stillgate.proxy.json.Swar;

/**
 * Incremental character count of Markdown inside and outside fenced code blocks. The text is the raw content of JSON
 * strings, in pieces split at any byte. Fence lines count as code. Characters are UTF-16 code units, and an escape
 * counts as one. Nothing is buffered or decoded; invalid UTF-8 only gives a wrong count. Not thread-safe.
 *
 * <p>A fence begins with at least three backticks or tildes. It is closed by a line with at least as many of the same
 * character and nothing after them (CommonMark 0.31, section 4.5). Any indentation and quote marks may precede either,
 * because fences in lists are indented further than CommonMark's limit.
 */
public final class FencedText {
    private static final int MIN_FENCE = 3;

    /** Placeholder for any multi-byte character. */
    private static final char OTHER = 'x';

    // Position in a line: in its indentation, in a run of backticks or tildes, after a possible fence, in other text.
    private static final int INDENT = 0;
    private static final int RUN = 1;
    private static final int AFTER_RUN = 2;
    private static final int TEXT = 3;

    private long prose;
    private long code;
    private long line;
    private int position;
    private final JsonEscape escape = new JsonEscape();

    /** Length of the open fence, 0 if there is none. */
    private int open;

    /** Character of the open fence. */
    private char openMark;

    private int run;
    private char mark;

    /** Sets the counts to zero. */
    public void clear() {
        prose = 0;
        code = 0;
        line = 0;
        begin();
    }

    /** Begins another text, without an open fence. */
    public void begin() {
        endLine();
        open = 0;
        escape.clear();
    }

    /** Ends a JSON string and discards an incomplete escape. The text may continue in another string. */
    public void endString() {
        escape.clear();
    }

    /** Copies the state of another count. */
    public void copyFrom(FencedText other) {
        prose = other.prose;
        code = other.code;
        line = other.line;
        position = other.position;
        escape.copyFrom(other.escape);
        open = other.open;
        openMark = other.openMark;
        run = other.run;
        mark = other.mark;
    }

    /** Adds characters outside code that were counted elsewhere. */
    public void addProse(long characters) {
        prose += characters;
    }

    public long prose() {
        return prose + (inCode() ? 0 : line);
    }

    public long code() {
        return code + (inCode() ? line : 0);
    }

    public long all() {
        return prose + code + line;
    }

    /** Returns whether the current line is code, as far as it has been read. */
    private boolean inCode() {
        return open > 0 || isFence();
    }

    private boolean isFence() {
        return (position == RUN || position == AFTER_RUN) && run >= MIN_FENCE;
    }

    /** Counts a piece of the raw content of a JSON string. */
    public void add(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            if (escape.isOpen()) {
                int c = escape.read(buf[p++]);
                if (c >= 0) {
                    character((char) c);
                }
            } else if (position == TEXT) {
                p = rest(buf, p, end);
            } else {
                byte b = buf[p++];
                if (b == '\\') {
                    escape.begin();
                } else if (b >= 0) {
                    character((char) b);
                } else {
                    line += units(b);
                    position = position != INDENT && mayFollowRun(OTHER) ? AFTER_RUN : TEXT;
                }
            }
        }
    }

    /**
     * Counts other text up to the next backslash, but only a limited number of bytes; returns the next unread index.
     */
    private int rest(byte[] buf, int from, int end) {
        int p = from;
        long count = 0;
        for (; p <= end - 8; p += 8) {
            long word = Swar.word(buf, p);
            if (Swar.notPlainAscii(word) != 0) {
                break;
            }
            count += 8;
        }
        int stop = Math.min(end, p + 16);
        while (p < stop) {
            byte b = buf[p++];
            if (b == '\\') {
                escape.begin();
                break;
            }
            count += units(b);
        }
        line += count;
        return p;
    }

    /** Returns the number of UTF-16 code units that begin with a byte of UTF-8. */
    private static int units(byte b) {
        return b >= 0 ? 1 : b < (byte) 0xc0 ? 0 : b < (byte) 0xf0 ? 1 : 2;
    }

    private void character(char c) {
        line++;
        if (c == '\n') {
            endLine();
        } else if (position == INDENT) {
            if (c == '`' || c == '~') {
                position = RUN;
                mark = c;
                run = 1;
            } else if (c != ' ' && c != '\t' && c != '>' && c != '\r') {
                position = TEXT;
            }
        } else if (position == RUN && c == mark) {
            run++;
        } else if (position != TEXT) {
            position = mayFollowRun(c) ? AFTER_RUN : TEXT;
        }
    }

    /** Returns whether a line can still be a fence with a character after its run of backticks or tildes. */
    private boolean mayFollowRun(char c) {
        if (open > 0) {
            return run >= open && mark == openMark && (c == ' ' || c == '\t' || c == '\r');
        }
        return run >= MIN_FENCE && (mark == '~' || c != '`');
    }

    private void endLine() {
        if (inCode()) {
            code += line;
        } else {
            prose += line;
        }
        if (isFence()) {
            if (open == 0) {
                open = run;
                openMark = mark;
            } else if (run >= open && mark == openMark) {
                open = 0;
            }
        }
        line = 0;
        position = INDENT;
        run = 0;
    }
}
