package dev.stillgate.fingerprint.stats;

/**
 * From how many different blocks of addresses a group of accounts came: linear counting (K.-Y. Whang et al., "A linear-time
 * probabilistic counting algorithm for database applications", 1990) by {@value #SIZE} bits. One thread only.
 */
public final class LinearCounter {
    private static final int SIZE = 2048;

    /** How often a group must have come for anything to be said. */
    private static final int LEAST_COUNT = 200;

    /** So often and oftener, as many different ones are asked for. */
    private static final int MOST_COUNT = 600;

    /** The least share of times that must have been from somewhere else. */
    private static final double LEAST_SHARE = 1 / 3.0;

    private final long[] bits = new long[SIZE / Long.SIZE];
    private int count;
    private int set;

    /** Takes from where an account came. */
    public void add(long block) {
        int place = (int) (block >>> 53);
        long bit = 1L << place;
        set += (bits[place >> 6] & bit) == 0 ? 1 : 0;
        bits[place >> 6] |= bit;
        count++;
    }

    /** Returns about how many different ones there were. */
    double distinct() {
        return -SIZE * Math.log1p(-Math.min(set, SIZE - 1) / (double) SIZE);
    }

    /**
     * Returns whether they are too many for a few that all share, as the addresses are by which a cloud's functions, a network
     * of anonymisers or a provider of telephones is left.
     */
    public boolean areMany() {
        return count >= LEAST_COUNT && distinct() >= LEAST_SHARE * Math.min(count, MOST_COUNT);
    }
}
