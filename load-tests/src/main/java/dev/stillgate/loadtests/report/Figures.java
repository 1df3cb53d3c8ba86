package dev.stillgate.loadtests.report;

import dev.stillgate.loadtests.report.RequestRecord.Outcome;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Figures of one run. Distributions are those of complete responses.
 *
 * @param records at least one
 */
record Figures(List<RequestRecord> records, Slo slo) {
    private static final double NANOS = 1e9;

    /** Returns the distribution of a figure, empty if no response has it. */
    Distribution of(Metric metric) {
        return new Distribution(records.stream()
                .flatMapToDouble(each -> Arrays.stream(metric.measure(each)))
                .toArray());
    }

    /** Returns the number of requests with an outcome. */
    int count(Outcome outcome) {
        return (int) records.stream().filter(each -> each.outcome() == outcome).count();
    }

    /** Returns the number of complete responses that meet the objectives. */
    int good() {
        return (int) records.stream().filter(slo::isGood).count();
    }

    /**
     * Returns the time from the first intended start to the end of the last complete response in seconds, over which
     * throughputs are measured. A request that hangs does not lengthen it.
     */
    double seconds() {
        boolean none = count(Outcome.COMPLETED) == 0;
        long end = records.stream()
                .filter(each -> none || each.completed())
                .mapToLong(RequestRecord::lastEventNs)
                .max()
                .orElse(0);
        return Math.max(1e-9, (end - starts().min().orElse(0)) / NANOS);
    }

    private LongStream starts() {
        return records.stream().mapToLong(RequestRecord::intendedNs);
    }

    /**
     * Returns the good responses per second of arrivals, which the wait for the last responses does not lower; for
     * arrivals all at one time, per second of the run.
     */
    double goodput() {
        double offered = offered();
        return offered > 0 ? offered * good() / records.size() : good() / seconds();
    }

    /** Returns the mean rate at which the schedule sent requests, per second; 0 for a single request. */
    double offered() {
        double length = (starts().max().orElse(0) - starts().min().orElse(0)) / NANOS;
        return length <= 0 ? 0 : (records.size() - 1) / length;
    }

    /** Returns the number of output tokens of all complete responses. */
    long outputTokens() {
        return (long) of(Metric.OSL).sum();
    }

    /** Returns the numbers of refused or failed requests by status and code, or by error. */
    Map<String, Integer> reasons(Outcome outcome) {
        Map<String, Integer> counts = new TreeMap<>();
        for (RequestRecord each : records) {
            if (each.outcome() == outcome) {
                String why = each.code() != null ? each.code() : each.error() != null ? each.error() : "unknown";
                counts.merge((each.status() == 0 ? "" : each.status() + " ") + why, 1, Integer::sum);
            }
        }
        return counts;
    }
}
