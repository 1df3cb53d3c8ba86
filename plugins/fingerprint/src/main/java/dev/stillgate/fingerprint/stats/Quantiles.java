package dev.stillgate.fingerprint.stats;

import java.util.Arrays;

/** Quantiles of a sample. */
public final class Quantiles {
    private Quantiles() {}

    /** Returns the median of the values, and sorts them. */
    public static double median(double[] values) {
        Arrays.sort(values);
        int half = values.length / 2;
        return values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }
}
