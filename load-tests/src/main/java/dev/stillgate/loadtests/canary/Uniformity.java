package dev.stillgate.loadtests.canary;

import java.util.Arrays;

/** Kolmogorov-Smirnov test of the uniform distribution on [0, 1]. */
final class Uniformity {
    private Uniformity() {}

    /**
     * Returns the p-value by the limit distribution with a finite-sample correction (M. A. Stephens, "EDF statistics
     * for goodness of fit and some comparisons", 1974).
     */
    static double probability(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        double n = sorted.length;
        double furthest = 0;
        for (int i = 0; i < sorted.length; i++) {
            furthest = Math.max(furthest, Math.max((i + 1) / n - sorted[i], sorted[i] - i / n));
        }
        double x = furthest * (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n));
        double sum = 0;
        for (int j = 1; j <= 100; j++) {
            sum += (j % 2 == 1 ? 2 : -2) * Math.exp(-2.0 * j * j * x * x);
        }
        return x < 0.2 ? 1 : Math.clamp(sum, 0, 1);
    }
}
