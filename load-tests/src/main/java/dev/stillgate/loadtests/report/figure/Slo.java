package dev.stillgate.loadtests.report.figure;

import dev.stillgate.loadtests.report.record.RequestRecord;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Service level objectives of a single request. Without objectives every complete response is good.
 *
 * @param limits bounds in the unit of the figure: upper ones for latencies, lower ones for throughput
 */
public record Slo(Map<Metric, Double> limits) {
    /** No objectives. */
    public static final Slo NONE = new Slo(Map.of());

    /**
     * Parses {@code ttft=500,itl=50,e2e=10000}.
     *
     * @throws IllegalArgumentException naming an invalid part
     */
    public static Slo parse(String text) {
        Map<Metric, Double> limits = new EnumMap<>(Metric.class);
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("--slo: expected FIGURE=MILLISECONDS, found " + part);
            }
            limits.put(Metric.of(part.substring(0, equals).strip()), limit(part, part.substring(equals + 1)));
        }
        return new Slo(limits);
    }

    private static double limit(String part, String digits) {
        try {
            double limit = Double.parseDouble(digits.strip());
            if (limit > 0 && Double.isFinite(limit)) {
                return limit;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--slo: " + part + " has no number", e);
        }
        throw new IllegalArgumentException("--slo: " + part + " is not above 0");
    }

    /**
     * Returns whether a request was completed and meets all objectives. A figure that it lacks is met, except that a
     * stream without output has no first token in time.
     */
    public boolean isGood(RequestRecord request) {
        return request.isCompleted()
                && limits.entrySet().stream().allMatch(each -> isMet(each.getKey(), each.getValue(), request));
    }

    private static boolean isMet(Metric metric, double limit, RequestRecord request) {
        if (metric == Metric.TTFT && request.stream() && request.outputs().isEmpty()) {
            return false;
        }
        for (double value : metric.measure(request)) {
            if (metric.isLatency() ? value > limit : value < limit) {
                return false;
            }
        }
        return true;
    }

    /** Returns the objectives in the form in which they are given. */
    public String text() {
        return limits.entrySet().stream()
                .map(each -> each.getKey().shortName() + "=" + plain(each.getValue()))
                .collect(Collectors.joining(","));
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
