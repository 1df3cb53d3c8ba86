package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.Ticker;

/** Clock of a backtest, advanced explicitly. Nanoseconds also count from the epoch. Not thread-safe. */
public final class VirtualClock implements Ticker {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private long now;

    /**
     * Creates a clock.
     *
     * @param millis the time, in milliseconds since the epoch
     */
    public VirtualClock(long millis) {
        now = millis * NANOS_PER_MILLI;
    }

    /** Converts milliseconds of a log to this clock's nanoseconds. */
    static long nanos(long millis) {
        return millis * NANOS_PER_MILLI;
    }

    /** Advances to a time; earlier times are ignored. */
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
