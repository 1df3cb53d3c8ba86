package dev.stillgate.fingerprint.stats;

/** Tail probabilities of the binomial distribution, and a confidence bound on its probability. */
public final class Binomial {
    private static final int BISECTIONS = 60;
    private static final double NEGLIGIBLE = 1e-17;

    private Binomial() {}

    /**
     * Returns the probability of at most {@code successes} successes.
     *
     * @param successes 0 to {@code trials}
     * @param p probability of a success, above 0 and below 1
     */
    public static double lowerTail(int successes, int trials, double p) {
        if (successes >= trials) {
            return 1;
        }
        return successes > trials * p
                ? 1 - tailFrom(trials - successes - 1, trials, 1 - p)
                : tailFrom(successes, trials, p);
    }

    /** Returns the lower tail below the mean, where its terms fall from the last one on. */
    private static double tailFrom(int successes, int trials, double p) {
        double odds = (1 - p) / p;
        double term = 1;
        double sum = 0;
        for (int k = successes; k >= 0 && term > sum * NEGLIGIBLE; k--) {
            sum += term;
            term *= odds * k / (trials - k + 1);
        }
        double last =
                LogGamma.choose(trials, successes) + successes * Math.log(p) + (trials - successes) * Math.log1p(-p);
        return Math.min(1, sum * Math.exp(last));
    }

    /**
     * Returns an upper confidence bound of a probability (C. J. Clopper and E. S. Pearson, "The use of confidence or
     * fiducial limits", 1934): the probability under which so few successes would be too rare.
     *
     * @param successes 0 to {@code trials}
     * @param trials at least 1
     * @param confidence such as 0.95, for this one side
     */
    public static double upperBound(int successes, int trials, double confidence) {
        if (successes >= trials) {
            return 1;
        }
        double low = (double) successes / trials;
        double high = 1;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (middle > 0 && middle < 1 && lowerTail(successes, trials, middle) <= 1 - confidence) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }
}
