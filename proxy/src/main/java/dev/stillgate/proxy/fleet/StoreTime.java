package dev.stillgate.proxy.fleet;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Parser of the store's response to {@code TIME}. */
final class StoreTime {
    private StoreTime() {}

    /** Returns the time in nanoseconds since the epoch, from decimal seconds and microseconds. */
    static long nanos(List<byte[]> time) {
        return TimeUnit.SECONDS.toNanos(number(time.get(0))) + TimeUnit.MICROSECONDS.toNanos(number(time.get(1)));
    }

    private static long number(byte[] decimal) {
        return Long.parseLong(new String(decimal, StandardCharsets.US_ASCII));
    }
}
