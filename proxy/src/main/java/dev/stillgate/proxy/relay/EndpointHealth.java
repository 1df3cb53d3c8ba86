package dev.stillgate.proxy.relay;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How a server does, by the requests that it was sent and by what it says when it is asked. Times are the ticker's
 * nanoseconds. Requests read two fields; what changes them is rare.
 */
final class EndpointHealth {
    private static final double JITTER = 0.25;
    private static final double LEAST_SHARE = 0.1;
    private static final int MOST_DOUBLINGS = 20;

    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicReference<@Nullable Out> out = new AtomicReference<>();
    private volatile boolean unwell;
    private int ejections;
    private long lastEnd;

    /**
     * A time without requests.
     *
     * @param until when it is over; the server warms up from then on
     * @param ejected whether failures were the reason
     */
    private record Out(long until, boolean ejected) {}

    /** Returns whether requests are to go there. */
    boolean isAvailable(long now) {
        return !unwell && !isOut(now);
    }

    /** Returns whether it is ejected or paused. */
    boolean isOut(long now) {
        Out current = out.get();
        return current != null && now - current.until < 0;
    }

    boolean isEjected(long now) {
        Out current = out.get();
        return current != null && current.ejected && now - current.until < 0;
    }

    /** Returns whether it does not answer checks as it should. */
    boolean isUnwell() {
        return unwell;
    }

    /** Returns how it is. */
    EndpointCondition condition(long now) {
        if (unwell) {
            return EndpointCondition.UNWELL;
        }
        Out current = out.get();
        if (current == null || now - current.until >= 0) {
            return EndpointCondition.AVAILABLE;
        }
        return current.ejected ? EndpointCondition.EJECTED : EndpointCondition.PAUSED;
    }

    /** Returns for how many nanoseconds it is ejected or paused still, 0 for none. */
    long outFor(long now) {
        Out current = out.get();
        return current == null ? 0 : Math.max(0, current.until - now);
    }

    /** Returns how many requests in a row have failed. */
    int failures() {
        return failures.get();
    }

    /**
     * Returns which share of its requests a server takes that came back a short while ago.
     *
     * @param slowStart how long it warms up, in nanoseconds
     * @return from 0.1 to 1
     */
    double share(long now, long slowStart) {
        Out last = out.get();
        if (last == null) {
            return 1;
        }
        long back = now - last.until;
        if (back >= slowStart) {
            if (back >= 0) {
                out.compareAndSet(last, null);
            }
            return 1;
        }
        return Math.max(LEAST_SHARE, (double) back / slowStart);
    }

    /** A request was answered as it should be. */
    void succeeded() {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    /** A request failed; returns how many have in a row. */
    int failed() {
        return failures.incrementAndGet();
    }

    /**
     * Takes it out for a time that doubles with each time in a row, and is up to a quarter longer by chance so that servers
     * do not come back together; one caller at a time.
     *
     * @return how long, in nanoseconds
     */
    long eject(long now, Duration first, Duration longest) {
        failures.set(0);
        if (ejections > 0 && now - lastEnd > longest.toNanos()) {
            ejections = 0;
        }
        long time = Math.min(longest.toNanos(), first.toNanos() << Math.min(ejections, MOST_DOUBLINGS));
        if (time < first.toNanos()) { // overflown
            time = longest.toNanos();
        }
        ejections++;
        time += (long) (time * JITTER * ThreadLocalRandom.current().nextDouble());
        lastEnd = now + time;
        out.set(new Out(lastEnd, true));
        return time;
    }

    /** Takes it out for the time that it asked for; one caller at a time. */
    void pause(long now, Duration time) {
        out.set(new Out(now + time.toNanos(), false));
    }

    /** Notes what checks say of it; coming back, it warms up. */
    void checked(boolean well, long now) {
        if (unwell && well) {
            failures.set(0);
            if (!isOut(now)) {
                out.set(new Out(now, false));
            }
        }
        unwell = !well;
    }
}
