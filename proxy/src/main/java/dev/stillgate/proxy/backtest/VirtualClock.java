package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.Ticker;

/** The clock of a backtest, which stands still until it is set. Its two times are one: nanoseconds count from the epoch. */
public final class VirtualClock implements Ticker {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private long now;

    /** A clock that shows a time. */
    public VirtualClock(long millis) {
        now = millis * NANOS_PER_MILLI;
    }

    /** Returns a time of a log as this clock counts nanoseconds. */
    static long nanos(long millis) {
        return millis * NANOS_PER_MILLI;
    }

    /** Goes on to a time, unless it is there already. */
    void advance(long nanos) {
        now = Math.max(now, nanos);
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public long millis() {
        return now / NANOS_PER_MILLI;
    }
}
