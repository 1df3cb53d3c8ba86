package dev.stillgate.loadtests.report;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Service level objectives of a single request. Without objectives every complete response is good.
 *
 * @param text the objectives as given
 * @param limits upper bounds in the unit of the figure
 */
record Slo(String text, Map<Metric, Double> limits) {
    /** Parses {@code ttft=500,itl=50,e2e=10000}; throws {@link IllegalArgumentException} naming an invalid part. */
    static Slo parse(String text) {
        Map<Metric, Double> limits = new EnumMap<>(Metric.class);
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            if (!part.matches("\\w+=\\d+(\\.\\d+)?")) {
                throw new IllegalArgumentException("--slo: expected FIGURE=MILLISECONDS, found " + part);
            }
            int equals = part.indexOf('=');
            limits.put(Metric.of(part.substring(0, equals)), Double.valueOf(part.substring(equals + 1)));
        }
        return new Slo(text, limits);
    }

    /**
     * Returns whether a request was completed and meets all objectives. A figure that it lacks is met, except that a
     * stream without output has no first token in time.
     */
    boolean isGood(RequestRecord request) {
        boolean silent = request.stream() && request.outputEventsNs().isEmpty();
        return request.completed()
                && !(silent && limits.containsKey(Metric.TTFT))
                && limits.entrySet().stream()
                        .allMatch(limit -> Arrays.stream(limit.getKey().measure(request))
                                .allMatch(value -> value <= limit.getValue()));
    }
}
