package dev.stillgate.canary.proof;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Holm's correction for multiple tests (S. Holm 1979): the probability that any innocent key is adjusted to at most x
 * is at most x, whatever the dependence between tests.
 */
public final class Holm {
    private Holm() {}

    /**
     * Returns the adjusted p-values in the given order, as log10.
     *
     * @param log10p log10 of the p-values of all keys that were or could have been tested
     */
    public static double[] adjust(double[] log10p) {
        Integer[] order = new Integer[log10p.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> log10p[i]));
        double[] adjusted = new double[log10p.length];
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < order.length; i++) {
            highest = Math.max(highest, Math.min(0, log10p[order[i]] + Math.log10(order.length - i)));
            adjusted[order[i]] = highest;
        }
        return adjusted;
    }
}
