package dev.stillgate.loadtests.report.figure;

import java.util.Arrays;

/** Sorted values of a figure. Quantiles are interpolated linearly between order statistics (R's type 7, as NumPy). */
public final class Distribution {
    private final double[] sorted;

    private Distribution(double[] sorted) {
        this.sorted = sorted;
    }

    /** Copies and sorts values. */
    public static Distribution of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Distribution(sorted);
    }

    public int count() {
        return sorted.length;
    }

    public boolean isEmpty() {
        return sorted.length == 0;
    }

    /** Returns the quantile for a fraction from 0 to 1; there must be a value. */
    public double quantile(double fraction) {
        double at = fraction * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** Returns the mean; there must be a value. */
    public double mean() {
        return Arrays.stream(sorted).sum() / sorted.length;
    }

    /** Returns the sample standard deviation, 0 for a single value. */
    public double deviation() {
        if (sorted.length < 2) {
            return 0;
        }
        double mean = mean();
        return Math.sqrt(Arrays.stream(sorted).map(x -> (x - mean) * (x - mean)).sum() / (sorted.length - 1));
    }

    /** Returns a statistic; there must be a value. */
    public double get(Statistic statistic) {
        return switch (statistic) {
            case AVG -> mean();
            case STD -> deviation();
            default -> quantile(statistic.fraction());
        };
    }
}
