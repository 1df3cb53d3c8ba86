package dev.stillgate.fingerprint.text;

import java.util.Arrays;

/**
 * What a text talks about, as a short vector whose products estimate those of the texts' bags of words and pairs of
 * words: signed feature hashing (Weinberger, Dasgupta, Langford, Smola and Attenberg, ICML 2009, arXiv:0902.2206). A
 * feature that comes again counts for less each time (1 + ln n for n times), a word of everybody's hardly at all, and
 * the vector has length 1, so that long texts say no more than short ones.
 *
 * <p>One vector tells little; the mean of an account's vectors tells what the account talks about.
 */
final class TopicProjection {
    private static final int DIMENSIONS = PromptFeatures.TOPICS;

    /** Features whose hashes agree in so many bits are counted as one. */
    private static final int COUNTER_BITS = 12;

    private static final int MOST = 127;
    private static final float[] GAIN = gains();

    private static final int LENGTHS = 6;

    /** What an entry weighs by its kind and number of characters: short words are everybody's, numbers nobody's. */
    private static final float[] WEIGHT = Arrays.copyOf(
            new float[] {0, 0, 0, 0.3f, 0.8f, 1, 0, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f}, (Words.MARK + 1) * LENGTHS);

    /** Where the sums of pairs begin. */
    private static final int ROOM = 32;

    private final byte[] counts = new byte[1 << COUNTER_BITS];
    private final float[] sums = new float[2 * ROOM];
    private int[] picked = new int[256];
    private float[] weight = new float[256];
    private final long single;
    private final long pair;

    TopicProjection(TextKey key) {
        single = key.seed(9);
        pair = key.seed(10);
    }

    private static float[] gains() {
        float[] gains = new float[MOST + 1];
        gains[0] = 1;
        for (int n = 1; n < MOST; n++) {
            gains[n] = (float) (Math.log(n + 1) - Math.log(n));
        }
        return gains;
    }

    /** Writes the vector of a text; {@code weights} are those of the lexicon's numbers, 1 for what is not everybody's. */
    void read(Words words, float[] weights, float[] into) {
        int telling = pick(words, weights);
        Arrays.fill(counts, (byte) 0);
        Arrays.fill(sums, 0);
        long before = 0;
        float beforeWeight = 0;
        for (int k = 0; k < telling; k++) {
            int i = picked[k];
            long h = words.hash[i];
            float mine = weight[k];
            add(TextKey.fold(h, single), mine, 0);
            add(TextKey.fold(h ^ Long.rotateLeft(before, 23), pair), 0.5f * (mine + beforeWeight), ROOM);
            before = h;
            beforeWeight = mine;
        }
        for (int d = 0; d < DIMENSIONS; d++) {
            into[d] = sums[d] + sums[ROOM + d];
        }
        normalise(into);
    }

    /** Picks the words that tell something, without a branch for what comes as it may. */
    private int pick(Words words, float[] weights) {
        int count = words.count;
        if (picked.length < count) {
            picked = new int[words.hash.length];
            weight = new float[words.hash.length];
        }
        int n = 0;
        for (int i = 0; i < count; i++) {
            int size = Math.min(words.end[i] - words.start[i], LENGTHS - 1);
            float w = WEIGHT[words.kind[i] * LENGTHS + size] * weights[words.number[i]];
            picked[n] = i;
            weight[n] = w;
            n += Float.floatToRawIntBits(w) == 0 ? 0 : 1;
        }
        return n;
    }

    private void add(long feature, float gain, int at) {
        int counter = (int) (feature & ((1 << COUNTER_BITS) - 1));
        int n = counts[counter];
        counts[counter] = (byte) Math.min(n + 1, MOST);
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
