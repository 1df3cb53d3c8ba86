package dev.stillgate.fingerprint.stats;

/**
 * One-sided exact 95 % confidence bounds of a binomial proportion (C. J. Clopper and E. S. Pearson, "The use of
 * confidence or fiducial limits illustrated in the case of the binomial", 1934).
 */
public final class BinomialBounds {
    private static final double OUTSIDE = 0.05;
    private static final int BISECTIONS = 60;

    private BinomialBounds() {}

    /** Returns the lower bound of the proportion after {@code seen} cases in {@code of} trials; 0 without cases. */
    public static double lower(int seen, int of) {
        return seen == 0 ? 0 : shareAt(seen - 1, of, Math.log1p(-OUTSIDE));
    }

    /** Returns the upper bound of the proportion after {@code seen} cases in {@code of} trials; 1 without trials. */
    public static double upper(int seen, int of) {
        return seen >= of ? 1 : shareAt(seen, of, Math.log(OUTSIDE));
    }

    /** Returns the proportion at which at most {@code seen} cases have a probability, given as ln. */
    private static double shareAt(int seen, int of, double logProbability) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < BISECTIONS; i++) {
            double share = (low + high) / 2;
            if (logAtMost(seen, of, share) > logProbability) {
                low = share;
            } else {
                high = share;
            }
        }
        return (low + high) / 2;
    }

    /** Returns ln of the probability of at most {@code seen} cases, given the proportion. */
    private static double logAtMost(int seen, int of, double share) {
        double logOdds = Math.log(share) - Math.log1p(-share);
        double term = of * Math.log1p(-share);
        double sum = term;
        for (int i = 0; i < seen; i++) {
            term += Math.log((double) (of - i) / (i + 1)) + logOdds;
            sum = LogMath.logSum(sum, term);
        }
        return sum;
    }
}
