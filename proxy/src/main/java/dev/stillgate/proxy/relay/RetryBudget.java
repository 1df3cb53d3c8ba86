package dev.stillgate.proxy.relay;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.atomic.LongAdder;

/**
 * Limits the retries of an upstream to a share of its recent requests plus a constant rate, so that retries do not
 * overload a failing upstream. Thread-safe. Counting a request is one addition.
 */
final class RetryBudget {
    private static final long SPAN = Duration.ofSeconds(10).toNanos();
    private static final long SPAN_SECONDS = 10;

    private static final AtomicReferenceFieldUpdater<RetryBudget, Window> WINDOW_OF =
            AtomicReferenceFieldUpdater.newUpdater(RetryBudget.class, Window.class, "window");

    private final LongAdder requests = new LongAdder();
    private volatile Window window = new Window(0, 0, 0, 0);

    /**
     * A window of ten seconds.
     *
     * @param start in the ticker's nanoseconds
     * @param requestsAtStart total requests when the window started
     * @param requestsBefore requests in the previous window
     * @param taken retries in this window
     */
    private record Window(long start, long requestsAtStart, long requestsBefore, long taken) {
        private Window at(long now, long requests) {
            long passed = now - start;
            if (passed >= 0 && passed < SPAN) {
                return this;
            }
            boolean next = passed >= 0 && passed < 2 * SPAN;
            return new Window(now, requests, next ? requests - requestsAtStart : 0, 0);
        }

        private Window plusOne() {
            return new Window(start, requestsAtStart, requestsBefore, taken + 1);
        }
    }

    /** Counts a request. */
    void request() {
        requests.increment();
    }

    /** Returns the number of requests counted. */
    long requests() {
        return requests.sum();
    }

    /**
     * Takes one retry from the budget.
     *
     * @param percent retries per hundred requests
     * @param perSecond additional retries per second
     * @return whether a retry was left
     */
    boolean take(long now, int percent, int perSecond) {
        long total = requests.sum();
        while (true) {
            Window seen = window;
            Window current = seen.at(now, total);
            long recent = Math.max(total - current.requestsAtStart, current.requestsBefore);
            boolean left = current.taken < perSecond * SPAN_SECONDS + recent * percent / 100;
            Window after = left ? current.plusOne() : current;
            if (WINDOW_OF.compareAndSet(this, seen, after)) {
                return left;
            }
        }
    }
}
