package dev.stillgate.fingerprint.text;

import java.util.Arrays;

/**
 * MinHash of the shingles of a text's masked words: the share of equal slots of two sketches estimates the Jaccard
 * similarity of their shingle sets. A shingle is four words, or four characters of an unspaced script. Not thread-safe.
 *
 * <p>One hash of each shingle fills all slots (one permutation hashing: Li, Owen and Zhang, NIPS 2012). An empty slot
 * copies another one chosen by hashing, which keeps the estimate unbiased (optimal densification: Shrivastava, ICML
 * 2017, arXiv:1703.04664).
 */
final class ShingleSketch {
    /** Number of words of a shingle. */
    static final int WORDS = 4;

    private static final int SLOTS = PromptFeatures.SKETCH;
    private static final int SLOT_BITS = Integer.numberOfTrailingZeros(SLOTS);
    private static final int MAX_PICKS = 1024;

    private final long seed;
    private final long pick;
    private final long[] minima = new long[SLOTS];

    ShingleSketch(TextKey key) {
        seed = key.seed(7);
        pick = key.seed(8);
    }

    /** Writes the sketch of {@code count} word hashes; all 0 if there are too few for a shingle. */
    void read(long[] words, int count, int[] into) {
        if (count < WORDS) {
            Arrays.fill(into, 0);
            return;
        }
        Arrays.fill(minima, Long.MAX_VALUE);
        long odd = seed;
        long a = words[0];
        long b = words[1];
        long c = words[2];
        for (int i = WORDS - 1; i < count; i++) {
            long d = words[i];
            long shingle = a + Long.rotateLeft(b, 13) + Long.rotateLeft(c, 29) + Long.rotateLeft(d, 47);
            long h = TextKey.fold(shingle ^ odd, odd);
            int slot = (int) (h >>> (Long.SIZE - SLOT_BITS));
            minima[slot] = Math.min(minima[slot], h & 0xffff_ffffL);
            a = b;
            b = c;
            c = d;
        }
        densify(into);
    }

    private void densify(int[] into) {
        for (int slot = 0; slot < SLOTS; slot++) {
            int from = slot;
            for (int n = 1; minima[from] == Long.MAX_VALUE && n <= MAX_PICKS; n++) {
                from = (int) (TextKey.fold(pick + slot, pick ^ n) >>> (Long.SIZE - SLOT_BITS));
            }
            int value = (int) minima[from];
            into[slot] = value == 0 ? 1 : value;
        }
    }
}
