package dev.stillgate.fingerprint.analysis;

import java.util.Arrays;

/**
 * The newest exchanges in the order in which they began, bounded: 16 bytes each. What is asked of the fine order of
 * events, such as whether a group takes turns, is asked here when there is a group to ask about.
 */
final class EventLog {
    private final int capacity;
    private int[] seconds = new int[1024];
    private int[] accounts = new int[1024];
    private int[] texts = new int[1024];
    private int[] openings = new int[1024];
    private long end;

    /**
     * An empty log.
     *
     * @param capacity how many exchanges are kept, at least 1024, a power of two or rounded up to one
     */
    EventLog(int capacity) {
        this.capacity = Integer.highestOneBit(Math.max(1024, Math.min(capacity, 1 << 26)) - 1) << 1;
    }

    /** Appends an exchange, in the place of the oldest when the log is full. */
    void add(int second, int account, int text, int opening) {
        if (end == seconds.length && seconds.length < capacity) {
            grow();
        }
        int place = (int) (end++ & (seconds.length - 1));
        seconds[place] = second;
        accounts[place] = account;
        texts[place] = text;
        openings[place] = opening;
    }

    private void grow() {
        int size = seconds.length * 2;
        seconds = Arrays.copyOf(seconds, size);
        accounts = Arrays.copyOf(accounts, size);
        texts = Arrays.copyOf(texts, size);
        openings = Arrays.copyOf(openings, size);
    }

    /** Returns the index of the oldest exchange that is kept. */
    long begin() {
        return Math.max(0, end - seconds.length);
    }

    /** Returns the index after the newest exchange. */
    long end() {
        return end;
    }

    int second(long index) {
        return seconds[place(index)];
    }

    int account(long index) {
        return accounts[place(index)];
    }

    int text(long index) {
        return texts[place(index)];
    }

    int opening(long index) {
        return openings[place(index)];
    }

    /** Returns the index of the first exchange at or after a second; of a clock that went back, roughly. */
    long first(int second) {
        long low = begin();
        long high = end;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (second(middle) < second) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int place(long index) {
        return (int) (index & (seconds.length - 1));
    }
}
