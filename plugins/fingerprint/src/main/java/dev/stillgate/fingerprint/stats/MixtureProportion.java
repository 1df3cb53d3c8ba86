package dev.stillgate.fingerprint.stats;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * How large a part of a group its actor's accounts are. Of a few exchanges an account tells little by itself; but
 * if there were many strangers in the group, some would have been seen coming back to work of their own. The group is taken
 * for a mixture of the actor's accounts and of strangers, and the smallest part of his is looked for that the accounts
 * together do not speak against (profile likelihood of the proportion of a mixture; D. M. Titterington, A. F. M. Smith and
 * U. E. Makov, "Statistical analysis of finite mixture distributions", 1985).
 */
public final class MixtureProportion {
    /** By what the best part may be likelier than the smallest that is believed, ln of a likelihood ratio. */
    private static final double DOUBT = Math.log(20);

    private static final int STEPS = 200;
    private static final double MOST = 300;

    /** A product of as many factors as fit, times another one, is no overflow. */
    private static final double LARGEST = 1e150;

    private static final int GRID = 48;

    private final double[] parts = new double[GRID];
    private final double[] chances = new double[GRID];

    /**
     * Learns how likely each part is, when any was as likely as any other (T. Bayes, 1763).
     *
     * @param alone ln of the likelihood ratio of each account by itself; infinite for strangers beyond doubt
     */
    public MixtureProportion(double... alone) {
        double[] ratios = ratios(alone);
        double most = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < GRID; k++) { // finer where there are few strangers
            double root = (k + 0.5) / GRID;
            parts[k] = 1 - root * root;
            chances[k] = log(parts[k], ratios) + Math.log(root);
            most = Math.max(most, chances[k]);
        }
        double sum = 0;
        for (int k = 0; k < GRID; k++) {
            chances[k] = Math.exp(chances[k] - most);
            sum += chances[k];
        }
        for (int k = 0; k < GRID; k++) {
            chances[k] /= sum;
        }
    }

    /**
     * Returns how likely an account of the group is a stranger.
     *
     * @param ratio ln of the likelihood ratio of all that is known of it
     */
    public double stranger(double ratio) {
        double odds = Math.exp(Math.min(ratio, MOST));
        double sum = 0;
        for (int k = 0; k < GRID; k++) {
            sum += chances[k] * (1 - parts[k]) / (1 - parts[k] + parts[k] * odds);
        }
        return sum;
    }

    /**
     * Returns the smallest part that is believed, above 0 and below 1.
     *
     * @param alone ln of the likelihood ratio of each account by itself; infinite for strangers beyond doubt
     */
    public static double least(double... alone) {
        double[] ratios = ratios(alone);
        int best = 1; // the likelihood has one peak, as its logarithm is concave
        for (int high = STEPS - 1; best < high; ) {
            int middle = (best + high) / 2;
            if (log(middle + 1, ratios) > log(middle, ratios)) {
                best = middle + 1;
            } else {
                high = middle;
            }
        }
        double doubted = log(best, ratios) - DOUBT;
        int least = 1;
        for (int high = best; least < high; ) {
            int middle = (least + high) / 2;
            if (log(middle, ratios) < doubted) {
                least = middle + 1;
            } else {
                high = middle;
            }
        }
        return (double) least / STEPS;
    }

    /** Returns how likely accounts of the group are strangers if it is no purer than is believed, by what is known of each. */
    public static DoubleUnaryOperator strangersAtMost(double... alone) {
        double part = least(alone);
        return ratio -> 1 / (1 + Math.exp(ratio) * part / (1 - part));
    }

    private static double[] ratios(double... logs) {
        return Arrays.stream(logs).map(ratio -> Math.exp(Math.min(ratio, MOST))).toArray();
    }

    private static double log(int step, double... ratios) {
        return log((double) step / STEPS, ratios);
    }

    /** Returns ln of the likelihood of a part, up to what does not depend on it. */
    private static double log(double part, double... ratios) {
        double sum = 0;
        double product = 1; // one logarithm for many factors
        for (double ratio : ratios) {
            product *= part * ratio + 1 - part;
            if (product > LARGEST || product < 1 / LARGEST) {
                sum += Math.log(product);
                product = 1;
            }
        }
        return sum + Math.log(product);
    }
}
