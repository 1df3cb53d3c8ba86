package dev.stillgate.proxy.observe;

import dev.stillgate.proxy.observe.AccessRecord.GenAiCloud;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of OpenTelemetry's GenAI conventions, with their names and bounds: tokens, durations, and time to the first
 * token. Requests that did not reach the model are not counted.
 *
 * <p>No label value comes from the client. Labels are the operation, the provider, and the model named by the
 * <em>response</em>. The first {@value #MOST_MODELS} models have their own series; all others share {@code other}.
 */
final class GenAiMeters {
    static final int MOST_MODELS = 64;

    private static final String NO_MODEL = "";
    private static final String OTHER = "other";
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9._:/@+-]{1,80}");

    private final GenAiFamilies families;
    private final Map<Operation, Models> byOperation = new EnumMap<>(Operation.class);
    private final Map<GenAiCloud, Models> byCloud = new EnumMap<>(GenAiCloud.class);

    GenAiMeters(PrometheusRegistry registry) {
        families = new GenAiFamilies(registry);
        GenAiOperations.names().forEach((operation, name) -> {
            String api = GenAiOperations.api(operation);
            byOperation.put(operation, new Models(name, GenAiOperations.provider(api), api));
        });
        for (GenAiCloud cloud : GenAiCloud.values()) {
            byCloud.put(cloud, new Models("chat", cloud.label(), GenAiOperations.api(Operation.MESSAGES)));
        }
    }

    /**
     * Records a completed exchange, if it is a model request that reached the model.
     *
     * @param cloud the cloud that was called by its own API; null for others
     * @param model the model named by the response, null if unknown
     */
    void ended(
            Outcome outcome,
            Operation operation,
            @Nullable GenAiCloud cloud,
            @Nullable String model,
            boolean stream,
            long durationNanos) {
        Models models =
                cloud == null || operation != Operation.MESSAGES ? byOperation.get(operation) : byCloud.get(cloud);
        if (models == null || outcome instanceof Outcome.Rejected) {
            return;
        }
        models.of(model == null ? NO_MODEL : model).ended(outcome, error(outcome), stream, durationNanos);
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
        private final String name;
        private final String provider;
        private final String api;
        private final ConcurrentHashMap<String, GenAiFamilies.Series> seen = new ConcurrentHashMap<>();

        private Models(String name, String provider, String api) {
            this.name = name;
            this.provider = provider;
            this.api = api;
        }

        private GenAiFamilies.Series of(String model) {
            GenAiFamilies.Series existing = seen.get(model);
            return existing == null ? add(model) : existing;
        }

        private synchronized GenAiFamilies.Series add(String model) {
            boolean plain = model.isEmpty() || MODEL.matcher(model).matches();
            String name = seen.containsKey(model) || (seen.size() < MOST_MODELS && plain) ? model : OTHER;
            return seen.computeIfAbsent(name, this::series);
        }

        private GenAiFamilies.Series series(String model) {
            String[] labels = {
                "gen_ai_operation_name", name,
                "gen_ai_provider_name", provider,
                "gen_ai_response_model", model,
                "api", api
            };
            return families.series(api, labels);
        }
    }
}
