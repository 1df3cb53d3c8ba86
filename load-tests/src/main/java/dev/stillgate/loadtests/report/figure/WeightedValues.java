package dev.stillgate.loadtests.report.figure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Values of requests in ascending order, of which a resample counts each request a number of times. */
final class WeightedValues {
    private record Value(double value, int request) {}

    private final double[] values;
    private final int[] requests;

    /** @param values the values of each request */
    WeightedValues(List<double[]> values) {
        List<Value> all = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            for (double value : values.get(i)) {
                all.add(new Value(value, i));
            }
        }
        all.sort(Comparator.comparingDouble(Value::value));
        this.values = all.stream().mapToDouble(Value::value).toArray();
        this.requests = all.stream().mapToInt(Value::request).toArray();
    }

    /**
     * Returns a statistic of a resample, NaN if it is empty.
     *
     * @param counts how often each request is in the resample
     */
    double get(Statistic statistic, int[] counts) {
        return switch (statistic) {
            case AVG -> mean(counts);
            case STD -> throw new IllegalArgumentException("no interval of a standard deviation");
            default -> quantile(statistic.fraction(), counts);
        };
    }

    private double mean(int[] counts) {
        double sum = 0;
        long total = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[i] * counts[requests[i]];
            total += counts[requests[i]];
        }
        return total == 0 ? Double.NaN : sum / total;
    }

    private double quantile(double fraction, int[] counts) {
        long total = 0;
        for (int request : requests) {
            total += counts[request];
        }
        if (total == 0) {
            return Double.NaN;
        }
        double at = fraction * (total - 1);
        long below = (long) at;
        long above = Math.min(below + 1, total - 1);
        double low = Double.NaN;
        long passed = 0;
        for (int i = 0; i < values.length; i++) {
            long end = passed + counts[requests[i]];
            if (passed <= below && below < end) {
                low = values[i];
            }
            if (above < end) {
                return low + (at - below) * (values[i] - low);
            }
            passed = end;
        }
        return low;
    }
}
