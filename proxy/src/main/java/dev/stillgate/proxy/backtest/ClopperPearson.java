package dev.stillgate.proxy.backtest;

/**
 * The exact upper bound of a share of which few cases were seen (C. J. Clopper and E. S. Pearson, "The use of confidence
 * or fiducial limits illustrated in the case of the binomial", 1934), one-sided: the largest share under which as few
 * cases as were seen, or fewer, still come up with the probability that is left.
 */
final class ClopperPearson {
    private static final double LEFT = 0.05;
    private static final int HALVINGS = 100;

    private ClopperPearson() {}

    /** Returns the upper bound at 95 % of the share of which {@code seen} cases were met in {@code all}. */
    static double upper95(long seen, long all) {
        if (seen >= all) {
            return 1;
        }
        double low = (double) seen / all;
        double high = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double share = (low + high) / 2;
            if (logAtMost(seen, all, share) > Math.log(LEFT)) {
                low = share;
            } else {
                high = share;
            }
        }
        return high;
    }

    /** Returns the logarithm of the probability of at most {@code seen} cases: the sum of the binomial terms. */
    private static double logAtMost(long seen, long all, double share) {
        double term = all * Math.log1p(-share);
        double odds = Math.log(share) - Math.log1p(-share);
        double sum = term;
        for (long i = 0; i < seen; i++) {
            term += Math.log((double) (all - i) / (i + 1)) + odds;
            double more = Math.max(sum, term);
            sum = more + Math.log1p(Math.exp(Math.min(sum, term) - more));
        }
        return sum;
    }
}
