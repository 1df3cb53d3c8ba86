package dev.stillgate.canary.proof;

/** Likelihood of form counts whose rate has a beta distribution. Factors that depend on the counts only are omitted. */
final class BetaBinomial {
    /** Below this, a logarithm of a rising factorial is summed term by term. */
    private static final int FEW = 12;

    private BetaBinomial() {}

    /**
     * Returns the log-likelihood of {@code ones} of {@code sites}.
     *
     * @param mean of the rate, above 0 and below 1
     * @param sum of the two parameters of the beta distribution, above 0: as if the rate had been seen in so many sites
     */
    static double log(int ones, int sites, double mean, double sum) {
        return rising(sum * mean, ones) + rising(sum * (1 - mean), sites - ones) - rising(sum, sites);
    }

    /** Returns ln of x (x + 1) ... (x + n - 1). */
    private static double rising(double x, int n) {
        if (n >= FEW) {
            return logGamma(x + n) - logGamma(x);
        }
        double product = 1;
        for (int i = 0; i < n; i++) {
            product *= x + i;
        }
        return Math.log(product);
    }

    /** Returns ln of the gamma function of x > 0, by Stirling's series above 8. */
    private static double logGamma(double x) {
        double shift = 1;
        double z = x;
        while (z < 8) {
            shift *= z++;
        }
        double square = z * z;
        double series = (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / z;
        return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - Math.log(shift);
    }
}
