package dev.stillgate.proxy.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpMetricsTest {
    private static MetricSnapshot counter(String name) {
        return CounterSnapshot.builder()
                .name(name)
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .value(1)
                        .build())
                .build();
    }

    private static MetricSnapshot histogram(String name) {
        return HistogramSnapshot.builder()
                .name(name)
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(ClassicHistogramBuckets.builder()
                                .bucket(Double.POSITIVE_INFINITY, 1)
                                .build())
                        .build())
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "gen_ai_client_inference_usage_input_tokens,counter,gen_ai.client.inference.usage.input_tokens",
        "gen_ai_client_inference_usage_cache_read_input_tokens,counter,"
                + "gen_ai.client.inference.usage.cache_read.input_tokens",
        "gen_ai_client_inference_usage_reasoning_output_tokens,counter,"
                + "gen_ai.client.inference.usage.reasoning.output_tokens",
        "gen_ai_client_inference_operation_output_tokens,histogram,gen_ai.client.inference.operation.output_tokens",
        "gen_ai_client_inference_duration_seconds,histogram,gen_ai.client.inference.duration",
        "gen_ai_client_inference_time_to_first_chunk_seconds,histogram,gen_ai.client.inference.time_to_first_chunk",
        "gen_ai_server_time_per_output_token_seconds,histogram,gen_ai.server.time_per_output_token",
        "stillgate_reasons,counter,stillgate_reasons"
    })
    void namesAreThoseOfTheConventions(String prometheus, String kind, String expected) {
        MetricSnapshot metric = kind.equals("counter") ? counter(prometheus) : histogram(prometheus);
        assertThat(OtlpMetrics.message(new MetricSnapshots(metric), 0, 1).toString())
                .contains("name=" + expected + ",");
    }

    /** Without it a backend takes the cumulative counters of several gateways for one series that is reset again and again. */
    @Test
    void resourceNamesTheProcess() {
        String instance =
                "\\{key=service.instance.id, value=\\{stringValue=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}}}";

        assertThat(OtlpMetrics.message(new MetricSnapshots(counter("a")), 0, 1).toString())
                .containsPattern(instance);
        assertThat(OtlpJson.message("Spans", List.of()).toString()).containsPattern(instance);
        assertThat(OtlpJson.attributes("stillgate-0")).contains(OtlpJson.attribute("host.name", "stillgate-0"));
        assertThat(OtlpJson.attributes(null)).hasSize(3);
    }
}
