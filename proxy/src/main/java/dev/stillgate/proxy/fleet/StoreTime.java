package dev.stillgate.proxy.fleet;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The store's answer to {@code TIME}. */
final class StoreTime {
    private StoreTime() {}

    /** Returns the nanoseconds since 1970 of seconds and microseconds in decimal. */
    static long nanos(List<byte[]> answer) {
        return TimeUnit.SECONDS.toNanos(number(answer.get(0))) + TimeUnit.MICROSECONDS.toNanos(number(answer.get(1)));
    }

    private static long number(byte[] decimal) {
        return Long.parseLong(new String(decimal, StandardCharsets.US_ASCII));
    }
}
