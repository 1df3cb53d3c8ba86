package dev.stillgate.canary.sketch;

import java.util.Arrays;

/**
 * Min-hash of a text in one permutation (Li, Owen, Zhang 2012): shingles are divided among 20 buckets by their hash, and
 * 32 bits of each bucket's smallest hash are kept. A shingle that is a bucket's smallest stays so in every excerpt
 * that contains it. Not thread-safe.
 */
public final class Sketch implements ShingleReader.Sink {
    /** Number of buckets, and of values. */
    public static final int BUCKETS = 20;

    /** Bits of a value. */
    public static final int BITS = 32;

    static final long VALUE = (1L << BITS) - 1;
    private static final long NONE = -1;

    private final long[] least = new long[BUCKETS];
    private int shingles;

    /** Creates the sketch of the empty text. */
    public Sketch() {
        clear();
    }

    /** Discards all shingles. */
    public void clear() {
        Arrays.fill(least, NONE);
        shingles = 0;
    }

    @Override
    public void shingle(long hash, int end) {
        int bucket = bucket(hash);
        shingles++;
        if (Long.compareUnsigned(hash, least[bucket]) < 0) {
            least[bucket] = hash;
        }
    }

    /** Returns the number of shingles, repeated ones included. */
    public int shingles() {
        return shingles;
    }

    /** Returns the values, 0 for a bucket without a shingle. */
    public long[] values() {
        long[] values = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            values[i] = least[i] == NONE ? 0 : value(least[i]);
        }
        return values;
    }

    static int bucket(long hash) {
        return (int) (((hash >>> Integer.SIZE) * BUCKETS) >>> Integer.SIZE);
    }

    static long value(long hash) {
        return hash & VALUE;
    }
}
