package dev.stillgate.fingerprint.text;

import java.util.Arrays;

/**
 * Topic vector of a text: a short projection whose inner products estimate those of the texts' bags of words and word
 * pairs (signed feature hashing: Weinberger, Dasgupta, Langford, Smola and Attenberg, ICML 2009, arXiv:0902.2206). A
 * feature that occurs n times counts 1 + ln n, a stop word hardly at all. Vectors have length 1, so that text length
 * does not matter. Not thread-safe.
 *
 * <p>A single vector carries little information; the mean of an account's vectors shows its topics.
 */
final class TopicProjection {
    private static final int DIMENSIONS = PromptFeatures.TOPICS;

    /** Number of hash bits by which occurrences of features are counted. */
    private static final int COUNTER_BITS = 12;

    private static final int MAX_COUNT = 127;
    private static final float[] GAIN = gains();

    private static final int LENGTHS = 6;

    /** Weight of an entry by kind and length: short words and numbers carry little topic information. */
    private static final float[] WEIGHT = Arrays.copyOf(
            new float[] {0, 0, 0, 0.3f, 0.8f, 1, 0, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f}, (Words.MARK + 1) * LENGTHS);

    /** Offset of the sums of word pairs. */
    private static final int PAIRS = 32;

    private final byte[] counts = new byte[1 << COUNTER_BITS];
    private final float[] sums = new float[2 * PAIRS];
    private int[] selected = new int[256];
    private float[] weight = new float[256];
    private final long single;
    private final long pair;

    TopicProjection(TextKey key) {
        single = key.seed(9);
        pair = key.seed(10);
    }

    private static float[] gains() {
        float[] gains = new float[MAX_COUNT + 1];
        gains[0] = 1;
        for (int n = 1; n < MAX_COUNT; n++) {
            gains[n] = (float) (Math.log(n + 1) - Math.log(n));
        }
        return gains;
    }

    /**
     * Writes the vector of a text.
     *
     * @param weights weight of each lexicon number, 1 for words that are not in the lexicon
     */
    void read(Words words, float[] weights, float[] into) {
        int count = select(words, weights);
        Arrays.fill(counts, (byte) 0);
        Arrays.fill(sums, 0);
        long previous = 0;
        float previousWeight = 0;
        for (int k = 0; k < count; k++) {
            int i = selected[k];
            long h = words.hash[i];
            float current = weight[k];
            add(TextKey.fold(h, single), current, 0);
            add(TextKey.fold(h ^ Long.rotateLeft(previous, 23), pair), 0.5f * (current + previousWeight), PAIRS);
            previous = h;
            previousWeight = current;
        }
        for (int d = 0; d < DIMENSIONS; d++) {
            into[d] = sums[d] + sums[PAIRS + d];
        }
        normalise(into);
    }

    /** Selects the words of non-zero weight, without a branch that depends on the text. */
    private int select(Words words, float[] weights) {
        int count = words.count;
        if (selected.length < count) {
            selected = new int[words.hash.length];
            weight = new float[words.hash.length];
        }
        int n = 0;
        for (int i = 0; i < count; i++) {
            int size = Math.min(words.end[i] - words.start[i], LENGTHS - 1);
            float w = WEIGHT[words.kind[i] * LENGTHS + size] * weights[words.number[i]];
            selected[n] = i;
            weight[n] = w;
            n += Float.floatToRawIntBits(w) == 0 ? 0 : 1;
        }
        return n;
    }

    private void add(long feature, float gain, int at) {
        int counter = (int) (feature & ((1 << COUNTER_BITS) - 1));
        int n = counts[counter];
        counts[counter] = (byte) Math.min(n + 1, MAX_COUNT);
        int dimension = at + (int) (((feature >>> 32) * DIMENSIONS) >>> 32);
        int sign = (int) (feature << (Integer.SIZE - 1 - COUNTER_BITS)) & Integer.MIN_VALUE;
        sums[dimension] += Float.intBitsToFloat(Float.floatToRawIntBits(gain * GAIN[n]) ^ sign);
    }

    private static void normalise(float[] vector) {
        float squares = 0;
        for (float v : vector) {
            squares += v * v;
        }
        if (squares < 1e-12f) {
            Arrays.fill(vector, 0);
            return;
        }
        float scale = (float) (1 / Math.sqrt(squares));
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= scale;
        }
    }
}
