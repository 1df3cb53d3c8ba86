package dev.stillgate.spi;

/**
 * Room in the heap for a large allocation. A gateway ends at the first {@code OutOfMemoryError}, before a {@code catch} sees
 * it, so code that reads a file of any size asks here first and refuses the file when the answer is no. Thread-safe.
 */
public final class HeapRoom {
    /** Allocations below this size are not worth a question. */
    private static final long SMALL = 1 << 20;
    /** The part of the heap that stays free for requests, as a divisor. */
    private static final int RESERVE = 8;

    private HeapRoom() {}

    /** Returns whether that many bytes can be allocated; in doubt garbage is collected first, which may take a second. */
    public static boolean has(long bytes) {
        if (bytes < SMALL || bytes <= free()) {
            return true;
        }
        System.gc();
        return bytes <= free();
    }

    private static long free() {
        Runtime heap = Runtime.getRuntime();
        long used = heap.totalMemory() - heap.freeMemory();
        return heap.maxMemory() - used - heap.maxMemory() / RESERVE;
    }

    /**
     * Returns normally when that many bytes can be allocated.
     *
     * @throws Full when they cannot
     */
    public static void require(long bytes) {
        if (!has(bytes)) {
            throw new Full(bytes);
        }
    }

    /** The heap has no room for an allocation, which was not made. */
    public static final class Full extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Full(long bytes) {
            super(bytes / SMALL + " MiB more are needed, and the heap of "
                    + Runtime.getRuntime().maxMemory() / SMALL + " MiB has not that much free");
        }
    }
}
