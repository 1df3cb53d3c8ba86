package dev.stillgate.tokenbucket.lease;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the owners whose draws keep failing although the store is joined, and logs the first of them with the reason.
 * Thread-safe.
 */
public final class LostOwners {
    private static final System.Logger LOG = System.getLogger(LostOwners.class.getName());
    private static final long LOG_INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

    private final String filter;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong quietUntil = new AtomicLong(Long.MIN_VALUE);

    public LostOwners(String filter) {
        this.filter = filter;
    }

    /** Adds an owner; logs the reason if it is the only one, at most once a minute. */
    public void add(Throwable reason, long now) {
        if (count.getAndIncrement() > 0) {
            return;
        }
        long quiet = quietUntil.get();
        if (now >= quiet && quietUntil.compareAndSet(quiet, now + LOG_INTERVAL_NANOS)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}: the draws of an account, pool or organisation keep failing, and whenLost applies to it: {1}",
                    filter,
                    reason.getMessage());
        }
    }

    public void remove() {
        count.decrementAndGet();
    }

    public int count() {
        return count.get();
    }
}
