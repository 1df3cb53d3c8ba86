package dev.stillgate.proxy.rig;

import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The system clock, which a test can stop and advance. */
public final class JumpTicker implements Ticker {
    private final AtomicLong ahead = new AtomicLong();
    private volatile long stoppedAt;

    @Override
    public long nanos() {
        long stopped = stoppedAt;
        return (stopped == 0 ? System.nanoTime() : stopped) + ahead.get();
    }

    /** Stops the clock; only {@link #jump} advances it from now on. */
    public void stop() {
        stoppedAt = System.nanoTime();
    }

    @Override
    public long millis() {
        return System.currentTimeMillis();
    }

    public void jump(Duration by) {
        ahead.addAndGet(by.toNanos());
    }
}
