package dev.stillgate.proxy.dialect.prose;

import dev.stillgate.proxy.json.Swar;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The current string, number or literal of a {@link ProseScanner}: its start, and its value once it is complete. */
final class ProseToken {
    /** Limit of the length of a token whose value is needed, in bytes with escapes. */
    static final int MOST = 256;

    private static final int MAX_DIGITS = 15;

    private int start;
    private boolean escape;
    private boolean escapes;

    /** Begins a token at an index, for a string after its opening quote. */
    void begin(int at) {
        start = at;
        escape = false;
        escapes = false;
    }

    /** Returns the index of the first byte to keep; {@code end} if the token is too long, so that it is dropped. */
    int keepFrom(int end) {
        if (end - start > MOST) {
            start = -1;
        }
        return isKept() ? start : end;
    }

    /** Adjusts the start after the first {@code by} bytes of the array were dropped. */
    void shift(int by) {
        start = isKept() ? start - by : -1;
    }

    /** Returns whether all bytes of the token are available. */
    boolean isKept() {
        return start >= 0;
    }

    int start() {
        return start;
    }

    /** Skips string content; returns the index after the closing quote, or -1 if the string continues. */
    int skipString(byte[] buf, int from, int end) {
        int p = from;
        if (escape && p < end) {
            escape = false;
            p++;
        }
        while (true) {
            p = Swar.skipText(buf, p, end);
            if (p == end) {
                return -1;
            }
            byte c = buf[p++];
            if (c == '"') {
                return p;
            }
            if (c == '\\') {
                escapes = true;
                if (p == end) {
                    escape = true;
                    return -1;
                }
                p++;
            }
        }
    }

    /** Returns the known key of a level with this token as its name, or null. */
    ProsePaths.@Nullable Key find(ProsePaths level, byte[] buf, int end) {
        if (!isKept() || (escapes && !isText(buf, end))) {
            return null;
        }
        if (!escapes) {
            return level.find(buf, start, end);
        }
        byte[] name = ProseStrings.decode(buf, start, end).getBytes(StandardCharsets.UTF_8);
        return level.find(name, 0, name.length);
    }

    /** Returns the decoded string; empty if it is too long or invalid. */
    String text(byte[] buf, int end) {
        return isKept() && isText(buf, end) ? ProseStrings.decode(buf, start, end) : "";
    }

    private boolean isText(byte[] buf, int end) {
        return end - start <= MOST && ProseStrings.end(buf, start, end, true) >= 0;
    }

    /** Returns the value of a non-negative integer; -1 for other numbers and more than 15 digits. */
    long number(byte[] buf, int end) {
        long value = 0;
        for (int i = start; i < end; i++) {
            if (buf[i] < '0' || buf[i] > '9' || i - start == MAX_DIGITS) {
                return -1;
            }
            value = 10 * value + buf[i] - '0';
        }
        return value;
    }
}
