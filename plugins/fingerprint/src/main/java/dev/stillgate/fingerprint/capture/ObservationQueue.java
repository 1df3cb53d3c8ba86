package dev.stillgate.fingerprint.capture;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from many event loops to one analysis thread. A full ring drops what is offered and counts it; nothing
 * ever waits. After D. Vyukov's bounded queue (1024cores.net, 2010), with a place's emptiness in the place of a sequence
 * number, since there is one reader.
 */
public final class ObservationQueue<T> {
    private final AtomicReferenceArray<T> places;
    private final int mask;
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong head = new AtomicLong();
    private final LongAdder dropped = new LongAdder();

    /**
     * An empty ring.
     *
     * @param capacity rounded up to a power of two, at most 2^24
     */
    public ObservationQueue(int capacity) {
        int size = Integer.highestOneBit(Math.max(2, Math.min(capacity, 1 << 24)) - 1) << 1;
        places = new AtomicReferenceArray<>(size);
        mask = size - 1;
    }

    /** Appends, or drops and returns false when there is no room. Any thread. */
    public boolean offer(T item) {
        while (true) {
            long at = tail.get();
            if (at - head.get() > mask) {
                dropped.increment();
                return false;
            }
            if (tail.compareAndSet(at, at + 1)) {
                places.setRelease((int) at & mask, item);
                return true;
            }
        }
    }

    /** Takes the oldest, null when there is none, or when whoever appends it is not done yet. The one reader only. */
    @Nullable
    public T poll() {
        long at = head.get();
        int place = (int) at & mask;
        T item = places.getAcquire(place);
        if (item != null) {
            places.setRelease(place, null);
            head.set(at + 1);
        }
        return item;
    }

    /** Returns how many wait, roughly. */
    public int size() {
        return (int) Math.max(0, tail.get() - head.get());
    }

    public int capacity() {
        return mask + 1;
    }

    /** Returns how many were dropped since the start. */
    public long dropped() {
        return dropped.sum();
    }
}
