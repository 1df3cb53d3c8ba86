package dev.stillgate.proxy.relay;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many exchanges an upstream is given at once, over all event loops, and those that wait for their turn, the first come
 * first.
 *
 * <p>There is no lock, and an exchange that finds a place costs two additions. Places and how many wait are one number that
 * changes at once, and whoever makes a turn possible (who leaves, who begins to wait, who brings more places) looks whether
 * there is one: of two who do so at once the later sees what the earlier did, so no place is lost and nobody is forgotten.
 */
public final class ConcurrencyLimit {
    private static final long PLACE = 1L << 32;
    private static final int UNSWEPT = 64;

    /** The places taken in the upper half, and how many wait in the lower. */
    private final AtomicLong state = new AtomicLong();

    private final ConcurrentLinkedQueue<Turn> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger leftBehind = new AtomicInteger();
    private volatile int most = Integer.MAX_VALUE;
    private volatile int longest;

    /**
     * Changes the limit for all, those that wait included.
     *
     * @param places how many exchanges at once, 0 for no limit; those beyond it that are under way go on
     * @param waiting how many may wait; those beyond it that wait go on waiting
     */
    void set(int places, int waiting) {
        most = places == 0 ? Integer.MAX_VALUE : places;
        longest = waiting;
        callNext();
    }

    /** Takes a place if there is one and nobody waits for it; {@link #leave} gives it back. */
    public boolean tryEnter() {
        long seen = state.get();
        while (taken(seen) < most && waiting(seen) == 0) {
            if (state.compareAndSet(seen, seen + PLACE)) {
                return true;
            }
            seen = state.get();
        }
        return false;
    }

    /**
     * Waits for a place.
     *
     * @param loop runs {@code onTurn}, never within this call
     * @param onTurn there is a place now, which {@link #leave} gives back
     * @return null when too many wait already
     */
    public @Nullable Turn await(Executor loop, Runnable onTurn) {
        if (!takeRoom()) {
            return null;
        }
        Turn turn = new Turn(loop, onTurn);
        queue.add(turn);
        callNext();
        return turn;
    }

    private boolean takeRoom() {
        long seen = state.get();
        while (waiting(seen) < longest) {
            if (state.compareAndSet(seen, seen + 1)) {
                return true;
            }
            seen = state.get();
        }
        return false;
    }

    /** Gives a place back. */
    public void leave() {
        if (waiting(state.addAndGet(-PLACE)) > 0) {
            callNext();
        }
    }

    /** Gives the places that there are to those who wait. */
    private void callNext() {
        while (takeForNext()) {
            Turn next = queue.poll();
            while (next != null && !next.call()) {
                next = queue.poll();
            }
            if (next == null) {
                state.addAndGet(-PLACE);
                if (queue.isEmpty()) {
                    return; // whoever waits and does not stand there yet looks after standing there
                }
            }
        }
    }

    private boolean takeForNext() {
        long seen = state.get();
        while (taken(seen) < most && waiting(seen) > 0) {
            if (state.compareAndSet(seen, seen + PLACE)) {
                return true;
            }
            seen = state.get();
        }
        return false;
    }

    /** Takes those who gave up out of the queue, now and then: each costs a bounded share of that. */
    private void sweep() {
        int gone = leftBehind.incrementAndGet();
        if (gone > UNSWEPT + waiting() && leftBehind.compareAndSet(gone, 0)) {
            queue.removeIf(Turn::isOver);
        }
    }

    /** Returns how many exchanges have a place. */
    int taken() {
        return taken(state.get());
    }

    /** Returns how many wait for one. */
    int waiting() {
        return waiting(state.get());
    }

    /** Returns how many may have a place at once, 0 for no limit. */
    int most() {
        int places = most;
        return places == Integer.MAX_VALUE ? 0 : places;
    }

    /** Returns how many may wait. */
    int longest() {
        return longest;
    }

    /** Returns how many stand in the queue, those who gave up and were not taken out yet included. */
    int queued() {
        return queue.size();
    }

    private static int taken(long state) {
        return (int) (state >>> 32);
    }

    private static int waiting(long state) {
        return (int) state;
    }

    /** The turn of one exchange, which belongs to its event loop. */
    public final class Turn {
        private static final AtomicIntegerFieldUpdater<Turn> STATE =
                AtomicIntegerFieldUpdater.newUpdater(Turn.class, "phase");
        private static final int WAITS = 0;
        private static final int CALLED = 1;
        private static final int OVER = 2;

        private final Executor loop;
        private @Nullable Runnable onTurn;
        private volatile int phase = WAITS;

        private Turn(Executor loop, Runnable onTurn) {
            this.loop = loop;
            this.onTurn = onTurn;
        }

        /** Gives it the place that was taken for it; returns false when it was given up. */
        private boolean call() {
            if (!STATE.compareAndSet(this, WAITS, CALLED)) {
                return false;
            }
            state.decrementAndGet();
            try {
                loop.execute(this::come);
                return true;
            } catch (RejectedExecutionException ended) {
                phase = OVER; // with all exchanges of that event loop
                return false;
            }
        }

        private void come() {
            Runnable act = onTurn;
            if (phase == CALLED && act != null) {
                phase = OVER;
                onTurn = null;
                act.run();
            }
        }

        /**
         * Gives the turn up; when its place is on the way already, the place goes to the next. Nothing is heard of it any
         * more. Does nothing once the turn has come.
         */
        public void giveUp() {
            onTurn = null;
            if (STATE.compareAndSet(this, WAITS, OVER)) {
                state.decrementAndGet();
                sweep();
            } else if (phase == CALLED) {
                phase = OVER;
                leave();
            }
        }

        private boolean isOver() {
            return phase == OVER;
        }
    }
}
