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
 * What OpenTelemetry's conventions for generative AI measure, by their names and bounds: tokens, time to the end of an
 * answer, to its beginning, and for each token. Only what reached the model counts.
 *
 * <p>Labels are few and none is the caller's: the operation, the provider, and the model as the <em>answer</em> names it,
 * of which the first {@value #MOST_MODELS} have a series each and all others share {@code other}.
 */
final class GenAiMeters {
    static final int MOST_MODELS = 64;

    private static final String NO_MODEL = "";
    private static final String OTHER = "other";
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9._:/@+-]{1,80}");
    private static final String[] ERRORS = {"", "4xx", "5xx", "upstream_failed", "truncated", "downstream_gone"};

    private final HistogramFamily tokens = HistogramFamily.ofCounts(
            "gen_ai_client_token_usage",
            "Tokens of an answered request, as its provider tells them or as they are estimated",
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
            "Time from a request's head to the end of its answer",
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
    private final HistogramFamily firsts = HistogramFamily.ofTimes(
            "gen_ai_server_time_to_first_token",
            "Time from a request's head to the head of a streamed answer",
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
    private final HistogramFamily paces = HistogramFamily.ofTimes(
            "gen_ai_server_time_per_output_token",
            "Time of a streamed answer after its first token, for each token that follows",
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
        List.of(tokens, durations, firsts, paces).forEach(registry::register);
    }

    /**
     * Counts an exchange that is over, if it asked a model something and reached it.
     *
     * @param model as the answer names it, null when there was none or it named none
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
            case Outcome.Rejected rejected -> throw new IllegalArgumentException("a model was not asked");
            case Outcome.UpstreamFailed failed -> 3;
            case Outcome.Truncated truncated -> 4;
            case Outcome.DownstreamGone gone -> 5;
        };
    }

    /** The models of one operation that were seen. */
    private final class Models {
        private final String provider;
        private final String api;
        private final ConcurrentHashMap<String, Series> seen = new ConcurrentHashMap<>();

        private Models(String provider, String api) {
            this.provider = provider;
            this.api = api;
        }

        private Series of(String model) {
            Series known = seen.get(model);
            return known == null ? added(model) : known;
        }

        private synchronized Series added(String model) {
            boolean plain = model.isEmpty() || MODEL.matcher(model).matches();
            String name = seen.containsKey(model) || (seen.size() < MOST_MODELS && plain) ? model : OTHER;
            return seen.computeIfAbsent(name, fresh -> new Series(provider, api, fresh));
        }
    }

    /** The histograms of one operation and model. */
    private final class Series {
        private final String[] labels;
        private final Buckets input;
        private final Buckets output;
        private final Buckets first;
        private final Buckets pace;
        private final @Nullable Buckets[] byError = new Buckets[ERRORS.length];

        private Series(String provider, String api, String model) {
            labels = new String[] {
                "gen_ai_operation_name", "chat",
                "gen_ai_provider_name", provider,
                "gen_ai_response_model", model,
                "api", api
            };
            input = tokens.with(and("gen_ai_token_type", "input"));
            output = tokens.with(and("gen_ai_token_type", "output"));
            first = firsts.with(labels);
            pace = paces.with(labels);
            byError[0] = durations.with(and("error_type", ERRORS[0]));
        }

        private String[] and(String label, String value) {
            String[] more = java.util.Arrays.copyOf(labels, labels.length + 2);
            more[labels.length] = label;
            more[labels.length + 1] = value;
            return more;
        }

        private Buckets duration(int error) {
            Buckets known = byError[error];
            return known == null ? failed(error) : known;
        }

        private synchronized Buckets failed(int error) {
            Buckets made = byError[error];
            if (made == null) {
                made = durations.with(and("error_type", ERRORS[error]));
                byError[error] = made;
            }
            return made;
        }
    }
}
