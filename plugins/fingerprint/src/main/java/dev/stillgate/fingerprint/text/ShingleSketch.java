package dev.stillgate.fingerprint.text;

import java.util.Arrays;

/**
 * A MinHash of the shingles of a text's masked words: the share of equal places of two sketches estimates the Jaccard
 * similarity of the texts' sets of shingles. A shingle is four words, or four characters of an unspaced script.
 *
 * <p>One hash a shingle fills all places (one permutation hashing: Li, Owen and Zhang, NIPS 2012); a place that got none
 * borrows from another that hashing picks for it, which keeps the estimate unbiased with the least variance (optimal
 * densification: Shrivastava, ICML 2017, arXiv:1703.04664).
 */
final class ShingleSketch {
    /** Words of a shingle. */
    static final int WORDS = 4;

    private static final int PLACES = PromptFeatures.SKETCH;
    private static final int PLACE_BITS = Integer.numberOfTrailingZeros(PLACES);
    private static final int MOST_PICKS = 1024;

    private final long seed;
    private final long pick;
    private final long[] least = new long[PLACES];

    ShingleSketch(TextKey key) {
        seed = key.seed(7);
        pick = key.seed(8);
    }

    /** Writes the sketch of {@code count} hashes of words; all 0 when they are too few for a shingle. */
    void read(long[] words, int count, int[] into) {
        if (count < WORDS) {
            Arrays.fill(into, 0);
            return;
        }
        Arrays.fill(least, Long.MAX_VALUE);
        long odd = seed;
        long a = words[0];
        long b = words[1];
        long c = words[2];
        for (int i = WORDS - 1; i < count; i++) {
            long d = words[i];
            long shingle = a + Long.rotateLeft(b, 13) + Long.rotateLeft(c, 29) + Long.rotateLeft(d, 47);
            long h = TextKey.fold(shingle ^ odd, odd);
            int place = (int) (h >>> (Long.SIZE - PLACE_BITS));
            least[place] = Math.min(least[place], h & 0xffff_ffffL);
            a = b;
            b = c;
            c = d;
        }
        densify(into);
    }

    private void densify(int[] into) {
        for (int place = 0; place < PLACES; place++) {
            int from = place;
            for (int n = 1; least[from] == Long.MAX_VALUE && n <= MOST_PICKS; n++) {
                from = (int) (TextKey.fold(pick + place, pick ^ n) >>> (Long.SIZE - PLACE_BITS));
            }
            int value = (int) least[from];
            into[place] = value == 0 ? 1 : value;
        }
    }
}
