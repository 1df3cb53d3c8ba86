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

    /** What a word weighs by its number of characters: short ones are everybody's. */
    private static final float[] WEIGHT = {0, 0.05f, 0.1f, 0.3f, 0.8f, 1};

    private static final float STOP_WORD = 0.05f;
    private static final float LONE_CHARACTER = 0.3f;

    private final byte[] counts = new byte[1 << COUNTER_BITS];
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

    /** Writes the vector of a text; {@code stop} tells by a word's number in the lexicon whether it is everybody's. */
    void read(Words words, boolean[] stop, float[] into) {
        Arrays.fill(into, 0);
        Arrays.fill(counts, (byte) 0);
        long before = 0;
        float beforeWeight = 0;
        for (int i = 0; i < words.count; i++) {
            byte kind = words.kind[i];
            if (kind > Words.LONE) {
                continue;
            }
            long h = words.hash[i];
            float weight = kind == Words.LONE
                    ? LONE_CHARACTER
                    : stop[words.number[i]]
                            ? STOP_WORD
                            : WEIGHT[Math.min(words.end[i] - words.start[i], WEIGHT.length - 1)];
            add(TextKey.fold(h, single), weight, into);
            if (beforeWeight > STOP_WORD && weight > STOP_WORD) {
                float both = kind == Words.LONE ? 1 : 0.5f * Math.min(weight, beforeWeight);
                add(TextKey.fold(h ^ Long.rotateLeft(before, 23), pair), both, into);
            }
            if (weight > STOP_WORD) {
                before = h;
                beforeWeight = weight;
            }
        }
        normalise(into);
    }

    private void add(long feature, float weight, float[] into) {
        int counter = (int) (feature & ((1 << COUNTER_BITS) - 1));
        int n = counts[counter];
        if (n < MOST) {
            counts[counter]++;
        }
        int dimension = (int) (((feature >>> 32) * DIMENSIONS) >>> 32);
        float gain = weight * GAIN[n];
        into[dimension] += (feature & (1 << COUNTER_BITS)) == 0 ? gain : -gain;
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
