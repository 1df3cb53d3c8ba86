package dev.stillgate.proxy.exchange;

import dev.stillgate.spi.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * What has to be looked at for time running out, on one event loop: a ring of entries that a tick walks through. Starting
 * and ending a watch is two pointer writes, so a request pays nothing for its timeouts; the price is that they are late
 * by up to one tick, and by more when very many run out at once.
 */
@SuppressWarnings("ReferenceEquality") // entries are places in a ring
final class Deadlines {
    /** Something that can run out of time. */
    abstract static class Watched {
        private @Nullable Watched previous;
        private @Nullable Watched next;

        /** Looks whether time has run out; may end any watch, its own included. */
        abstract void onTick(long now);
    }

    private static final class Anchor extends Watched {
        @Override
        void onTick(long now) {}
    }

    /** How long is walked at once, and after how many entries the clock is looked at. */
    private static final long AT_ONCE_NANOS = 500_000;

    private static final int LOOK_AT_CLOCK = 8;

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

    /** Ends a watch; does nothing when it has ended. */
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

    /** Begins to walk through all entries again. */
    void begin() {
        cursor = first();
    }

    /**
     * Walks on, until the end or until it has taken a while: when thousands run out at once, such as those of a flood, whatever
     * else the event loop has to do goes between.
     *
     * @return whether the end was reached
     */
    boolean goOn(Ticker ticker, TickFailures failures) {
        long now = ticker.nanos();
        int visited = 0;
        while (cursor != anchor) {
            Watched entry = cursor;
            cursor = entry.next == null ? anchor : entry.next;
            try {
                entry.onTick(now);
            } catch (Throwable failure) { // the other entries have their time limits all the same
                failures.note(failure);
            }
            if (++visited % LOOK_AT_CLOCK == 0 && ticker.nanos() - now > AT_ONCE_NANOS) {
                break;
            }
        }
        return cursor == anchor;
    }

    private Watched first() {
        return anchor.next == null ? anchor : anchor.next;
    }
}
