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

    private Purity() {}

    /**
     * Returns the smallest part that is believed, above 0 and below 1.
     *
     * @param alone ln of the likelihood ratio of each account by itself; infinite for strangers beyond doubt
     */
    static double least(double... alone) {
        double[] logs = new double[STEPS];
        double best = Double.NEGATIVE_INFINITY;
        for (int step = 1; step < STEPS; step++) {
            logs[step] = log((double) step / STEPS, alone);
            best = Math.max(best, logs[step]);
        }
        int least = 1;
        while (logs[least] < best - DOUBT) {
            least++;
        }
        return (double) least / STEPS;
    }

    /** Returns ln of the likelihood of a part, up to what does not depend on it. */
    private static double log(double part, double... alone) {
        return Arrays.stream(alone)
                .map(ratio -> Math.log(part * Math.exp(Math.min(ratio, MOST)) + 1 - part))
                .sum();
    }
}
