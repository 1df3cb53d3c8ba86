package dev.stillgate.fingerprint.likeness;

import java.util.Arrays;

/**
 * Scores of the references of one stratum, from which a new account's p-value is read (V. Vovk, A. Gammerman and G.
 * Shafer, "Algorithmic learning in a random world", 2005). If the account is exchangeable with the references, its
 * p-value is at most p with a probability of at most p. With n references no p-value is below 1 / (n + 1).
 */
final class ConformalScores {
    private final double[] sorted;

    ConformalScores(double... scores) {
        sorted = scores.clone();
        Arrays.sort(sorted);
    }

    /** Returns the scores of the references of all strata together. */
    static ConformalScores union(ConformalScores... strata) {
        return new ConformalScores(Arrays.stream(strata)
                .flatMapToDouble(stratum -> Arrays.stream(stratum.sorted))
                .toArray());
    }

    /** Returns the p-value of an account that is not a reference. */
    double p(double score) {
        return (1.0 + atLeast(score)) / (sorted.length + 1.0);
    }

    /** Returns the p-value of one of the references among the others. */
    double referenceP(double score) {
        return (double) atLeast(score) / sorted.length;
    }

    /** Returns the least attainable p-value of an account that is not a reference. */
    double leastP() {
        return 1 / (sorted.length + 1.0);
    }

    private int atLeast(double score) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] >= score) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return sorted.length - low;
    }
}
