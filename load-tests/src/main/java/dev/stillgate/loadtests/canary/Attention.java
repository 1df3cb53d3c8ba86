package dev.stillgate.loadtests.canary;

/**
 * Attention of several heads, whose scores fall with the distance in tokens (O. Press, N. Smith, M. Lewis, 2022, linear
 * biases).
 */
interface Attention {
    /**
     * Adds each row's attended values to the output.
     *
     * @param projected queries, keys and values, side by side
     * @param output as wide as the values
     */
    void forward(Matrix projected, Matrix output);

    /** Returns how much the score of a head falls with each token of distance. */
    static float slope(int head, int heads) {
        return (float) Math.pow(2, -8.0 * (head + 1) / heads);
    }

    /** Returns the factor of the products of queries and keys. */
    static float scale(int headWidth) {
        return (float) (1 / Math.sqrt(headWidth));
    }

    /** Replaces scores by their softmax. */
    static void softmax(float[] scores, int from, int count) {
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + count; i++) {
            highest = Math.max(highest, scores[i]);
        }
        float sum = 0;
        for (int i = from; i < from + count; i++) {
            scores[i] = (float) Math.exp(scores[i] - highest);
            sum += scores[i];
        }
        for (int i = from; i < from + count; i++) {
            scores[i] /= sum;
        }
    }
}
