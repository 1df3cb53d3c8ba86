package dev.stillgate.proxy.fleet;

import io.github.bucket4j.TimeMeter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Estimate of the store's time: its time at the last response plus the local monotonic clock. Wall clocks of gateways
 * do not matter. The error is at most half the round trip of the last response. A gateway that is offset gets that much
 * refill early, but only once, because Bucket4j never moves a bucket back in time.
 */
final class StoreClock implements TimeMeter {
    private final LongSupplier nanoTime;
    private volatile long offset;
    private volatile boolean known;

    StoreClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Adjusts the clock to a response of the store.
     *
     * @param storeNanos the store's time, in nanoseconds since the epoch
     * @param asked the local {@code nanoTime} when the request was sent
     * @param answered the local {@code nanoTime} when the response arrived
     */
    void synchronize(long storeNanos, long asked, long answered) {
        offset = storeNanos - (asked + (answered - asked) / 2);
        known = true;
    }

    /** Returns whether the store has responded since the start. */
    boolean known() {
        return known;
    }

    long millis() {
        return TimeUnit.NANOSECONDS.toMillis(currentTimeNanos());
    }

    @Override
    public long currentTimeNanos() {
        return nanoTime.getAsLong() + offset;
    }

    @Override
    public boolean isWallClockBased() {
        return true;
    }
}
