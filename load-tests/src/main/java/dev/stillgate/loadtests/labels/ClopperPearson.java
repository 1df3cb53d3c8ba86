package dev.stillgate.loadtests.labels;

/**
 * One-sided exact upper confidence bound of a binomial proportion (C. J. Clopper and E. S. Pearson, "The use of
 * confidence or fiducial limits illustrated in the case of the binomial", 1934).
 */
final class ClopperPearson {
    private static final double LEFT = 0.05;
    private static final int HALVINGS = 100;

    private ClopperPearson() {}

    /** Returns the 95 % upper bound of the proportion, given {@code seen} cases in {@code all} trials. */
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

    /** Returns the logarithm of the probability of at most {@code seen} cases. */
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
