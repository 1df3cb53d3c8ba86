package dev.stillgate.proxy.fleet;

import io.github.bucket4j.TimeMeter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The store's time, as far as it is known here: the clock of this machine only counts what has passed since the store
 * was last asked, so what the machines believe the hour to be does not matter. It is off by at most half the time that
 * the last answer took. A gateway whose clock is ahead by some time has that much refill earlier, once: Bucket4j never
 * takes a bucket back in time, so nobody gets the same refill again.
 */
final class StoreClock implements TimeMeter {
    private final LongSupplier nanoTime;
    private volatile long ahead;

    StoreClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Takes what the store said the time is.
     *
     * @param storeNanos since 1970
     * @param asked when it was asked, in this machine's {@code nanoTime}
     * @param answered when the answer was there
     */
    void learn(long storeNanos, long asked, long answered) {
        ahead = storeNanos - (asked + (answered - asked) / 2);
    }

    long millis() {
        return TimeUnit.NANOSECONDS.toMillis(currentTimeNanos());
    }

    @Override
    public long currentTimeNanos() {
        return nanoTime.getAsLong() + ahead;
    }

    @Override
    public boolean isWallClockBased() {
        return true;
    }
}
