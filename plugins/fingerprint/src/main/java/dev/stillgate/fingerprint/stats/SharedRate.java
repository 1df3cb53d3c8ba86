package dev.stillgate.fingerprint.stats;

/**
 * Whether something happens more often than at known customers: the likelihood ratio of rates that one actor's accounts may
 * have, with equal probability, to the rate of honest ones. With an upper bound as the honest rate it is an e-value: its
 * expectation is at most 1 if trials succeed at most that often.
 */
public final class SharedRate {
    /** Least number of trials at known customers: if none succeeds, at most 0.5 % do (95 % sure). */
    public static final int LEAST_KNOWN = 600;

    /** Least rate that honest accounts are taken to have. */
    private static final double LEAST = 0.005;

    private static final double[] RATES = {0.1, 0.3, 0.5, 0.7, 0.9};

    private SharedRate() {}

    /** Returns an upper bound of the rate of known customers, 1 if they have too few trials. */
    public static double bound(int successes, int known) {
        return known < LEAST_KNOWN ? 1 : Math.max(LEAST, Binomial.upperBound(successes, known, RareShare.CONFIDENCE));
    }

    /** Returns the base-10 logarithm of the likelihood ratio. */
    public static double evidence(double honest, long successes, long failures) {
        double sum = 0;
        for (double rate : RATES) {
            double logRatio =
                    successes * Math.log(rate / honest) + failures * (Math.log1p(-rate) - Math.log1p(-honest));
            sum += rate > honest ? Math.exp(logRatio) : 0;
        }
        return Math.log10(sum / RATES.length);
    }
}
