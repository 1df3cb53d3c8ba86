package dev.stillgate.proxy.backtest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Operations on byte arrays that process eight bytes at a time. */
final class ByteSearch {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;
    private static final long MIX = 0x9e3779b97f4a7c15L;

    private ByteSearch() {}

    /** Returns the index of the first line feed, -1 for none. Uses Mycroft's zero-byte test. */
    static int indexOfFeed(byte[] bytes, int from, int to) {
        int p = from;
        for (; p <= to - 8; p += 8) {
            long feeds = (long) LONG.get(bytes, p) ^ (ONES * '\n');
            long marks = (feeds - ONES) & ~feeds & TOPS;
            if (marks != 0) {
                return p + (Long.numberOfTrailingZeros(marks) >>> 3);
            }
        }
        for (; p < to; p++) {
            if (bytes[p] == '\n') {
                return p;
            }
        }
        return -1;
    }

    /** Returns a non-cryptographic hash of the bytes. */
    static int hash(byte[] bytes, int from, int to) {
        long hash = (long) to - from;
        int p = from;
        for (; p <= to - 8; p += 8) {
            hash = (hash ^ (long) LONG.get(bytes, p)) * MIX;
            hash ^= hash >>> 32;
        }
        for (; p < to; p++) {
            hash = (hash ^ bytes[p]) * MIX;
        }
        return (int) (hash ^ hash >>> 29);
    }
}
