package dev.stillgate.fingerprint.stats;

import java.util.Random;

/** Random samples of indexes. */
public final class Sampling {
    private Sampling() {}

    /**
     * Returns, ascending, at most {@code most} distinct indexes below {@code of}, drawn uniformly without replacement.
     */
    public static int[] sample(int of, int most, Random random) {
        if (of <= most) {
            int[] all = new int[of];
            for (int i = 0; i < of; i++) {
                all[i] = i;
            }
            return all;
        }
        return random.ints(0, of).distinct().limit(most).sorted().toArray();
    }
}
