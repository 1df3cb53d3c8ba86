package dev.stillgate.proxy.dialect.prose;

import dev.stillgate.proxy.json.Swar;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The string, number or word that a {@link ProseScanner} is in: where it begins, and what it says once it has ended. */
final class ProseToken {
    /** The longest that is looked at, in bytes as it is written. */
    static final int MOST = 256;

    private static final int MAX_DIGITS = 15;

    private int start;
    private boolean escape;
    private boolean escapes;

    /** Begins at a place; a string's is after its opening quote. */
    void begin(int at) {
        start = at;
        escape = false;
        escapes = false;
    }

    /** Returns from where on the bytes up to {@code end} must be kept; nothing is kept of one that is too long. */
    int keepFrom(int end) {
        if (end - start > MOST) {
            start = -1;
        }
        return isKept() ? start : end;
    }

    /** The first bytes of the array have been taken away. */
    void shift(int by) {
        start = isKept() ? start - by : -1;
    }

    /** Returns whether its bytes are all there. */
    boolean isKept() {
        return start >= 0;
    }

    int start() {
        return start;
    }

    /** Reads on in a string; returns the index after the quote that ends it, -1 when it goes on. */
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

    /** Returns the key of that name which is followed there, null when none is. */
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

    /** Returns the string, empty when it is too long or none. */
    String text(byte[] buf, int end) {
        return isKept() && isText(buf, end) ? ProseStrings.decode(buf, start, end) : "";
    }

    private boolean isText(byte[] buf, int end) {
        return end - start <= MOST && ProseStrings.end(buf, start, end, true) >= 0;
    }

    /** Returns the whole number, -1 when it is none or too long. */
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
