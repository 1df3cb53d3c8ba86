package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.Arrays;

/**
 * Says whether accounts ask about the same events, as of news, markets or the weather: what they ask in the same ten minutes
 * is about one thing, and what they ask at another time about another. Whoever deals work out gives each piece to one of
 * them. The likeness of two texts is the cosine of their topics (G. Salton, A. Wong and C. S. Yang, "A vector space model
 * for automatic indexing", 1975). One thread only.
 */
final class SharedEvents {
    private static final int WIDTH = 600;

    /** The fewest pairs of texts of the same ten minutes of which anything is said. */
    private static final double LEAST_PAIRS = 8;

    /** How much of what any two texts leave to be alike those of the same ten minutes must be. */
    private static final double ALIKE = 1.0 / 3;

    private final double[] all = new double[PromptFeatures.TOPICS];
    private final double[] bin = new double[PromptFeatures.TOPICS];
    private int texts;
    private int inBin;
    private int newest;
    private double pairs;
    private double likeness;

    /**
     * Takes what begins a conversation.
     *
     * @param second of the epoch
     * @param topic all 0 where nothing is known of it
     */
    void add(int second, float[] topic) {
        double norm = 0;
        for (float each : topic) {
            norm += each * each;
        }
        if (norm == 0) {
            return;
        }
        if (second / WIDTH > newest) {
            newest = second / WIDTH;
            inBin = 0;
            Arrays.fill(bin, 0);
        }
        double scale = 1 / Math.sqrt(norm);
        for (int d = 0; d < topic.length; d++) {
            likeness += scale * topic[d] * bin[d];
            bin[d] += scale * topic[d];
            all[d] += scale * topic[d];
        }
        pairs += inBin;
        inBin++;
        texts++;
    }

    /** Returns whether what is asked in the same ten minutes is about the same, and not so what is asked at any time. */
    boolean areShared() {
        double norm = 0;
        for (double each : all) {
            norm += each * each;
        }
        double any = (norm - texts) / (texts * (texts - 1.0)); // a text's product with itself is 1
        return pairs >= LEAST_PAIRS && likeness / pairs - any > ALIKE * (1 - any);
    }
}
