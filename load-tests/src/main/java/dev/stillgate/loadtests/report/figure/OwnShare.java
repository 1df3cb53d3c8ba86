package dev.stillgate.loadtests.report.figure;

import dev.stillgate.loadtests.report.record.RequestRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The gateway's own share of latency: its requests beside those that the same arrivals sent straight to the model.
 * Only pairs of which both were completed count.
 *
 * @param pairs number of pairs
 * @param rows figures with a difference, of those that the responses have
 */
public record OwnShare(int pairs, List<Row> rows) {
    private static final List<Metric> METRICS = List.of(Metric.TTFT, Metric.ITL, Metric.E2E);
    private static final List<Statistic> QUANTILES = List.of(Statistic.P50, Statistic.P90, Statistic.P99);

    /**
     * A difference in milliseconds.
     *
     * @param name {@code p50} and so on: difference of two quantiles; {@code pair}: median of the differences of pairs
     * @param gateway value with the gateway
     * @param direct value without it; for {@code pair} both are medians
     */
    public record Row(
            Metric metric, String name, double gateway, double direct, double difference, Interval interval) {}

    /** Compares records; the lists have the same arrivals in the same order. */
    public static OwnShare of(List<RequestRecord> gateway, List<RequestRecord> direct, long seed) {
        List<RequestRecord> left = new ArrayList<>();
        List<RequestRecord> right = new ArrayList<>();
        for (int i = 0; i < Math.min(gateway.size(), direct.size()); i++) {
            if (gateway.get(i).isCompleted() && direct.get(i).isCompleted()) {
                left.add(gateway.get(i));
                right.add(direct.get(i));
            }
        }
        List<Row> rows = new ArrayList<>();
        for (Metric metric : METRICS) {
            rows(metric, left, right, seed, rows);
        }
        return new OwnShare(left.size(), rows);
    }

    private static void rows(
            Metric metric, List<RequestRecord> left, List<RequestRecord> right, long seed, List<Row> rows) {
        List<double[]> with = left.stream().map(metric::measure).toList();
        List<double[]> without = right.stream().map(metric::measure).toList();
        List<double[]> differences = differences(with, without);
        if (differences.stream().allMatch(each -> each.length == 0)) {
            return;
        }
        WeightedValues gateway = new WeightedValues(with);
        WeightedValues direct = new WeightedValues(without);
        WeightedValues paired = new WeightedValues(differences);
        int[] once = new int[with.size()];
        Arrays.fill(once, 1);
        double[][] resampled = new double[QUANTILES.size() + 1][Resampler.RESAMPLES];
        Resampler resampler = new Resampler(with.size(), seed);
        for (int i = 0; i < Resampler.RESAMPLES; i++) {
            int[] counts = resampler.next();
            resampled[0][i] = paired.get(Statistic.P50, counts);
            for (int q = 0; q < QUANTILES.size(); q++) {
                Statistic quantile = QUANTILES.get(q);
                resampled[q + 1][i] = gateway.get(quantile, counts) - direct.get(quantile, counts);
            }
        }
        double median = gateway.get(Statistic.P50, once);
        rows.add(new Row(
                metric,
                "pair",
                median,
                direct.get(Statistic.P50, once),
                paired.get(Statistic.P50, once),
                Resampler.interval(resampled[0])));
        for (int q = 0; q < QUANTILES.size(); q++) {
            double a = gateway.get(QUANTILES.get(q), once);
            double b = direct.get(QUANTILES.get(q), once);
            rows.add(new Row(metric, QUANTILES.get(q).text(), a, b, a - b, Resampler.interval(resampled[q + 1])));
        }
    }

    private static List<double[]> differences(List<double[]> with, List<double[]> without) {
        List<double[]> differences = new ArrayList<>();
        for (int i = 0; i < with.size(); i++) {
            boolean both = with.get(i).length == 1 && without.get(i).length == 1;
            differences.add(both ? new double[] {with.get(i)[0] - without.get(i)[0]} : new double[0]);
        }
        return differences;
    }

    /** Returns the differences of all pairs that have a figure. */
    public static Distribution differences(Metric metric, Figures gateway, Figures direct) {
        int pairs = Math.min(gateway.total(), direct.total());
        List<double[]> with = gateway.records().subList(0, pairs).stream()
                .map(metric::measure)
                .toList();
        List<double[]> without =
                direct.records().subList(0, pairs).stream().map(metric::measure).toList();
        return Distribution.of(differences(with, without).stream()
                .flatMapToDouble(Arrays::stream)
                .toArray());
    }
}
