package dev.stillgate.canary.proof;

/**
 * Tail probabilities.
 *
 * @param log10AtLeast log10 of the probability of the value or more
 * @param log10Above log10 of the probability of more, minus infinity for 0
 */
public record Tail(double log10AtLeast, double log10Above) {
    /** Returns log10 of the mid-p-value: the probability of more plus half that of the value. */
    public double log10Mid() {
        return log10Randomised(0.5);
    }

    /**
     * Returns log10 of the probability of more plus a share of that of the value. With a share drawn uniformly
     * between 0 and 1 this p-value is exactly uniform under the null.
     */
    public double log10Randomised(double share) {
        double above = Math.pow(10, log10Above - log10AtLeast);
        return log10AtLeast + Math.log10(above + share * (1 - above));
    }
}
