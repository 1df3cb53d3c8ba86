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
    private static final int SWEEP_THRESHOLD = 64;

    /** Admitted exchanges in the upper 32 bits, queued ones in the lower. */
    private final AtomicLong state = new AtomicLong();

    private final ConcurrentLinkedQueue<Turn> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger abandoned = new AtomicInteger();
    private volatile int maxExchanges = Integer.MAX_VALUE;
    private volatile int maxQueue;

    /**
     * Changes the limits, also for queued exchanges.
     *
     * @param places maximum number of concurrent exchanges, 0 for no limit; excess exchanges in progress continue
     * @param waiting maximum length of the queue; excess queued exchanges stay queued
     */
    void set(int places, int waiting) {
        maxExchanges = places == 0 ? Integer.MAX_VALUE : places;
        maxQueue = waiting;
        admitNext();
    }

    /** Admits an exchange if there is a place and no queue; {@link #leave} ends it. */
    public boolean tryEnter() {
        long seen = state.get();
        while (taken(seen) < maxExchanges && waiting(seen) == 0) {
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
        if (!enterQueue()) {
            return null;
        }
        Turn turn = new Turn(loop, onTurn);
        queue.add(turn);
        admitNext();
        return turn;
    }

    private boolean enterQueue() {
        long seen = state.get();
        while (waiting(seen) < maxQueue) {
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
            admitNext();
        }
    }

    /** Gives free places to queued exchanges. */
    private void admitNext() {
        while (reserveForNext()) {
            Turn next = queue.poll();
            while (next != null && !next.admit()) {
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

    private boolean reserveForNext() {
        long seen = state.get();
        while (taken(seen) < maxExchanges && waiting(seen) > 0) {
            if (state.compareAndSet(seen, seen + PLACE)) {
                return true;
            }
            seen = state.get();
        }
        return false;
    }

    /** Occasionally removes abandoned turns from the queue, at amortized constant cost. */
    private void sweep() {
        int count = abandoned.incrementAndGet();
        if (count > SWEEP_THRESHOLD + waiting() && abandoned.compareAndSet(count, 0)) {
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
    int maxExchanges() {
        int places = maxExchanges;
        return places == Integer.MAX_VALUE ? 0 : places;
    }

    /** Returns the maximum length of the queue. */
    int maxQueue() {
        return maxQueue;
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
        private static final int WAITING = 0;
        private static final int ADMITTED = 1;
        private static final int OVER = 2;

        private final Executor loop;
        private @Nullable Runnable onTurn;
        private volatile int phase = WAITING;

        private Turn(Executor loop, Runnable onTurn) {
            this.loop = loop;
            this.onTurn = onTurn;
        }

        /** Passes the place reserved for this turn; returns false when the turn was abandoned. */
        private boolean admit() {
            if (!STATE.compareAndSet(this, WAITING, ADMITTED)) {
                return false;
            }
            state.decrementAndGet();
            try {
                loop.execute(this::run);
                return true;
            } catch (RejectedExecutionException ended) {
                phase = OVER; // the event loop has shut down with all its exchanges
                return false;
            }
        }

        private void run() {
            Runnable act = onTurn;
            if (phase == ADMITTED && act != null) {
                phase = OVER;
                onTurn = null;
                act.run();
            }
        }

        /**
         * Abandons the turn; {@code onTurn} will not run. A place already on its way goes to the next in the queue. No
         * effect once {@code onTurn} has run.
         */
        public void abandon() {
            onTurn = null;
            if (STATE.compareAndSet(this, WAITING, OVER)) {
                state.decrementAndGet();
                sweep();
            } else if (phase == ADMITTED) {
                phase = OVER;
                leave();
            }
        }

        private boolean isOver() {
            return phase == OVER;
        }
    }
}
