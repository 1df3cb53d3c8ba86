package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.proxy.json.JsonStrings;
import dev.stillgate.proxy.json.Swar;
import java.nio.charset.StandardCharsets;

/**
 * Validation and decoding of JSON strings with prose. As strict as {@link JsonStrings}, except that an escaped
 * surrogate may be unpaired, because a stream can split a text within a pair.
 */
public final class ProseStrings {
    /** Result of {@link #end} for an invalid string. */
    public static final int INVALID = -1;

    private ProseStrings() {}

    /**
     * Returns the index after the last complete character; {@link #INVALID} if there is an invalid one.
     *
     * @param whole whether the string ends at {@code end}; otherwise its last character may be truncated
     */
    public static int end(byte[] buf, int start, int end, boolean whole) {
        int p = start;
        while (p < end) {
            if (p <= end - 8) {
                long marks = Swar.endOfPlainText(Swar.word(buf, p));
                p += marks == 0 ? 8 : Swar.index(marks);
                if (marks == 0) {
                    continue;
                }
            }
            byte c = buf[p];
            int length = c == '\\' ? escape(buf, p, end) : c < 0 ? JsonStrings.sequence(buf, p, end) : plain(c);
            if (length == 0) {
                return !whole && mayBeTruncated(buf, p, end) ? p : INVALID;
            }
            p += length;
        }
        return p;
    }

    private static int plain(byte c) {
        return c < ' ' || c == '"' ? 0 : 1;
    }

    /** Returns the length of the escape at {@code p}, 0 if it is invalid. */
    private static int escape(byte[] buf, int p, int end) {
        if (p + 1 >= end) {
            return 0;
        }
        return switch (buf[p + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> 2;
            case 'u' -> JsonStrings.hex4(buf, p + 2, end) < 0 ? 0 : 6;
            default -> 0;
        };
    }

    /** Returns whether the bytes at {@code p} may be a truncated character, which the next piece completes. */
    private static boolean mayBeTruncated(byte[] buf, int p, int end) {
        return end - p < (buf[p] == '\\' ? 6 : buf[p] < 0 ? 4 : 0);
    }

    /** Decodes complete characters, as checked by {@link #end}. */
    public static String decode(byte[] buf, int start, int end) {
        if (isPlain(buf, start, end)) {
            return new String(buf, start, end - start, StandardCharsets.ISO_8859_1);
        }
        char[] chars = new char[end - start];
        return new String(chars, 0, JsonStrings.decode(buf, start, end, chars, 0));
    }

    private static boolean isPlain(byte[] buf, int start, int end) {
        int p = start;
        for (; p <= end - 8; p += 8) {
            if (Swar.notPlainAscii(Swar.word(buf, p)) != 0) {
                return false;
            }
        }
        for (; p < end; p++) {
            if (buf[p] < 0 || buf[p] == '\\') {
                return false;
            }
        }
        return true;
    }
}
