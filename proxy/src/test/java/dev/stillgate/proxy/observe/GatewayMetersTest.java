package dev.stillgate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GatewayMetersTest {
    private static final long MILLI = 1_000_000;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final GatewayMeters meters = new GatewayMeters(registry);

    private void ended(Outcome outcome, @Nullable String model, boolean stream) {
        meters.exchangeStarted();
        meters.exchangeEnded(outcome, 2_100 * MILLI, Operation.MESSAGES, model, stream);
    }

    private static Outcome.Served served(Usage.Source source, long input, long output) {
        return new Outcome.Served(200, new Usage(source, input, output, -1, -1, -1), 10, 100 * MILLI);
    }

    private double tokens(String direction, String source) {
        return registry.get("stillgate.tokens")
                .tags("direction", direction, "source", source)
                .counter()
                .count();
    }

    /** Returns the value of the sample whose line begins with the name and contains the label. */
    private double sample(String name, String label) {
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith(name) && line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .reduce((a, b) -> {
                    throw new AssertionError("several samples of " + name);
                })
                .orElseThrow(() -> new AssertionError("no sample of " + name + " in " + registry.scrape()));
    }

    @Test
    void estimatedAndExactTokensAreCountedSeparately() {
        ended(served(Usage.Source.EXACT, 100, 20), null, false);
        ended(served(Usage.Source.ESTIMATED, 30, 7), null, false);
        ended(served(Usage.Source.ESTIMATED, -1, 4), null, false);
        ended(served(Usage.Source.NONE, -1, -1), null, false);
        assertThat(tokens("input", "exact")).isEqualTo(100);
        assertThat(tokens("output", "exact")).isEqualTo(20);
        assertThat(tokens("input", "estimated")).isEqualTo(30);
        assertThat(tokens("output", "estimated")).isEqualTo(11);
    }

    /** The alert StillgateOverhead asks for 20 ms, which a quantile can tell only at a bound. */
    @Test
    void overheadHasABoundOfTwentyMilliseconds() {
        meters.bodyOverhead(11 * MILLI);
        meters.bodyOverhead(45 * MILLI);

        assertThat(sample("stillgate_overhead_seconds_bucket", "part=\"body\",le=\"0.02\""))
                .isEqualTo(1);
    }

    @Test
    void streamIsMeasuredWithOpenTelemetryNames() {
        ended(served(Usage.Source.EXACT, 100, 21), "stub-1", true);

        String labels = "gen_ai_response_model=\"stub-1\"";
        assertThat(sample("gen_ai_client_inference_operation_input_tokens_sum", labels))
                .isEqualTo(100);
        assertThat(sample("gen_ai_client_inference_operation_input_tokens_bucket", labels + ",le=\"64.0\""))
                .isZero();
        assertThat(sample("gen_ai_client_inference_duration_seconds_sum", labels))
                .isEqualTo(2.1);
        assertThat(sample("gen_ai_client_inference_time_to_first_chunk_seconds_sum", labels))
                .isEqualTo(0.1);
        assertThat(sample("gen_ai_server_time_per_output_token_seconds_sum", labels))
                .isEqualTo(0.1);
        assertThat(registry.scrape())
                .contains("gen_ai_provider_name=\"anthropic\"")
                .contains("stillgate_exchange_duration_seconds_bucket{le=\"2.5\"} 1");
    }

    @Test
    void cachedInputAndStreamsAreCounted() {
        Usage usage = new Usage(Usage.Source.EXACT, 100, 21, 40, 8, 5);
        ended(new Outcome.Served(200, usage, 10, 100 * MILLI), "stub-1", true);
        ended(served(Usage.Source.NONE, -1, -1), "stub-1", false);

        String counter = "gen_ai_client_inference_usage_";
        String labels = "gen_ai_token_modality=\"unknown\"";
        assertThat(sample(counter + "input_tokens_total", labels)).isEqualTo(148);
        assertThat(sample(counter + "output_tokens_total", labels)).isEqualTo(21);
        assertThat(sample(counter + "cache_read_input_tokens_total", labels)).isEqualTo(40);
        assertThat(sample(counter + "cache_write_input_tokens_total", labels)).isEqualTo(8);
        assertThat(sample(counter + "reasoning_output_tokens_total", labels)).isEqualTo(5);
        assertThat(sample("gen_ai_client_inference_operation_input_tokens_count", "stub-1"))
                .isOne();
        assertThat(sample("gen_ai_client_inference_duration_seconds_count", "stub-1"))
                .isEqualTo(2);
        assertThat(sample("gen_ai_client_inference_time_to_first_chunk_seconds_count", "stub-1"))
                .isOne();
    }

    @Test
    void cachedInputOfOpenAiIsNotAddedAgain() {
        meters.exchangeStarted();
        meters.exchangeEnded(
                new Outcome.Served(200, new Usage(Usage.Source.EXACT, 100, 21, 40, -1, -1), 10, 5),
                MILLI,
                Operation.RESPONSES,
                "m",
                false);
        assertThat(sample("gen_ai_client_inference_usage_input_tokens_total", "openai"))
                .isEqualTo(100);
    }

    @Test
    void errorsAreLabelledAndRefusalsAreNotCounted() {
        ended(new Outcome.Rejected(429, Usage.NONE, 10, 5, "limits", "requests"), null, false);
        assertThat(registry.scrape()).doesNotContain("gen_ai_client_inference_duration_seconds_count");

        ended(new Outcome.Served(503, Usage.NONE, 10, 5), null, false);
        ended(new Outcome.Truncated(200, Usage.NONE, 10, 5, "idle-timeout"), null, true);
        assertThat(sample("gen_ai_client_inference_duration_seconds_count", "error_type=\"5xx\""))
                .isOne();
        assertThat(sample("gen_ai_client_inference_duration_seconds_count", "error_type=\"truncated\""))
                .isOne();
        assertThat(sample("gen_ai_client_inference_duration_seconds_count", "error_type=\"\""))
                .isZero();
    }

    @Test
    void inventedModelsShareOneSeries() {
        for (int i = 0; i < 10_000; i++) {
            ended(served(Usage.Source.EXACT, 1, 1), "model-" + i, false);
        }
        ended(served(Usage.Source.EXACT, 1, 1), "a\"} 1\nforged{", false);
        long series = registry.scrape()
                .lines()
                .filter(line -> line.startsWith("gen_ai_client_inference_time_to_first_chunk_seconds_count"))
                .count();
        assertThat(series).isEqualTo(GenAiMeters.MOST_MODELS + 1);
        assertThat(registry.scrape()).doesNotContain("forged");
    }
}
