package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the failures of one filter, at most one in {@link #INTERVAL}: a filter that fails at every request must not fill
 * the disk.
 */
final class FailureLog {
    static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Logger log = LoggerFactory.getLogger(FailureLog.class);
    private final String filter;
    private final Ticker ticker;
    private final AtomicLong due;
    private final AtomicLong leftOut = new AtomicLong();

    FailureLog(String filter, Ticker ticker) {
        this.filter = filter;
        this.ticker = ticker;
        this.due = new AtomicLong(ticker.nanos());
    }

    /** Returns whether the process cannot go on after this: every virtual machine error but a stack that ran out. */
    static boolean isFatal(Throwable failure) {
        return failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError);
    }

    void failed(String during, Throwable failure) {
        long now = ticker.nanos();
        long next = due.get();
        if (now - next < 0 || !due.compareAndSet(next, now + INTERVAL.toNanos())) {
            leftOut.incrementAndGet();
            return;
        }
        long unlogged = leftOut.getAndSet(0);
        try {
            log.error("filter {} failed in {} ({} more since the last line)", filter, during, unlogged, failure);
        } catch (RuntimeException unprintable) { // a throwable of a plugin may fail at being printed
            log.error(
                    "filter {} failed in {}: {}",
                    filter,
                    during,
                    failure.getClass().getName());
        }
    }
}
