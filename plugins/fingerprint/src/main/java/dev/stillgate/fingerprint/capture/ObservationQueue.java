package dev.stillgate.fingerprint.capture;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Bounded lock-free queue from event loops to the analysis thread; many producers, one consumer. A full queue drops and
 * counts what is offered; no call ever blocks. After D. Vyukov's bounded MPMC queue (1024cores.net, 2010); with one
 * consumer, an empty slot takes the place of its sequence numbers.
 */
public final class ObservationQueue<T> {
    private final AtomicReferenceArray<T> slots;
    private final int mask;
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong head = new AtomicLong();
    private final LongAdder dropped = new LongAdder();

    /**
     * Creates an empty queue.
     *
     * @param capacity rounded up to a power of two, at most 2^24
     */
    public ObservationQueue(int capacity) {
        int size = Integer.highestOneBit(Math.max(2, Math.min(capacity, 1 << 24)) - 1) << 1;
        slots = new AtomicReferenceArray<>(size);
        mask = size - 1;
    }

    /** Appends an item; drops it and returns false when the queue is full. Thread-safe. */
    public boolean offer(T item) {
        while (true) {
            long at = tail.get();
            if (at - head.get() > mask) {
                dropped.increment();
                return false;
            }
            if (tail.compareAndSet(at, at + 1)) {
                slots.setRelease((int) at & mask, item);
                return true;
            }
        }
    }

    /**
     * Removes the oldest item; null when the queue is empty or the oldest append is unfinished. Consumer thread only.
     */
    @Nullable
    public T poll() {
        long at = head.get();
        int slot = (int) at & mask;
        T item = slots.getAcquire(slot);
        if (item != null) {
            slots.setRelease(slot, null);
            head.set(at + 1);
        }
        return item;
    }

    /** Returns the approximate number of queued items. */
    public int size() {
        return (int) Math.max(0, tail.get() - head.get());
    }

    public int capacity() {
        return mask + 1;
    }

    /** Returns the number of dropped items. */
    public long dropped() {
        return dropped.sum();
    }
}
