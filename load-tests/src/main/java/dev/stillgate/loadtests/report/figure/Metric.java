package dev.stillgate.loadtests.report.figure;

import dev.stillgate.loadtests.report.record.RequestRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * A figure of complete responses, under AIPerf's name. Latencies are in milliseconds and begin at the intended start of
 * the request, so that a stalled server cannot hide the requests that it delayed (coordinated omission).
 */
public enum Metric {
    /** From the intended start to the first event with output. */
    TTFT("ttft", "time_to_first_token", "Time to First Token", "ms"),
    /** Mean time per token after the first output; AIPerf's inter-token latency is what vLLM calls TPOT. */
    ITL("itl", "inter_token_latency", "Inter Token Latency", "ms"),
    /** The same figure under vLLM's name. */
    TPOT("tpot", "time_per_output_token", "Time per Output Token", "ms"),
    /** Every single time between two consecutive events with output, which vLLM calls ITL. */
    ICL("icl", "inter_chunk_latency", "Inter Chunk Latency", "ms"),
    /** From the intended start to the last event with output; to the end of a response in one piece or without output. */
    E2E("e2e", "request_latency", "Request Latency", "ms"),
    /** Inverse of the inter-token latency. */
    USER("user", "output_token_throughput_per_user", "Output Token Throughput Per User", "tokens/sec/user"),
    OSL("osl", "output_sequence_length", "Output Sequence Length", "tokens"),
    ISL("isl", "input_sequence_length", "Input Sequence Length", "tokens"),
    /** From the intended to the actual start: lateness of the load generator, part of all latencies. */
    LAG("lag", "start_lag", "Start Lag", "ms");

    private static final double NANOS = 1e6;
    private static final double[] NONE = {};

    private final String shortName;
    private final String fieldName;
    private final String label;
    private final String unit;

    Metric(String shortName, String fieldName, String label, String unit) {
        this.shortName = shortName;
        this.fieldName = fieldName;
        this.label = label;
        this.unit = unit;
    }

    /** Returns the metric with a short name or AIPerf's name; throws {@link IllegalArgumentException} for another. */
    public static Metric of(String name) {
        for (Metric metric : values()) {
            if (metric.shortName.equals(name) || metric.fieldName.equals(name)) {
                return metric;
            }
        }
        throw new IllegalArgumentException("unknown figure " + name + "; expected one of "
                + List.of(values()).stream().map(Metric::shortName).toList());
    }

    public String shortName() {
        return shortName;
    }

    public String fieldName() {
        return fieldName;
    }

    public String label() {
        return label;
    }

    public String unit() {
        return unit;
    }

    /** Returns whether larger values are worse. */
    public boolean isLatency() {
        return unit.equals("ms");
    }

    /** Returns the values of a request, none if it was not completed or lacks what the figure needs. */
    public double[] measure(RequestRecord request) {
        if (!request.isCompleted()) {
            return NONE;
        }
        return switch (this) {
            case TTFT -> since(request.intended(), request.firstOutput());
            case E2E -> since(request.intended(), last(request));
            case LAG -> since(request.intended(), request.started());
            case ITL, TPOT -> perToken(request);
            case USER -> inverse(perToken(request));
            case ICL -> gaps(request.outputs());
            case OSL -> count(request.outputTokens());
            case ISL -> count(request.inputTokens());
        };
    }

    private static long last(RequestRecord request) {
        return request.stream() && !request.outputs().isEmpty() ? request.lastOutput() : request.ended();
    }

    private static double[] since(long begin, long end) {
        return end == RequestRecord.NONE ? NONE : new double[] {(end - begin) / NANOS};
    }

    private static double[] count(int number) {
        return number == RequestRecord.NONE ? NONE : new double[] {number};
    }

    private static double[] perToken(RequestRecord request) {
        if (request.outputTokens() < 2 || request.outputs().size() < 2) {
            return NONE;
        }
        return new double[] {(request.lastOutput() - request.firstOutput()) / NANOS / (request.outputTokens() - 1)};
    }

    private static double[] inverse(double[] millis) {
        return millis.length == 0 || millis[0] <= 0 ? NONE : new double[] {1000 / millis[0]};
    }

    private static double[] gaps(List<Long> times) {
        List<Double> gaps = new ArrayList<>();
        for (int i = 1; i < times.size(); i++) {
            gaps.add((times.get(i) - times.get(i - 1)) / NANOS);
        }
        return gaps.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
