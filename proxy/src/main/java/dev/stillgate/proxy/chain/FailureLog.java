package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rate-limited log of one filter's failures: at most one line per {@link #INTERVAL}, so that a filter that fails on
 * every request does not fill the disk. Thread-safe.
 */
final class FailureLog {
    static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Logger log = LoggerFactory.getLogger(FailureLog.class);
    private final String filter;
    private final Ticker ticker;
    private final AtomicLong due;
    private final AtomicLong suppressed = new AtomicLong();

    FailureLog(String filter, Ticker ticker) {
        this.filter = filter;
        this.ticker = ticker;
        this.due = new AtomicLong(ticker.nanos());
    }

    /** Returns whether a failure is fatal for the process: any {@code VirtualMachineError} except a stack overflow. */
    static boolean isFatal(Throwable failure) {
        return failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError);
    }

    void failed(String during, Throwable failure) {
        long now = ticker.nanos();
        long next = due.get();
        if (now - next < 0 || !due.compareAndSet(next, now + INTERVAL.toNanos())) {
            suppressed.incrementAndGet();
            return;
        }
        long unlogged = suppressed.getAndSet(0);
        try {
            log.error("filter {} failed in {} ({} more since the last line)", filter, during, unlogged, failure);
        } catch (RuntimeException unprintable) { // a plugin's throwable may throw from toString or getMessage
            log.error(
                    "filter {} failed in {}: {}",
                    filter,
                    during,
                    failure.getClass().getName());
        }
    }
}
