package dev.stillgate.loadtests.report.figure;

import dev.stillgate.loadtests.report.record.RequestRecord;
import java.util.Arrays;
import java.util.List;

/**
 * Comparison of two runs. A change is a regression if it is larger than its threshold and the 95 % interval of the
 * change is above zero. The interval has the noise within the two runs; differences between days or machines are not
 * in it.
 */
public record Comparison(List<Row> rows) {
    /** The verdict on a figure. */
    public enum Verdict {
        REGRESSION("regression"),
        NOISE("within noise"),
        UNCHANGED("within the threshold"),
        BETTER("better");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /**
     * A compared figure.
     *
     * @param change second value minus first value, NaN if the second run has no value
     * @param interval of the change
     */
    public record Row(
            Threshold threshold, double before, double after, double change, Interval interval, Verdict verdict) {}

    /**
     * Compares records of two runs.
     *
     * @throws IllegalArgumentException if the first run lacks a figure
     */
    public static Comparison of(
            List<RequestRecord> before, List<RequestRecord> after, Slo slo, List<Threshold> thresholds, long seed) {
        return new Comparison(thresholds.stream()
                .map(each -> row(each, before, after, slo, seed))
                .toList());
    }

    private static Row row(
            Threshold threshold, List<RequestRecord> before, List<RequestRecord> after, Slo slo, long seed) {
        WeightedValues first = values(threshold, before, slo);
        WeightedValues second = values(threshold, after, slo);
        double a = first.get(threshold.statistic(), once(before.size()));
        double b = second.get(threshold.statistic(), once(after.size()));
        if (Double.isNaN(a)) {
            throw new IllegalArgumentException("the first report has no " + threshold.name());
        }
        double[] changes = new double[Resampler.RESAMPLES];
        Resampler ofFirst = new Resampler(before.size(), seed);
        Resampler ofSecond = new Resampler(after.size(), seed + 1);
        for (int i = 0; i < changes.length; i++) {
            changes[i] = second.get(threshold.statistic(), ofSecond.next())
                    - first.get(threshold.statistic(), ofFirst.next());
        }
        Interval interval = Resampler.interval(changes);
        return new Row(threshold, a, b, b - a, interval, verdict(threshold, a, b, interval));
    }

    private static Verdict verdict(Threshold threshold, double a, double b, Interval interval) {
        if (Double.isNaN(b)) {
            return Verdict.REGRESSION;
        }
        boolean larger = threshold.isLargerWorse();
        double worse = larger ? b - a : a - b;
        double surely = larger ? interval.low() : -interval.high();
        double mostly = larger ? interval.high() : -interval.low();
        if (worse > threshold.allowed(a)) {
            return surely > 0 ? Verdict.REGRESSION : Verdict.NOISE;
        }
        return -worse > threshold.allowed(a) && mostly < 0 ? Verdict.BETTER : Verdict.UNCHANGED;
    }

    private static WeightedValues values(Threshold threshold, List<RequestRecord> records, Slo slo) {
        return new WeightedValues(
                records.stream().map(each -> threshold.measure(each, slo)).toList());
    }

    private static int[] once(int requests) {
        int[] counts = new int[requests];
        Arrays.fill(counts, 1);
        return counts;
    }

    /** Returns whether a figure has regressed. */
    public boolean hasRegression() {
        return rows.stream().anyMatch(row -> row.verdict() == Verdict.REGRESSION);
    }
}
