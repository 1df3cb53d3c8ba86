package dev.stillgate.proxy.observe;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
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
    private final ConcurrentHashMap<Operation, Models> byOperation = new ConcurrentHashMap<>();

    /** Operations of clouds, by cloud. */
    private final ConcurrentHashMap<String, ConcurrentHashMap<Operation, Models>> byCloud = new ConcurrentHashMap<>();

    GenAiMeters(PrometheusRegistry registry) {
        families = new GenAiFamilies(registry);
    }

    /**
     * Records a completed exchange, if it is a model request that reached the model.
     *
     * @param cloud the {@code gen_ai.provider.name} of the cloud that was called by its own API; null for others
     * @param model the model named by the response, null if unknown
     */
    void ended(
            Outcome outcome,
            Operation operation,
            @Nullable String cloud,
            @Nullable String model,
            boolean stream,
            long durationNanos) {
        String name = operation.genAi();
        Provider provider = operation.provider();
        if (name == null || provider == null || outcome instanceof Outcome.Rejected) {
            return;
        }
        ConcurrentHashMap<Operation, Models> operations =
                cloud == null ? byOperation : byCloud.computeIfAbsent(cloud, absent -> new ConcurrentHashMap<>());
        Models models = operations.get(operation);
        if (models == null) {
            models = operations.computeIfAbsent(
                    operation,
                    added -> new Models(
                            name, cloud == null ? provider.name() : cloud, added.label(), !provider.countsCached()));
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
        private final boolean addsCached;
        private final ConcurrentHashMap<String, GenAiFamilies.Series> seen = new ConcurrentHashMap<>();

        private Models(String name, String provider, String api, boolean addsCached) {
            this.addsCached = addsCached;
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
            return families.series(addsCached, labels);
        }
    }
}
