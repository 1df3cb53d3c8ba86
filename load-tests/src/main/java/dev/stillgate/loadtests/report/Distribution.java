package dev.stillgate.loadtests.report;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Sorted values of a figure. Quantiles are interpolated linearly between order statistics (R's type 7, as NumPy). */
final class Distribution {
    private static final int[] PERCENTILES = {1, 5, 10, 25, 50, 75, 90, 95, 99};
    /** Quantile of the normal distribution for a two-sided interval of 95 %. */
    private static final double NORMAL_95 = 1.96;

    private final double[] sorted;

    Distribution(double[] values) {
        sorted = values.clone();
        Arrays.sort(sorted);
    }

    double sum() {
        return Arrays.stream(sorted).sum();
    }

    boolean isEmpty() {
        return sorted.length == 0;
    }

    /** Returns a percentile; there must be a value. */
    double percentile(double percent) {
        double at = percent / 100 * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** Returns all statistics by AIPerf's names; there must be a value. The deviation of a single value is 0. */
    Map<String, Double> statistics() {
        double mean = sum() / sorted.length;
        double squares = Arrays.stream(sorted).map(x -> (x - mean) * (x - mean)).sum();
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("avg", mean);
        all.put("min", sorted[0]);
        all.put("max", sorted[sorted.length - 1]);
        for (int percent : PERCENTILES) {
            all.put("p" + percent, percentile(percent));
        }
        all.put("count", (double) sorted.length);
        all.put("std", sorted.length < 2 ? 0 : Math.sqrt(squares / (sorted.length - 1)));
        return all;
    }

    /**
     * Returns the ends of a 95 % interval of the median: order statistics by the normal approximation of the binomial
     * distribution (W. Conover, 1980), for independent values. There must be a value.
     */
    double[] medianInterval() {
        double middle = sorted.length / 2.0;
        double half = NORMAL_95 * Math.sqrt(sorted.length) / 2;
        int low = (int) Math.max(0, Math.floor(middle - half) - 1);
        int high = (int) Math.min(sorted.length - 1, Math.ceil(middle + half));
        return new double[] {sorted[low], sorted[high]};
    }
}
