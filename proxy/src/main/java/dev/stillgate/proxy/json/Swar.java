package dev.stillgate.proxy.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Byte search on eight bytes at once, held in a little-endian {@code long} ("SIMD within a register"). The zero-byte
 * test is by Mycroft, the joint test for quotes and control characters by Lemire. The lowest set bit of a result is the
 * top bit of the first match; higher bits may be wrong.
 */
public final class Swar {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;

    private Swar() {}

    /** Returns the eight bytes from {@code at}. */
    public static long word(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    /** Returns up to eight bytes from {@code at}, padded with zeros. Does not read beyond {@code end}. */
    static long tail(byte[] bytes, int at, int end) {
        long word = 0;
        for (int i = Math.min(end, at + 8) - 1; i >= at; i--) {
            word = (word << 8) | (bytes[i] & 0xff);
        }
        return word;
    }

    /** Returns the first {@code count} (1 to 8) bytes of a word, padded with zeros. */
    public static long first(long word, int count) {
        return word & (-1L >>> (64 - 8 * count));
    }

    /** Marks quotes, backslashes, control characters and non-ASCII bytes. */
    public static long endOfPlainText(long word) {
        long quoteOrControl = (word ^ (ONES * 2)) - ONES * 0x21;
        long backslash = word ^ (ONES * '\\');
        return (((quoteOrControl | (backslash - ONES)) & ~word) | word) & TOPS;
    }

    /** Marks quotes, backslashes and control characters. */
    static long endOfText(long word) {
        long quoteOrControl = (word ^ (ONES * 2)) - ONES * 0x21;
        long backslash = (word ^ (ONES * '\\')) - ONES;
        return (quoteOrControl | backslash) & ~word & TOPS;
    }

    /** Marks backslashes and non-ASCII bytes. */
    public static long notPlainAscii(long word) {
        long backslash = (word ^ (ONES * '\\')) - ONES;
        return (backslash | word) & TOPS;
    }

    /** Marks non-ASCII bytes. */
    static long notAscii(long word) {
        return word & TOPS;
    }

    /** Marks line feeds and carriage returns. */
    static long endOfLine(long word) {
        long lf = word ^ (ONES * '\n');
        long cr = word ^ (ONES * '\r');
        return (((lf - ONES) & ~lf) | ((cr - ONES) & ~cr)) & TOPS;
    }

    /** Returns the index (0 to 7) of the first marked byte of a non-zero result. */
    public static int index(long marks) {
        return Long.numberOfTrailingZeros(marks) >>> 3;
    }

    /** Returns the index of the first quote, backslash or control character from {@code at}, or {@code end}. */
    public static int skipText(byte[] bytes, int at, int end) {
        int p = at;
        for (; p <= end - 8; p += 8) {
            long marks = endOfText(word(bytes, p));
            if (marks != 0) {
                return p + index(marks);
            }
        }
        while (p < end && (bytes[p] >= ' ' || bytes[p] < 0) && bytes[p] != '"' && bytes[p] != '\\') {
            p++;
        }
        return p;
    }

    /** Returns the index of the first line feed or carriage return from {@code at}, or {@code end}. */
    public static int skipLine(byte[] bytes, int at, int end) {
        int p = at;
        for (; p <= end - 8; p += 8) {
            long marks = endOfLine(word(bytes, p));
            if (marks != 0) {
                return p + index(marks);
            }
        }
        while (p < end && bytes[p] != '\n' && bytes[p] != '\r') {
            p++;
        }
        return p;
    }
}
