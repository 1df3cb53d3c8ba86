package dev.stillgate.proxy.relay;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Health of an endpoint from its requests (ejections and pauses) and its health checks. Times are the ticker's
 * nanoseconds. Reads are lock-free. Thread-safe, except that {@link #eject} and {@link #pause} require external
 * locking.
 */
final class EndpointHealth {
    private static final double JITTER = 0.25;
    private static final double MIN_SHARE = 0.1;
    private static final int MAX_DOUBLINGS = 20;

    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicReference<@Nullable Outage> outage = new AtomicReference<>();
    private volatile boolean unwell;
    private int ejections;
    private long lastEnd;

    /**
     * A period without requests.
     *
     * @param until its end, after which the endpoint warms up
     * @param ejected whether failures were the reason, else the endpoint asked for it
     */
    private record Outage(long until, boolean ejected) {}

    /** Returns whether the endpoint receives requests. */
    boolean isAvailable(long now) {
        return !unwell && !isEjectedOrPaused(now);
    }

    /** Returns whether the endpoint is ejected or paused. */
    boolean isEjectedOrPaused(long now) {
        Outage current = outage.get();
        return current != null && now - current.until < 0;
    }

    boolean isEjected(long now) {
        Outage current = outage.get();
        return current != null && current.ejected && now - current.until < 0;
    }

    /** Returns whether its health checks fail. */
    boolean isUnwell() {
        return unwell;
    }

    EndpointCondition condition(long now) {
        if (unwell) {
            return EndpointCondition.UNWELL;
        }
        Outage current = outage.get();
        if (current == null || now - current.until >= 0) {
            return EndpointCondition.AVAILABLE;
        }
        return current.ejected ? EndpointCondition.EJECTED : EndpointCondition.PAUSED;
    }

    /** Returns the remaining nanoseconds of an ejection or pause; 0 for none. */
    long remainingNanos(long now) {
        Outage current = outage.get();
        return current == null ? 0 : Math.max(0, current.until - now);
    }

    /** Returns the number of consecutive failed requests. */
    int failures() {
        return failures.get();
    }

    /**
     * Returns the share of its normal load that an endpoint receives while it warms up.
     *
     * @param slowStart length of the warm-up, in nanoseconds
     * @return from 0.1 to 1
     */
    double share(long now, long slowStart) {
        Outage last = outage.get();
        if (last == null) {
            return 1;
        }
        long back = now - last.until;
        if (back >= slowStart) {
            if (back >= 0) {
                outage.compareAndSet(last, null);
            }
            return 1;
        }
        return Math.max(MIN_SHARE, (double) back / slowStart);
    }

    /** Notes a successful request. */
    void succeeded() {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    /** Notes a failed request; returns the number of consecutive ones. */
    int failed() {
        return failures.incrementAndGet();
    }

    /**
     * Ejects the endpoint. The time doubles with each ejection in a row; a random quarter on top spreads the return of
     * several endpoints. Not thread-safe.
     *
     * @return the length of the ejection, in nanoseconds
     */
    long eject(long now, Duration first, Duration longest) {
        failures.set(0);
        if (ejections > 0 && now - lastEnd > longest.toNanos()) {
            ejections = 0;
        }
        long time = Math.min(longest.toNanos(), first.toNanos() << Math.min(ejections, MAX_DOUBLINGS));
        if (time < first.toNanos()) { // overflow
            time = longest.toNanos();
        }
        ejections++;
        time += (long) (time * JITTER * ThreadLocalRandom.current().nextDouble());
        lastEnd = now + time;
        outage.set(new Outage(lastEnd, true));
        return time;
    }

    /** Pauses the endpoint. Not thread-safe. */
    void pause(long now, Duration time) {
        outage.set(new Outage(now + time.toNanos(), false));
    }

    /** Records the result of health checks. An endpoint that became healthy warms up. */
    void checked(boolean well, long now) {
        if (unwell && well) {
            failures.set(0);
            if (!isEjectedOrPaused(now)) {
                outage.set(new Outage(now, false));
            }
        }
        unwell = !well;
    }

    /** Availability of an endpoint. Of several reasons against it, the first one here is reported. */
    enum EndpointCondition {
        /** Its health checks fail. */
        UNWELL,
        /** Ejected after failed requests. */
        EJECTED,
        /** Paused at its own request ({@code retry-after}). */
        PAUSED,
        /** Receives requests. */
        AVAILABLE
    }
}
