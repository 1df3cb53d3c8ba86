package dev.stillgate.proxy.orders;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time by which orders end: in a fleet the store's, else the wall clock's. It is held after the source has jumped by over
 * an hour against the monotonic clock: then the time before the jump stands still, and an order ends only if that and the
 * source both say so. The hold ends when the source is back, an operator confirms it, or it agreed with the monotonic clock
 * for a day. It is also held while a fleet's store was never heard; after a start at which the store is over an hour away from
 * both the wall clock and the newest record; and, without a store, if the wall clock is over an hour before the newest record.
 * Thread-safe.
 */
final class OrderClock {
    private static final Logger LOG = LoggerFactory.getLogger(OrderClock.class);
    private static final Duration JUMP = Duration.ofHours(1);
    private static final Duration AGREEMENT = Duration.ofDays(1);

    private final Ticker ticker;
    private final Supplier<OptionalLong> store;

    /** Whether the source is the store. */
    @GuardedBy("this")
    private boolean storeHeard;

    @GuardedBy("this")
    private boolean held;

    /** Whether the clock is held because the store was not heard yet. */
    @GuardedBy("this")
    private boolean awaiting;

    /** The time at the last look while not held. */
    @GuardedBy("this")
    private long millis;

    /** The monotonic time at {@link #millis}. */
    @GuardedBy("this")
    private long nanos;

    /** The source's and the monotonic time since which they agree while held. */
    @GuardedBy("this")
    private long agreedMillis;

    @GuardedBy("this")
    private long agreedNanos;

    /**
     * Creates a clock.
     *
     * @param store the store's time, in milliseconds since the epoch; empty before it was heard
     * @param awaitsStore whether a store is configured
     * @param newest time of the newest record, 0 if there is none
     */
    OrderClock(Ticker ticker, Supplier<OptionalLong> store, boolean awaitsStore, long newest) {
        this.ticker = ticker;
        this.store = store;
        long wall = ticker.millis();
        millis = newest > 0 && (awaitsStore || newest - wall > JUMP.toMillis()) ? newest : wall;
        nanos = ticker.nanos();
        agreedMillis = wall;
        agreedNanos = nanos;
        awaiting = awaitsStore;
        held = awaitsStore;
        if (!awaitsStore && millis != wall) {
            hold(wall, nanos);
        }
    }

    /** Returns the time by which orders end, in milliseconds since the epoch: while held, the earlier of the two. */
    synchronized long now() {
        long source = look();
        return held ? Math.min(millis, source) : millis;
    }

    /** Returns the time of an order that is given now, in milliseconds since the epoch: while held, the one before the jump. */
    synchronized long given() {
        look();
        return millis;
    }

    /** Follows or doubts the source, and returns its time. */
    @GuardedBy("this")
    private long look() {
        OptionalLong shared = store.get();
        long source = shared.orElseGet(ticker::millis);
        long present = ticker.nanos();
        if (shared.isPresent() && !storeHeard) {
            storeHeard = true;
            awaiting = false;
            if (isFar(source, ticker.millis()) && isFar(source, millis)) {
                hold(source, present);
            } else {
                follow(source, present);
            }
        } else if (!held) {
            if (differs(source, millis, nanos, present)) {
                hold(source, present);
            } else {
                millis = source;
                nanos = present;
            }
        } else if (!awaiting && !differs(source, millis, nanos, present)) {
            LOG.info("orders end again: the clock is back at {}", Instant.ofEpochMilli(source));
            follow(source, present);
        } else if (differs(source, agreedMillis, agreedNanos, present)) {
            agreedMillis = source;
            agreedNanos = present;
        } else if (present - agreedNanos >= AGREEMENT.toNanos()) {
            LOG.info("orders end again: the clock has not jumped for a day, at {}", Instant.ofEpochMilli(source));
            follow(source, present);
        }
        return source;
    }

    /** Returns whether the source is in doubt. */
    synchronized boolean isHeld() {
        look();
        return held;
    }

    /** Takes the source's present time for right, and returns it. */
    synchronized long confirm() {
        long source = look();
        LOG.info("orders end again: an operator confirmed the clock, {}", Instant.ofEpochMilli(source));
        follow(source, ticker.nanos());
        return source;
    }

    @GuardedBy("this")
    private void hold(long source, long present) {
        held = true;
        agreedMillis = source;
        agreedNanos = present;
        LOG.warn(
                "orders end by the earlier time until the clock is confirmed: it shows {}, and {} was expected. It is trusted"
                        + " again when it is back, after a day without a jump, or after POST /orders/clock/confirm",
                Instant.ofEpochMilli(source),
                Instant.ofEpochMilli(millis));
    }

    @GuardedBy("this")
    private void follow(long source, long present) {
        held = false;
        awaiting = false;
        millis = source;
        nanos = present;
    }

    /** Returns whether a time is over an hour away from an earlier one plus the monotonic time since. */
    private boolean differs(long source, long earlier, long since, long present) {
        long passed = (long) ((source - earlier) / ticker.pace());
        return isFar(passed, TimeUnit.NANOSECONDS.toMillis(present - since));
    }

    private static boolean isFar(long millis, long other) {
        return Math.abs(millis - other) > JUMP.toMillis();
    }
}
