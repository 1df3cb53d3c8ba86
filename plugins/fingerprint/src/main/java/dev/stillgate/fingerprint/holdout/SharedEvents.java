package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.Arrays;

/**
 * Tests whether a group asks about shared external events, such as news or markets: texts within ten minutes are on one
 * topic, and texts of other times on others. Similarity is the cosine of the topics (G. Salton, A. Wong and C. S. Yang,
 * "A vector space model for automatic indexing", 1975). A dispatcher gives each piece of work to one account only. Not
 * thread-safe.
 */
final class SharedEvents {
    private static final int BIN_SECONDS = 600;

    /** Least number of pairs of texts within ten minutes. */
    private static final double MIN_PAIRS = 8;

    /** Least excess similarity within ten minutes, as a share of the largest possible excess. */
    private static final double MIN_EXCESS = 1.0 / 3;

    private final double[] topicSum = new double[PromptFeatures.TOPICS];
    private final double[] binTopicSum = new double[PromptFeatures.TOPICS];
    private int texts;
    private int textsInBin;
    private int newestBin;
    private double pairs;
    private double similarity;

    /**
     * Records a conversation start.
     *
     * @param second of the epoch
     * @param topic topic of the text; all 0 if unknown
     */
    void add(int second, float[] topic) {
        double norm = 0;
        for (float each : topic) {
            norm += each * each;
        }
        if (norm == 0) {
            return;
        }
        if (second / BIN_SECONDS > newestBin) {
            newestBin = second / BIN_SECONDS;
            textsInBin = 0;
            Arrays.fill(binTopicSum, 0);
        }
        double scale = 1 / Math.sqrt(norm);
        for (int d = 0; d < topic.length; d++) {
            similarity += scale * topic[d] * binTopicSum[d];
            binTopicSum[d] += scale * topic[d];
            topicSum[d] += scale * topic[d];
        }
        pairs += textsInBin;
        textsInBin++;
        texts++;
    }

    /** Returns whether texts within ten minutes are more similar than texts in general. */
    boolean isShared() {
        double norm = 0;
        for (double each : topicSum) {
            norm += each * each;
        }
        double baseline = (norm - texts) / (texts * (texts - 1.0)); // the product of a text with itself is 1
        return pairs >= MIN_PAIRS && similarity / pairs - baseline > MIN_EXCESS * (1 - baseline);
    }
}
