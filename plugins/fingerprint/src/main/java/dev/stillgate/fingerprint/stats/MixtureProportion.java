package dev.stillgate.fingerprint.stats;

import java.util.Arrays;

/**
 * Inference on the proportion of group members in a two-component mixture, given the likelihood ratio of each account
 * (D. M. Titterington, A. F. M. Smith and U. E. Makov, "Statistical analysis of finite mixture distributions", 1985).
 *
 * <p>The components are accounts of the group and unrelated accounts ("background"). An account with few requests has a
 * likelihood ratio near 1, but many such accounts together bound the proportion of the background.
 */
public final class MixtureProportion {
    /** Drop of the log-likelihood from its maximum to the lower bound. */
    private static final double MAX_LOG_DROP = Math.log(20);

    private static final int STEPS = 200;
    private static final double MAX_LOG_RATIO = 300;

    /** Bound on a product of factors, so that one more factor does not overflow. */
    private static final double MAX_PRODUCT = 1e150;

    private static final int GRID_SIZE = 48;

    private final double[] proportions = new double[GRID_SIZE];
    private final double[] posterior = new double[GRID_SIZE];

    /**
     * Computes the posterior of the proportion on a grid, under a uniform prior.
     *
     * @param logRatios ln of the likelihood ratio, group to background, of each account; may be negative infinity
     */
    public MixtureProportion(double... logRatios) {
        double[] ratios = ratios(logRatios);
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < GRID_SIZE; k++) { // finer where the background is small
            double root = (k + 0.5) / GRID_SIZE;
            proportions[k] = 1 - root * root;
            posterior[k] = logLikelihood(proportions[k], ratios) + Math.log(root);
            max = Math.max(max, posterior[k]);
        }
        double sum = 0;
        for (int k = 0; k < GRID_SIZE; k++) {
            posterior[k] = Math.exp(posterior[k] - max);
            sum += posterior[k];
        }
        for (int k = 0; k < GRID_SIZE; k++) {
            posterior[k] /= sum;
        }
    }

    /**
     * Returns the posterior probability that an account belongs to the background.
     *
     * @param logRatio ln of the likelihood ratio, group to background, from all data on the account
     */
    public double backgroundProbability(double logRatio) {
        double odds = Math.exp(Math.min(logRatio, MAX_LOG_RATIO));
        double sum = 0;
        for (int k = 0; k < GRID_SIZE; k++) {
            sum += posterior[k] * (1 - proportions[k]) / (1 - proportions[k] + proportions[k] * odds);
        }
        return sum;
    }

    /**
     * Returns the lower end of the 1/20 likelihood interval of the proportion: the smallest proportion whose likelihood
     * is at least 1/20 of the maximum. The bound is above 0 and below 1.
     *
     * @param logRatios ln of the likelihood ratio, group to background, of each account; may be negative infinity
     */
    public static double lowerBound(double... logRatios) {
        double[] ratios = ratios(logRatios);
        int best = 1; // the log-likelihood is concave: binary search for its maximum
        for (int high = STEPS - 1; best < high; ) {
            int middle = (best + high) / 2;
            if (logLikelihood(middle + 1, ratios) > logLikelihood(middle, ratios)) {
                best = middle + 1;
            } else {
                high = middle;
            }
        }
        double threshold = logLikelihood(best, ratios) - MAX_LOG_DROP;
        int low = 1;
        for (int high = best; low < high; ) {
            int middle = (low + high) / 2;
            if (logLikelihood(middle, ratios) < threshold) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return (double) low / STEPS;
    }

    private static double[] ratios(double... logRatios) {
        return Arrays.stream(logRatios)
                .map(logRatio -> Math.exp(Math.min(logRatio, MAX_LOG_RATIO)))
                .toArray();
    }

    private static double logLikelihood(int step, double... ratios) {
        return logLikelihood((double) step / STEPS, ratios);
    }

    /** Returns ln of the likelihood of a proportion, up to a constant. */
    private static double logLikelihood(double proportion, double... ratios) {
        double sum = 0;
        double product = 1; // one logarithm for many factors
        for (double ratio : ratios) {
            product *= proportion * ratio + 1 - proportion;
            if (product > MAX_PRODUCT || product < 1 / MAX_PRODUCT) {
                sum += Math.log(product);
                product = 1;
            }
        }
        return sum + Math.log(product);
    }
}
