package dev.stillgate.canary.proof;

/**
 * Likelihood of form counts if a share f of the training text is marked. The rate of form 1 is (1 - f) rho + f m, where
 * m is the rate that the mark selects. The unmarked rate rho has a normal distribution around the expected rate, in
 * logits. The integral over rho is a sum over 41 equidistant nodes. Terms that do not depend on the mark are omitted.
 */
final class MarkLikelihood {
    private static final int STEPS = 40;
    private static final double WIDTH = 4;
    private static final double[] NODES = new double[STEPS + 1];
    private static final double[] LOG_WEIGHTS = new double[STEPS + 1];

    static {
        double sum = 0;
        for (int i = 0; i <= STEPS; i++) {
            NODES[i] = WIDTH * (2.0 * i / STEPS - 1);
            sum += Math.exp(-NODES[i] * NODES[i] / 2);
        }
        for (int i = 0; i <= STEPS; i++) {
            LOG_WEIGHTS[i] = -NODES[i] * NODES[i] / 2 - Math.log(sum);
        }
    }

    private final double strength;

    /**
     * Creates the likelihood for a share of marked text.
     *
     * @param strength the share, above 0 and below 1
     */
    MarkLikelihood(double strength) {
        this.strength = strength;
    }

    /**
     * Returns the log-likelihood of {@code ones} of {@code sites}.
     *
     * @param expected mean of the unmarked rate, in logits
     * @param spread standard deviation of the unmarked rate, in logits
     * @param asked share of sites for which the mark selects form 1; it selects form 0 for the others
     * @param writes0 whether form 0 may replace form 1; otherwise sites that select it count as unmarked
     * @param writes1 whether form 1 may replace form 0
     */
    double of(int sites, int ones, double expected, double spread, double asked, boolean writes0, boolean writes1) {
        double rate = ExpectedRates.sigmoid(expected);
        double information = sites * rate * (1 - rate) * spread * spread;
        // Flattens likelihoods that are too narrow for the nodes; rho's variance bounds the evidence anyway.
        double scale = Math.min(1, 25 / Math.max(1e-9, information));
        double a = scale * ones;
        double b = scale * (sites - ones);
        double high = Double.NEGATIVE_INFINITY;
        double[] terms = new double[NODES.length];
        for (int i = 0; i < NODES.length; i++) {
            double rho = ExpectedRates.sigmoid(expected + spread * NODES[i]);
            double marked = asked * (writes1 ? 1 : rho) + (1 - asked) * (writes0 ? 0 : rho);
            double p = (1 - strength) * rho + strength * marked;
            terms[i] = LOG_WEIGHTS[i] + a * Math.log(p) + b * Math.log1p(-p);
            high = Math.max(high, terms[i]);
        }
        double sum = 0;
        for (double term : terms) {
            sum += Math.exp(term - high);
        }
        return high + Math.log(sum);
    }
}
