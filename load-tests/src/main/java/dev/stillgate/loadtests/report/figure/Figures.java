package dev.stillgate.loadtests.report.figure;

import dev.stillgate.loadtests.report.record.Outcome;
import dev.stillgate.loadtests.report.record.RequestRecord;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Figures of one run. Distributions are those of complete responses. */
public final class Figures {
    private static final double NANOS = 1e9;

    /** The limit in the text of a refusal by token-bucket. */
    private static final Pattern LIMIT = Pattern.compile(
            "\\(([^()]+, refilled at [^()]+)\\)" + "|limit is (\\d[^.]+)\\.|(shares a limit with linked accounts)");

    private final List<RequestRecord> records;
    private final Slo slo;
    private final Map<Metric, Distribution> distributions = new EnumMap<>(Metric.class);

    /** @param records at least one */
    public Figures(List<RequestRecord> records, Slo slo) {
        this.records = records;
        this.slo = slo;
        for (Metric metric : Metric.values()) {
            double[] values = records.stream()
                    .flatMapToDouble(each -> Arrays.stream(metric.measure(each)))
                    .toArray();
            distributions.put(metric, Distribution.of(values));
        }
    }

    public List<RequestRecord> records() {
        return records;
    }

    public Slo slo() {
        return slo;
    }

    /** Returns the distribution of a figure, empty if no response has it. */
    public Distribution of(Metric metric) {
        return distributions.getOrDefault(metric, Distribution.of(new double[0]));
    }

    public int total() {
        return records.size();
    }

    /** Returns the number of requests with an outcome. */
    public int count(Outcome outcome) {
        return (int) records.stream().filter(each -> each.outcome() == outcome).count();
    }

    /** Returns the number of complete responses that meet the objectives. */
    public int good() {
        return (int) records.stream().filter(slo::isGood).count();
    }

    /** Returns the share of good responses among all requests, refused and failed ones included. */
    public double goodFraction() {
        return good() / (double) total();
    }

    /**
     * Returns the time from the first intended start to the end of the last complete response in seconds, over which
     * throughputs are measured. A request that hangs does not lengthen it.
     */
    public double seconds() {
        long end = records.stream()
                .filter(RequestRecord::isCompleted)
                .mapToLong(RequestRecord::ended)
                .max()
                .orElse(lastEnd());
        return sinceFirst(end);
    }

    /** Returns the time from the first intended start to the end of the last request in seconds, however it ended. */
    public double length() {
        return sinceFirst(lastEnd());
    }

    private long lastEnd() {
        return records.stream().mapToLong(RequestRecord::ended).max().orElse(0);
    }

    private double sinceFirst(long end) {
        return Math.max(1e-9, (end - firstIntended()) / NANOS);
    }

    /**
     * Returns the good responses per second of arrivals, which the wait for the last responses does not lower; for
     * arrivals all at one time, per second of the run.
     */
    public double goodput() {
        double offered = offered();
        return offered > 0 ? offered * goodFraction() : good() / seconds();
    }

    private long firstIntended() {
        return records.stream().mapToLong(RequestRecord::intended).min().orElse(0);
    }

    /** Returns the mean rate at which the schedule sent requests, per second; 0 for a single request. */
    public double offered() {
        long last = records.stream().mapToLong(RequestRecord::intended).max().orElse(0);
        double length = (last - firstIntended()) / NANOS;
        return length <= 0 ? 0 : (total() - 1) / length;
    }

    /** Returns the number of output tokens of all complete responses. */
    public long outputTokens() {
        return records.stream()
                .filter(RequestRecord::isCompleted)
                .mapToLong(each -> Math.max(0, each.outputTokens()))
                .sum();
    }

    /** Returns the numbers of refused requests by status and code, and by limit where the text names it. */
    public Map<String, Integer> refused() {
        return counts(Outcome.REFUSED, each -> reason(each) + limit(each));
    }

    private static String limit(RequestRecord request) {
        Matcher limit = LIMIT.matcher(request.error() == null ? "" : request.error());
        return !limit.find()
                ? ""
                : Stream.of(1, 2, 3)
                        .map(limit::group)
                        .filter(Objects::nonNull)
                        .map(each -> " (" + each + ")")
                        .collect(Collectors.joining());
    }

    /** Returns the numbers of failed requests by status and code, or by error. */
    public Map<String, Integer> failed() {
        return counts(Outcome.FAILED, Figures::reason);
    }

    /** Returns the numbers of complete responses by the model that they name. */
    public Map<String, Integer> models() {
        return counts(Outcome.COMPLETED, each -> each.model() == null ? "(not named)" : each.model());
    }

    private Map<String, Integer> counts(Outcome outcome, Function<RequestRecord, String> key) {
        Map<String, Integer> counts = new TreeMap<>();
        records.stream()
                .filter(each -> each.outcome() == outcome)
                .forEach(each -> counts.merge(key.apply(each), 1, Integer::sum));
        return counts;
    }

    private static String reason(RequestRecord request) {
        String why = request.code() != null ? request.code() : request.error() == null ? "unknown" : request.error();
        return request.status() == 0 ? why : request.status() + " " + why;
    }
}
