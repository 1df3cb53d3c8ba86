package dev.stillgate.proxy.observe;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;

/**
 * GenAI metrics by the names of OpenTelemetry's semantic conventions up to 1.41: tokens, request duration, time to first
 * token, and time per output token.
 */
final class GenAiServerFamilies {
    private final HistogramFamily tokens = HistogramFamily.ofCounts(
            "gen_ai_client_token_usage",
            "Tokens of a request, as reported by the provider or as estimated",
            GenAiBounds.TOKENS);
    private final HistogramFamily durations = HistogramFamily.ofTimes(
            "gen_ai_server_request_duration",
            "Time from a request's head to the end of its response",
            GenAiBounds.DURATIONS);
    private final HistogramFamily timesToFirstToken = HistogramFamily.ofTimes(
            "gen_ai_server_time_to_first_token",
            "Time from a request's head to the head of a streamed response",
            GenAiBounds.FIRST_BYTES);
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

    GenAiServerFamilies(PrometheusRegistry registry) {
        List.of(tokens, durations, timesToFirstToken, timesPerToken).forEach(registry::register);
    }

    GenAiSeries series(String api, String[] labels) {
        return new Series(labels);
    }

    private final class Series implements GenAiSeries {
        private final FixedHistogram input;
        private final FixedHistogram output;
        private final FixedHistogram first;
        private final FixedHistogram pace;
        private final ByError duration;

        private Series(String[] labels) {
            input = tokens.with(ByError.and(labels, "gen_ai_token_type", "input"));
            output = tokens.with(ByError.and(labels, "gen_ai_token_type", "output"));
            first = timesToFirstToken.with(labels);
            pace = timesPerToken.with(labels);
            duration = new ByError(durations, labels);
        }

        @Override
        public void ended(Outcome outcome, int error, boolean stream, long durationNanos) {
            duration.of(error).record(durationNanos);
            Usage usage = outcome.usage();
            input.record(usage.input());
            output.record(usage.output());
            if (stream && error == 0 && outcome.firstByteNanos() >= 0) {
                first.record(outcome.firstByteNanos());
                if (usage.output() > 1) {
                    pace.record((durationNanos - outcome.firstByteNanos()) / (usage.output() - 1));
                }
            }
        }
    }
}
