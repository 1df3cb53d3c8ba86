package dev.stillgate.proxy.exchange;

import dev.stillgate.spi.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * The timeouts of one event loop: a hashed timing wheel (Varghese and Lauck, 1987, scheme 6). Each tick visits the
 * entries of one slot; an entry checks its own timeouts and returns how long it needs no other check, of which at most
 * {@link #HORIZON_NANOS} are used. So thousands of quiet streams cost a visit a second each instead of one each tick.
 * Adding, moving and removing an entry takes a few pointer writes. The price is precision: a timeout fires up to one
 * tick late, or later if very many expire at once. Not thread-safe.
 */
@SuppressWarnings("ReferenceEquality") // entries are nodes of linked lists
final class Deadlines {
    /** An entry of the wheel, which checks its own timeouts. */
    abstract static class Watched {
        private @Nullable Watched previous;
        private @Nullable Watched next;

        /**
         * Checks the entry's timeouts. May remove any entry, including itself.
         *
         * @param now the ticker's time in nanoseconds
         * @return the nanoseconds for which no check is needed; 0 or less for a check at the next tick
         */
        abstract long onTick(long now);
    }

    private static final class Anchor extends Watched {
        @Override
        long onTick(long now) {
            return 0;
        }
    }

    /** The time between two ticks. */
    static final long TICK_NANOS = 50_000_000;

    /** The longest time between two checks of an entry. */
    static final long HORIZON_NANOS = 20 * TICK_NANOS;

    /** A power of two that exceeds the number of ticks in {@link #HORIZON_NANOS}. */
    private static final int SLOTS = 32;

    /** The maximum time of one {@link #resume}. */
    private static final long SLICE_NANOS = 500_000;

    /** The number of entries after which the elapsed time is checked. */
    private static final int ENTRIES_PER_CHECK = 8;

    private final Watched[] slots = new Watched[SLOTS];
    private final Watched due = anchor();
    private int position;
    private long lastTick;

    /** Creates an empty wheel; {@code now} is the ticker's time in nanoseconds. */
    Deadlines(long now) {
        lastTick = now;
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = anchor();
        }
    }

    private static Watched anchor() {
        Watched anchor = new Anchor();
        anchor.previous = anchor;
        anchor.next = anchor;
        return anchor;
    }

    /** Adds an entry, or moves it, for a check at the next tick. */
    void start(Watched entry) {
        end(entry);
        schedule(entry, 1);
    }

    private void schedule(Watched entry, int ticks) {
        Watched anchor = slots[position + ticks & SLOTS - 1];
        Watched last = anchor.previous;
        if (last != null) {
            entry.previous = last;
            entry.next = anchor;
            last.next = entry;
            anchor.previous = entry;
        }
    }

    /** Removes an entry; does nothing if it was not added. */
    void end(Watched entry) {
        Watched before = entry.previous;
        Watched after = entry.next;
        if (before != null && after != null) {
            before.next = after;
            after.previous = before;
            entry.previous = null;
            entry.next = null;
        }
    }

    /**
     * Starts a tick, to be called after {@link #resume} has completed the one before.
     *
     * @param now the ticker's time in nanoseconds; if ticks were missed, their entries are due too
     */
    void begin(long now) {
        long ticks = Math.clamp((now - lastTick + TICK_NANOS / 2) / TICK_NANOS, 1, SLOTS);
        lastTick = now;
        for (int i = 0; i < ticks; i++) {
            position = position + 1 & SLOTS - 1;
            append(slots[position], due);
        }
    }

    /** Makes all entries due at the next tick. */
    void checkAll() {
        Watched next = slots[position + 1 & SLOTS - 1];
        for (Watched slot : slots) {
            if (slot != next) {
                append(slot, next);
            }
        }
    }

    /** Moves all entries of a list to the end of another. */
    private static void append(Watched from, Watched to) {
        Watched first = from.next;
        Watched last = from.previous;
        Watched before = to.previous;
        if (first != null && last != null && before != null && first != from) {
            before.next = first;
            first.previous = before;
            last.next = to;
            to.previous = last;
            from.next = from;
            from.previous = from;
        }
    }

    /**
     * Continues the tick to its end or for {@link #SLICE_NANOS}, so that thousands of simultaneous timeouts do not block
     * the event loop.
     *
     * @return whether the end was reached
     */
    boolean resume(Ticker ticker, TickFailures failures) {
        long now = ticker.nanos();
        int visited = 0;
        for (Watched entry = due.next; entry != null && entry != due; entry = due.next) {
            start(entry); // also for an entry that fails
            try {
                long quiet = Math.min(entry.onTick(now), HORIZON_NANOS);
                if (quiet >= 2 * TICK_NANOS && entry.next != null) {
                    end(entry);
                    schedule(entry, (int) (quiet / TICK_NANOS));
                }
            } catch (Throwable failure) { // continue with the timeouts of the other entries
                failures.note(failure);
            }
            if (++visited % ENTRIES_PER_CHECK == 0 && ticker.nanos() - now > SLICE_NANOS) {
                break;
            }
        }
        return due.next == due;
    }
}
