package dev.stillgate.loadtests.report.figure;

import dev.stillgate.loadtests.campaign.random.Dice;
import java.util.Arrays;

/**
 * Circular block bootstrap (Politis and Romano 1992) of requests in order of arrival. Blocks of {@code n^(1/3)}
 * consecutive requests keep the dependence of neighbours, which share pauses of the machine. Not thread-safe.
 */
final class Resampler {
    /** Number of resamples of an interval. */
    static final int RESAMPLES = 1000;

    private final int[] counts;
    private final int block;
    private final Dice dice;

    Resampler(int requests, long seed) {
        counts = new int[requests];
        block = Math.max(1, (int) Math.round(Math.cbrt(requests)));
        dice = new Dice(seed).child("resample");
    }

    /** Draws a resample; returns how often each request is in it. The array is reused. */
    int[] next() {
        Arrays.fill(counts, 0);
        for (int drawn = 0; drawn < counts.length; drawn += block) {
            int begin = dice.below(counts.length);
            for (int i = 0; i < Math.min(block, counts.length - drawn); i++) {
                counts[(begin + i) % counts.length]++;
            }
        }
        return counts;
    }

    /** Returns the central 95 % of resampled values; NaN values, of resamples without data, are left out. */
    static Interval interval(double[] resampled) {
        double[] valid = Arrays.stream(resampled).filter(x -> !Double.isNaN(x)).toArray();
        if (valid.length == 0) {
            return new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        Distribution values = Distribution.of(valid);
        return new Interval(values.quantile(0.025), values.quantile(0.975));
    }
}
