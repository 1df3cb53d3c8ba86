package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.JsonStrings;
import dev.stillgate.proxy.json.Swar;

/**
 * A count of characters of Markdown that comes in pieces, split at any byte: of the lines outside fenced code and of those
 * inside, the fences included. Nothing is held or decoded. A character is a byte that continues none before it, one of four
 * bytes is two, and an escape of JSON is one; text that is no UTF-8 is miscounted, and nothing worse.
 *
 * <p>A fence is a line that begins with three backticks or tildes, or more, behind any indentation or quote marks; it ends
 * at one of the same kind, no shorter, with nothing behind it (CommonMark 0.31, section 4.5, without its limits of
 * indentation, since fences in lists stand deeper).
 */
final class FencedText {
    private static final int LEAST = 3;

    /** Stands for any character of several bytes. */
    private static final char OTHER = 'x';

    private static final int NO_ESCAPE = 0;
    private static final int AFTER_BACKSLASH = 1;
    private static final int FIRST_DIGIT = 2;
    private static final int AFTER_LAST_DIGIT = 6;

    /** How far a line has been read: its indentation, a run of backticks or tildes, what is behind a fence, other text. */
    private static final int INDENT = 0;

    private static final int RUN = 1;
    private static final int BEHIND = 2;
    private static final int TEXT = 3;

    private long prose;
    private long code;
    private long line;
    private int at;
    private int escape;
    private int unit;

    /** The length of the fence that is open, 0 for none, and what it is made of. */
    private int open;

    private char openMark;
    private int run;
    private char mark;

    /** Forgets all. */
    void clear() {
        prose = 0;
        code = 0;
        line = 0;
        begin();
    }

    /** Begins another text, in which no fence is open. */
    void begin() {
        endLine();
        open = 0;
        escape = NO_ESCAPE;
    }

    /** Ends a string, with which an escape ends that is not whole; the text may go on in the next. */
    void endString() {
        escape = NO_ESCAPE;
    }

    /** Becomes like another. */
    void set(FencedText other) {
        prose = other.prose;
        code = other.code;
        line = other.line;
        at = other.at;
        escape = other.escape;
        unit = other.unit;
        open = other.open;
        openMark = other.openMark;
        run = other.run;
        mark = other.mark;
    }

    /** Counts characters in lines outside code that another has counted. */
    void addProse(long characters) {
        prose += characters;
    }

    long prose() {
        return prose + (inCode() ? 0 : line);
    }

    long code() {
        return code + (inCode() ? line : 0);
    }

    long all() {
        return prose + code + line;
    }

    /** Returns whether the line under way is one of code, by what is known of it. */
    private boolean inCode() {
        return open > 0 || isFence();
    }

    private boolean isFence() {
        return (at == RUN || at == BEHIND) && run >= LEAST;
    }

    /** Counts a piece of text as it stands in a JSON string. */
    void add(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            if (escape != NO_ESCAPE) {
                inEscape(buf[p++]);
            } else if (at == TEXT) {
                p = rest(buf, p, end);
            } else {
                byte b = buf[p++];
                if (b == '\\') {
                    escape = AFTER_BACKSLASH;
                } else if (b >= 0) {
                    character((char) b);
                } else {
                    line += units(b);
                    at = at != INDENT && mayFollow(OTHER) ? BEHIND : TEXT;
                }
            }
        }
    }

    /** Counts the rest of a line up to a backslash, and returns the index after it, or {@code end}. */
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
                escape = AFTER_BACKSLASH;
                break;
            }
            count += units(b);
        }
        line += count;
        return p;
    }

    /** Returns how many code units begin with a byte of UTF-8. */
    private static int units(byte b) {
        return b >= 0 ? 1 : b < (byte) 0xc0 ? 0 : b < (byte) 0xf0 ? 1 : 2;
    }

    private void inEscape(byte b) {
        if (escape == AFTER_BACKSLASH && b == 'u') {
            escape = FIRST_DIGIT;
            unit = 0;
        } else if (escape == AFTER_BACKSLASH) {
            escape = NO_ESCAPE;
            character(JsonStrings.unescape(b));
        } else {
            unit = (unit << 4) | (JsonStrings.hex(b) & 0xf);
            if (++escape == AFTER_LAST_DIGIT) {
                escape = NO_ESCAPE;
                character((char) unit);
            }
        }
    }

    private void character(char c) {
        line++;
        if (c == '\n') {
            endLine();
        } else if (at == INDENT) {
            if (c == '`' || c == '~') {
                at = RUN;
                mark = c;
                run = 1;
            } else if (c != ' ' && c != '\t' && c != '>' && c != '\r') {
                at = TEXT;
            }
        } else if (at == RUN && c == mark) {
            run++;
        } else if (at != TEXT) {
            at = mayFollow(c) ? BEHIND : TEXT;
        }
    }

    /** Returns whether a line can still be a fence, by a character behind its run. */
    private boolean mayFollow(char c) {
        if (open > 0) {
            return run >= open && mark == openMark && (c == ' ' || c == '\t' || c == '\r');
        }
        return run >= LEAST && (mark == '~' || c != '`');
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
        at = INDENT;
        run = 0;
    }
}
