package dev.stillgate.proxy.exchange;

import org.jspecify.annotations.Nullable;

/**
 * What has to be looked at for time running out, on one event loop: a ring of entries that a tick walks through. Starting
 * and ending a watch is two pointer writes, so a request pays nothing for its timeouts; the price is that they are late
 * by up to one tick.
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

    void tick(long now) {
        cursor = first();
        while (cursor != anchor) {
            Watched entry = cursor;
            cursor = entry.next == null ? anchor : entry.next;
            entry.onTick(now);
        }
    }

    private Watched first() {
        return anchor.next == null ? anchor : anchor.next;
    }
}
