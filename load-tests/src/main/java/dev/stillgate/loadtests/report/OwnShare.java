package dev.stillgate.loadtests.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The gateway's own share of latency: its requests beside those that the same arrivals sent straight to the model.
 * Only pairs of which both were completed count.
 *
 * @param pairs number of pairs
 * @param rows figures with a difference, of those that the responses have
 */
record OwnShare(int pairs, List<Row> rows) {
    /** Medians in milliseconds; the difference is the median of the differences of pairs, with its 95 % interval. */
    record Row(Metric metric, double gateway, double direct, double difference, double low, double high) {}

    /** Compares records; both lists have the same arrivals in the same order. */
    static OwnShare of(List<RequestRecord> gateway, List<RequestRecord> direct) {
        int[] pairs = IntStream.range(0, Math.min(gateway.size(), direct.size()))
                .filter(i -> gateway.get(i).completed() && direct.get(i).completed())
                .toArray();
        List<Row> rows = new ArrayList<>();
        for (Metric metric : List.of(Metric.TTFT, Metric.ITL, Metric.E2E)) {
            double[][] both = Arrays.stream(pairs)
                    .mapToObj(i -> new double[][] {metric.measure(gateway.get(i)), metric.measure(direct.get(i))})
                    .filter(values -> values[0].length == 1 && values[1].length == 1)
                    .map(values -> new double[] {values[0][0], values[1][0], values[0][0] - values[1][0]})
                    .toArray(double[][]::new);
            if (both.length > 0) {
                Distribution difference = column(both, 2);
                double[] interval = difference.medianInterval();
                rows.add(new Row(
                        metric,
                        column(both, 0).percentile(50),
                        column(both, 1).percentile(50),
                        difference.percentile(50),
                        interval[0],
                        interval[1]));
            }
        }
        return new OwnShare(pairs.length, rows);
    }

    private static Distribution column(double[][] rows, int column) {
        return new Distribution(
                Arrays.stream(rows).mapToDouble(row -> row[column]).toArray());
    }
}
