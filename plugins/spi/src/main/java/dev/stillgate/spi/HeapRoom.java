package dev.stillgate.spi;

/**
 * Check for enough free heap before a large allocation. The gateway's process ends at the first {@code
 * OutOfMemoryError}, so code that reads files of any size checks here first and rejects the file instead. Thread-safe.
 */
public final class HeapRoom {
    /** Allocations below this size, in bytes, are not checked. */
    private static final long SMALL = 1 << 20;
    /** Divisor of the heap size that gives the reserve for requests. */
    private static final int RESERVE = 8;

    private HeapRoom() {}

    /**
     * Returns whether a number of bytes can be allocated. Collects garbage first if in doubt, which may take a second.
     */
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
     * Checks that a number of bytes can be allocated.
     *
     * @throws Full if they cannot
     */
    public static void require(long bytes) {
        if (!has(bytes)) {
            throw new Full(bytes);
        }
    }

    /** Thrown if the heap has too little free space for an allocation. */
    public static final class Full extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Full(long bytes) {
            super(bytes / SMALL + " MiB more are needed, and the heap of "
                    + Runtime.getRuntime().maxMemory() / SMALL + " MiB has not that much free");
        }
    }
}
