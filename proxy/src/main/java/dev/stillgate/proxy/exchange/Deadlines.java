package dev.stillgate.proxy.exchange;

import dev.stillgate.spi.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * The timeouts of one event loop: a circular doubly linked list of entries that each tick visits. Adding and removing
 * an entry takes a few pointer writes. The price is precision: a timeout fires up to one tick late, or later if very
 * many expire at once. Not thread-safe.
 */
@SuppressWarnings("ReferenceEquality") // entries are nodes of a linked list
final class Deadlines {
    /** An entry of the list, which checks its own timeouts. */
    abstract static class Watched {
        private @Nullable Watched previous;
        private @Nullable Watched next;

        /**
         * Checks the entry's timeouts. May remove any entry, including itself.
         *
         * @param now the ticker's time in nanoseconds
         */
        abstract void onTick(long now);
    }

    private static final class Anchor extends Watched {
        @Override
        void onTick(long now) {}
    }

    /** The maximum time of one {@link #resume}. */
    private static final long SLICE_NANOS = 500_000;

    /** The number of entries after which the elapsed time is checked. */
    private static final int ENTRIES_PER_CHECK = 8;

    private final Watched anchor = new Anchor();
    private Watched cursor = anchor;

    Deadlines() {
        anchor.previous = anchor;
        anchor.next = anchor;
    }

    void start(Watched entry) {
        Watched last = anchor.previous;
        if (last != null) {
            entry.previous = last;
            entry.next = anchor;
            last.next = entry;
            anchor.previous = entry;
        }
    }

    /** Removes an entry; does nothing if it is not in the list. */
    void end(Watched entry) {
        Watched before = entry.previous;
        Watched after = entry.next;
        if (before != null && after != null) {
            if (cursor == entry) {
                cursor = after;
            }
            before.next = after;
            after.previous = before;
            entry.previous = null;
            entry.next = null;
        }
    }

    /** Restarts the iteration at the first entry. */
    void restart() {
        cursor = first();
    }

    /**
     * Continues the iteration to its end or for {@link #SLICE_NANOS}, so that thousands of simultaneous timeouts do not
     * block the event loop.
     *
     * @return whether the end was reached
     */
    boolean resume(Ticker ticker, TickFailures failures) {
        long now = ticker.nanos();
        int visited = 0;
        while (cursor != anchor) {
            Watched entry = cursor;
            cursor = entry.next == null ? anchor : entry.next;
            try {
                entry.onTick(now);
            } catch (Throwable failure) { // continue with the timeouts of the other entries
                failures.note(failure);
            }
            if (++visited % ENTRIES_PER_CHECK == 0 && ticker.nanos() - now > SLICE_NANOS) {
                break;
            }
        }
        return cursor == anchor;
    }

    private Watched first() {
        return anchor.next == null ? anchor : anchor.next;
    }
}
