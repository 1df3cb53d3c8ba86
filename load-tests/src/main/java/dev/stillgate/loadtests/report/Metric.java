package dev.stillgate.loadtests.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A figure of complete responses, under AIPerf's name. Latencies are in milliseconds and begin at the intended start of
 * the request, so that a stalled server cannot hide the requests that it delayed (coordinated omission).
 */
enum Metric {
    /** From the intended start to the first event with output. */
    TTFT("time_to_first_token", "Time to first token (ms)", "ms", each -> since(each, first(each.outputEventsNs()))),
    /** Mean time per token after the first output; AIPerf's inter-token latency is what vLLM calls TPOT. */
    ITL("inter_token_latency", "Inter-token latency = TPOT (ms)", "ms", Metric::perToken),
    /** Every single time between two consecutive events with output, which vLLM calls ITL. */
    ICL("inter_chunk_latency", "Between chunks (ms)", "ms", each -> gaps(each.outputEventsNs())),
    /** From the intended start to the last event with output; to the end of a response in one piece or without output. */
    E2E("request_latency", "Request latency (ms)", "ms", each -> since(each, end(each))),
    OSL("output_sequence_length", "Output tokens", "tokens", each -> count(each.outputTokens())),
    ISL("input_sequence_length", "Input tokens", "tokens", each -> count(each.inputTokens())),
    /** From the intended to the actual start: lateness of the load generator, part of all latencies. */
    LAG("start_lag", "Start lag of the load (ms)", "ms", each -> since(each, each.startedNs()));

    private static final double NANOS = 1e6;

    final String fieldName;
    final String label;
    final String unit;

    @SuppressWarnings("ImmutableEnumChecker") // references of methods without state
    private final Function<RequestRecord, double[]> values;

    Metric(String fieldName, String label, String unit, Function<RequestRecord, double[]> values) {
        this.fieldName = fieldName;
        this.label = label;
        this.unit = unit;
        this.values = values;
    }

    /** Returns the metric with a short name or AIPerf's name; throws {@link IllegalArgumentException} for another. */
    static Metric of(String name) {
        return Arrays.stream(values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name) || each.fieldName.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown figure " + name));
    }

    @Override
    public String toString() {
        return fieldName;
    }

    /** Returns the values of a request, none if it was not completed or lacks what the figure needs. */
    double[] measure(RequestRecord request) {
        return request.completed() ? values.apply(request) : new double[0];
    }

    private static @Nullable Long first(List<Long> times) {
        return times.isEmpty() ? null : times.getFirst();
    }

    private static long end(RequestRecord request) {
        List<Long> outputs = request.outputEventsNs();
        return request.stream() && !outputs.isEmpty() ? outputs.getLast() : request.lastEventNs();
    }

    private static double[] since(RequestRecord request, @Nullable Long time) {
        return time == null ? new double[0] : new double[] {(time - request.intendedNs()) / NANOS};
    }

    private static double[] count(@Nullable Integer tokens) {
        return tokens == null ? new double[0] : new double[] {tokens};
    }

    private static double[] gaps(List<Long> times) {
        return IntStream.range(1, times.size())
                .mapToDouble(i -> (times.get(i) - times.get(i - 1)) / NANOS)
                .toArray();
    }

    private static double[] perToken(RequestRecord request) {
        List<Long> outputs = request.outputEventsNs();
        Integer tokens = request.outputTokens();
        return tokens == null || tokens < 2 || outputs.size() < 2
                ? new double[0]
                : new double[] {(outputs.getLast() - outputs.getFirst()) / NANOS / (tokens - 1)};
    }
}
