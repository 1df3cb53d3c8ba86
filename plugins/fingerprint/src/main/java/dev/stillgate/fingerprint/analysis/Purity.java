package dev.stillgate.fingerprint.analysis;

import java.util.Arrays;

/**
 * How large a part of a group its actor's accounts are at least. Of a few exchanges an account tells little by itself; but
 * if there were many strangers in the group, some would have been seen coming back to work of their own. The group is taken
 * for a mixture of the actor's accounts and of strangers, and the smallest part of his is looked for that the accounts
 * together do not speak against (profile likelihood of the proportion of a mixture; D. M. Titterington, A. F. M. Smith and
 * U. E. Makov, "Statistical analysis of finite mixture distributions", 1985).
 */
final class Purity {
    /** By what the best part may be likelier than the smallest that is believed, ln of a likelihood ratio. */
    private static final double DOUBT = Math.log(20);

    private static final int STEPS = 200;
    private static final double MOST = 300;

    /** A product of as many factors as fit, times another one, is no overflow. */
    private static final double LARGEST = 1e150;

    private Purity() {}

    /**
     * Returns the smallest part that is believed, above 0 and below 1.
     *
     * @param alone ln of the likelihood ratio of each account by itself; infinite for strangers beyond doubt
     */
    static double least(double... alone) {
        double[] ratios = Arrays.stream(alone)
                .map(ratio -> Math.exp(Math.min(ratio, MOST)))
                .toArray();
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

    /** Returns ln of the likelihood of a part, up to what does not depend on it. */
    private static double log(int step, double... ratios) {
        double part = (double) step / STEPS;
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
