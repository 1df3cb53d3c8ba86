package dev.stillgate.proxy.backtest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Search in byte arrays that processes eight bytes at a time. */
final class ByteSearch {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;

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
}
