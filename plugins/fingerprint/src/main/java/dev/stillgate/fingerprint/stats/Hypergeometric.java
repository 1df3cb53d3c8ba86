package dev.stillgate.fingerprint.stats;

/** Upper tail of the hypergeometric distribution. */
public final class Hypergeometric {
    private static final double NEGLIGIBLE = 1e-17;

    private Hypergeometric() {}

    /**
     * Returns ln of the probability that a sample contains at least {@code least} marked items (R. A. Fisher, "The
     * logic of inductive inference", 1935). It is the exact null distribution of a binomial count when the population
     * is finite. Returns 0, an upper bound, if {@code least} is at most the mean.
     *
     * @param population number of items
     * @param marked number of marked items, at most {@code population}
     * @param sample number of items drawn without replacement, at most {@code population}
     */
    public static double logUpperTail(int population, int marked, int sample, int least) {
        int most = Math.min(marked, sample);
        if ((double) least * population <= (double) sample * marked) {
            return 0;
        }
        if (least > most) {
            return Double.NEGATIVE_INFINITY;
        }
        double term = 1;
        double sum = 0;
        for (int k = least; k <= most && term > sum * NEGLIGIBLE; k++) {
            sum += term;
            term *= (double) (marked - k) / (k + 1) * (sample - k) / ((double) population - marked - sample + k + 1);
        }
        double first = LogGamma.choose(marked, least)
                + LogGamma.choose(population - marked, sample - least)
                - LogGamma.choose(population, sample);
        return Math.min(0, first + Math.log(sum));
    }
}
