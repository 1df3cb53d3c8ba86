package dev.stillgate.proxy.relay;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many retries an upstream may cost: a share of the requests of the last seconds and a few besides, so that an upstream
 * that is down is not asked many times over by everybody. A request counts by one addition; only a retry does sums.
 */
final class RetryBudget {
    private static final long SPAN = Duration.ofSeconds(10).toNanos();
    private static final long SPAN_SECONDS = 10;

    private static final AtomicReferenceFieldUpdater<RetryBudget, Window> WINDOW_OF =
            AtomicReferenceFieldUpdater.newUpdater(RetryBudget.class, Window.class, "window");

    private final LongAdder requests = new LongAdder();
    private volatile Window window = new Window(0, 0, 0, 0);

    /**
     * A span of ten seconds.
     *
     * @param start in the ticker's nanoseconds
     * @param requestsAtStart the count of requests when it began
     * @param requestsBefore how many requests the span before it had
     * @param taken the retries in it
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

    /** Counts a request, whatever becomes of it. */
    void request() {
        requests.increment();
    }

    /**
     * Takes one retry from the budget.
     *
     * @param percent retries for each hundred requests
     * @param perSecond retries for each second besides
     * @return whether there was one left
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
