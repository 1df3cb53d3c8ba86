package dev.stillgate.proxy;

import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's clock, which a test can stop and put forward. */
final class JumpTicker implements Ticker {
    private final AtomicLong ahead = new AtomicLong();
    private volatile long stoppedAt;

    @Override
    public long nanos() {
        long stopped = stoppedAt;
        return (stopped == 0 ? System.nanoTime() : stopped) + ahead.get();
    }

    /** Stops the clock, which only {@link #jump} moves from now on. */
    void stop() {
        stoppedAt = System.nanoTime();
    }

    @Override
    public long millis() {
        return System.currentTimeMillis();
    }

    void jump(Duration by) {
        ahead.addAndGet(by.toNanos());
    }
}
