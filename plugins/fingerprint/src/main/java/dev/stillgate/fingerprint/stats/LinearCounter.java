package dev.stillgate.fingerprint.stats;

/**
 * Estimates the number of distinct address blocks of a group by linear counting in {@value #SIZE} bits (K.-Y. Whang et
 * al., "A linear-time probabilistic counting algorithm for database applications", 1990). Not thread-safe.
 */
public final class LinearCounter {
    private static final int SIZE = 2048;

    /** Least number of requests for a decision. */
    private static final int MIN_COUNT = 200;

    /** Number of requests above which no more distinct blocks are required. */
    private static final int MAX_COUNT = 600;

    /** Least ratio of distinct blocks to requests. */
    private static final double MIN_SHARE = 1 / 3.0;

    private final long[] bits = new long[SIZE / Long.SIZE];
    private int count;
    private int set;

    /**
     * Counts a request.
     *
     * @param block hash of its address block
     */
    public void add(long block) {
        int bitIndex = (int) (block >>> 53);
        long bit = 1L << bitIndex;
        set += (bits[bitIndex >> 6] & bit) == 0 ? 1 : 0;
        bits[bitIndex >> 6] |= bit;
        count++;
    }

    /** Returns the estimated number of distinct blocks. */
    double distinct() {
        return -SIZE * Math.log1p(-Math.min(set, SIZE - 1) / (double) SIZE);
    }

    /**
     * Returns whether the blocks are too many for a shared pool of egress addresses, as of a cloud or a mobile carrier.
     */
    public boolean isDiverse() {
        return count >= MIN_COUNT && distinct() >= MIN_SHARE * Math.min(count, MAX_COUNT);
    }
}
