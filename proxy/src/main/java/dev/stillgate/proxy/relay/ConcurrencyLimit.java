package dev.stillgate.proxy.relay;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Limits the concurrent exchanges of an upstream over all event loops, with a FIFO queue for those beyond the limit.
 * Thread-safe.
 *
 * <p>Lock-free: admitting an exchange without a queue is one compare-and-set. The counts of admitted and of queued
 * exchanges share one atomic long. Every operation that can free a place (leaving, queueing, raising the limit) checks
 * afterwards whether a queued exchange can proceed. Of two concurrent operations the later one sees the result of the
 * earlier one, so no place is lost.
 */
public final class ConcurrencyLimit {
    private static final long PLACE = 1L << 32;
    private static final int UNSWEPT = 64;

    /** Admitted exchanges in the upper 32 bits, queued ones in the lower. */
    private final AtomicLong state = new AtomicLong();

    private final ConcurrentLinkedQueue<Turn> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger leftBehind = new AtomicInteger();
    private volatile int most = Integer.MAX_VALUE;
    private volatile int longest;

    /**
     * Changes the limits, also for queued exchanges.
     *
     * @param places maximum number of concurrent exchanges, 0 for no limit; excess exchanges in progress continue
     * @param waiting maximum length of the queue; excess queued exchanges stay queued
     */
    void set(int places, int waiting) {
        most = places == 0 ? Integer.MAX_VALUE : places;
        longest = waiting;
        callNext();
    }

    /** Admits an exchange if there is a place and no queue; {@link #leave} ends it. */
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
     * Queues for a place.
     *
     * @param loop runs {@code onTurn}, never within this call
     * @param onTurn runs once the exchange is admitted; {@link #leave} ends it
     * @return null when the queue is full
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

    /** Frees a place. */
    public void leave() {
        if (waiting(state.addAndGet(-PLACE)) > 0) {
            callNext();
        }
    }

    /** Gives free places to queued exchanges. */
    private void callNext() {
        while (takeForNext()) {
            Turn next = queue.poll();
            while (next != null && !next.call()) {
                next = queue.poll();
            }
            if (next == null) {
                state.addAndGet(-PLACE);
                if (queue.isEmpty()) {
                    return; // an exchange that is counted but not yet in the queue calls this method itself
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

    /** Occasionally removes abandoned turns from the queue, at amortized constant cost. */
    private void sweep() {
        int gone = leftBehind.incrementAndGet();
        if (gone > UNSWEPT + waiting() && leftBehind.compareAndSet(gone, 0)) {
            queue.removeIf(Turn::isOver);
        }
    }

    /** Returns the number of admitted exchanges. */
    int taken() {
        return taken(state.get());
    }

    /** Returns the number of queued exchanges. */
    int waiting() {
        return waiting(state.get());
    }

    /** Returns the maximum number of concurrent exchanges; 0 for no limit. */
    int most() {
        int places = most;
        return places == Integer.MAX_VALUE ? 0 : places;
    }

    /** Returns the maximum length of the queue. */
    int longest() {
        return longest;
    }

    /** Returns the length of the queue, including abandoned turns not yet removed. */
    int queued() {
        return queue.size();
    }

    private static int taken(long state) {
        return (int) (state >>> 32);
    }

    private static int waiting(long state) {
        return (int) state;
    }

    /** A queued exchange. Confined to the event loop of the exchange. */
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

        /** Passes the place reserved for this turn; returns false when the turn was abandoned. */
        private boolean call() {
            if (!STATE.compareAndSet(this, WAITS, CALLED)) {
                return false;
            }
            state.decrementAndGet();
            try {
                loop.execute(this::come);
                return true;
            } catch (RejectedExecutionException ended) {
                phase = OVER; // the event loop has shut down with all its exchanges
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
         * Abandons the turn; {@code onTurn} will not run. A place already on its way goes to the next in the queue. No
         * effect once {@code onTurn} has run.
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
