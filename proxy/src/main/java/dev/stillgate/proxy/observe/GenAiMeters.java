package dev.stillgate.proxy.observe;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of OpenTelemetry's GenAI conventions, with their names and bounds: tokens, request duration, time to first
 * token, and time per output token. Requests that did not reach the model are not counted.
 *
 * <p>No label value comes from the client. Labels are the operation, the provider, and the model named by the
 * <em>response</em>. The first {@value #MOST_MODELS} models have their own series; all others share {@code other}.
 */
final class GenAiMeters {
    static final int MOST_MODELS = 64;

    private static final String NO_MODEL = "";
    private static final String OTHER = "other";
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9._:/@+-]{1,80}");
    private static final String[] ERRORS = {"", "4xx", "5xx", "upstream_failed", "truncated", "downstream_gone"};

    private final HistogramFamily tokens = HistogramFamily.ofCounts(
            "gen_ai_client_token_usage",
            "Tokens of a request, as reported by the provider or as estimated",
            1,
            4,
            16,
            64,
            256,
            1024,
            4096,
            16384,
            65536,
            262144,
            1048576,
            4194304,
            16777216,
            67108864);
    private final HistogramFamily durations = HistogramFamily.ofTimes(
            "gen_ai_server_request_duration",
            "Time from a request's head to the end of its response",
            0.01,
            0.02,
            0.04,
            0.08,
            0.16,
            0.32,
            0.64,
            1.28,
            2.56,
            5.12,
            10.24,
            20.48,
            40.96,
            81.92,
            163.84,
            327.68);
    private final HistogramFamily timesToFirstToken = HistogramFamily.ofTimes(
            "gen_ai_server_time_to_first_token",
            "Time from a request's head to the head of a streamed response",
            0.001,
            0.005,
            0.01,
            0.02,
            0.04,
            0.06,
            0.08,
            0.1,
            0.25,
            0.5,
            0.75,
            1,
            2.5,
            5,
            7.5,
            10,
            30,
            60);
    private final HistogramFamily timesPerToken = HistogramFamily.ofTimes(
            "gen_ai_server_time_per_output_token",
            "Time per output token of a streamed response, after its first token",
            0.001,
            0.0025,
            0.005,
            0.01,
            0.025,
            0.05,
            0.075,
            0.1,
            0.15,
            0.2,
            0.3,
            0.4,
            0.5,
            0.75,
            1,
            2.5);

    private final Map<Operation, Models> byOperation = new EnumMap<>(Operation.class);

    GenAiMeters(PrometheusRegistry registry) {
        byOperation.put(Operation.MESSAGES, new Models("anthropic", "messages"));
        byOperation.put(Operation.CHAT_COMPLETIONS, new Models("openai", "chat_completions"));
        byOperation.put(Operation.RESPONSES, new Models("openai", "responses"));
        List.of(tokens, durations, timesToFirstToken, timesPerToken).forEach(registry::register);
    }

    /**
     * Records a completed exchange, if it is a model request that reached the model.
     *
     * @param model the model named by the response, null if unknown
     */
    void ended(Outcome outcome, Operation operation, @Nullable String model, boolean stream, long durationNanos) {
        Models models = byOperation.get(operation);
        if (models == null || outcome instanceof Outcome.Rejected) {
            return;
        }
        Series series = models.of(model == null ? NO_MODEL : model);
        int error = error(outcome);
        series.duration(error).record(durationNanos);
        Usage usage = outcome.usage();
        series.input.record(usage.input());
        series.output.record(usage.output());
        if (stream && error == 0 && outcome.firstByteNanos() >= 0) {
            series.first.record(outcome.firstByteNanos());
            if (usage.output() > 1) {
                series.pace.record((durationNanos - outcome.firstByteNanos()) / (usage.output() - 1));
            }
        }
    }

    private static int error(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Served served -> served.status() < 400 ? 0 : served.status() < 500 ? 1 : 2;
            case Outcome.Rejected rejected ->
                throw new IllegalArgumentException("a rejected exchange did not reach the model");
            case Outcome.UpstreamFailed failed -> 3;
            case Outcome.Truncated truncated -> 4;
            case Outcome.DownstreamGone gone -> 5;
        };
    }

    /** The series of one operation, by model. */
    private final class Models {
        private final String provider;
        private final String api;
        private final ConcurrentHashMap<String, Series> seen = new ConcurrentHashMap<>();

        private Models(String provider, String api) {
            this.provider = provider;
            this.api = api;
        }

        private Series of(String model) {
            Series existing = seen.get(model);
            return existing == null ? add(model) : existing;
        }

        private synchronized Series add(String model) {
            boolean plain = model.isEmpty() || MODEL.matcher(model).matches();
            String name = seen.containsKey(model) || (seen.size() < MOST_MODELS && plain) ? model : OTHER;
            return seen.computeIfAbsent(name, fresh -> new Series(provider, api, fresh));
        }
    }

    /** The histograms of one operation and model. */
    private final class Series {
        private final String[] labels;
        private final FixedHistogram input;
        private final FixedHistogram output;
        private final FixedHistogram first;
        private final FixedHistogram pace;
        private final @Nullable FixedHistogram[] byError = new FixedHistogram[ERRORS.length];

        private Series(String provider, String api, String model) {
            labels = new String[] {
                "gen_ai_operation_name", "chat",
                "gen_ai_provider_name", provider,
                "gen_ai_response_model", model,
                "api", api
            };
            input = tokens.with(and("gen_ai_token_type", "input"));
            output = tokens.with(and("gen_ai_token_type", "output"));
            first = timesToFirstToken.with(labels);
            pace = timesPerToken.with(labels);
            byError[0] = durations.with(and("error_type", ERRORS[0]));
        }

        private String[] and(String label, String value) {
            String[] more = java.util.Arrays.copyOf(labels, labels.length + 2);
            more[labels.length] = label;
            more[labels.length + 1] = value;
            return more;
        }

        private FixedHistogram duration(int error) {
            FixedHistogram existing = byError[error];
            return existing == null ? failed(error) : existing;
        }

        private synchronized FixedHistogram failed(int error) {
            FixedHistogram existing = byError[error];
            if (existing == null) {
                existing = durations.with(and("error_type", ERRORS[error]));
                byError[error] = existing;
            }
            return existing;
        }
    }
}
