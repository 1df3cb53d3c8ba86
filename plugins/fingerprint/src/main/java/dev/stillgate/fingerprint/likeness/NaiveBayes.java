package dev.stillgate.fingerprint.likeness;

/**
 * Naive Bayes classifier of binned traits: the score of an account is the sum over its traits of log10 of the bin's
 * share among confirmed accounts over its share in the background. Traits are not independent, so the score ranks
 * accounts but is not calibrated (P. Domingos and M. Pazzani, "On the optimality of the simple Bayesian classifier
 * under zero-one loss", 1997).
 *
 * <p>Shares of the confirmed are shrunk to those of the background, with the mass of Jeffreys' prior (m-estimate: B.
 * Cestnik, "Estimating probabilities: a crucial task in machine learning", 1990). With n confirmed accounts, a bin with
 * the background share q counts at least m / (n + m) and at most (n / q + m) / (n + m).
 */
final class NaiveBayes {
    private final double[] logRatios;

    /** Fits the model. */
    NaiveBayes(TraitCounts confirmed, TraitCounts background) {
        logRatios = new double[confirmed.traits() * TraitBins.BINS];
        for (int t = 0; t < confirmed.traits(); t++) {
            for (int bin = 0; bin < TraitBins.BINS; bin++) {
                double expected = background.share(t, bin);
                double shrunk = (confirmed.count(t, bin) + TraitCounts.PRIOR * expected)
                        / (confirmed.total(t) + TraitCounts.PRIOR);
                logRatios[t * TraitBins.BINS + bin] = Math.log10(shrunk / expected);
            }
        }
    }

    /** Returns the score of an account, in log10. */
    double score(byte[] bins) {
        double score = 0;
        for (int t = 0; t < bins.length; t++) {
            score += logRatio(t, bins[t]);
        }
        return score;
    }

    /** Returns log10 of the likelihood ratio of one trait; 0 for an unknown value. */
    double logRatio(int trait, byte bin) {
        return bin == TraitBins.UNKNOWN ? 0 : logRatios[trait * TraitBins.BINS + bin];
    }
}
