package dev.stillgate.proxy.observe;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * GenAI metrics by the names of OpenTelemetry's GenAI conventions 0.1: the gateway is the client of the model. Input
 * includes cached tokens. The time per output chunk is left out: it would cost a measurement for each event.
 */
final class GenAiClientFamilies {
    private static final String MODALITY = "gen_ai_token_modality";
    private static final String MESSAGES = "messages";

    private final HistogramFamily durations = HistogramFamily.ofTimes(
            "gen_ai_client_inference_duration",
            "Time from a request's head to the end of its response",
            GenAiBounds.DURATIONS);
    private final HistogramFamily firstChunks = HistogramFamily.ofTimes(
            "gen_ai_client_inference_time_to_first_chunk",
            "Time from a request's head to the head of a streamed response",
            GenAiBounds.FIRST_BYTES);
    private final HistogramFamily inputs = HistogramFamily.ofCounts(
            "gen_ai_client_inference_operation_input_tokens",
            "Input tokens of a request, cached ones included",
            GenAiBounds.TOKENS);
    private final HistogramFamily outputs = HistogramFamily.ofCounts(
            "gen_ai_client_inference_operation_output_tokens", "Output tokens of a response", GenAiBounds.TOKENS);
    private final CounterFamily input = usage("input_tokens", "Input tokens used, cached ones included");
    private final CounterFamily output = usage("output_tokens", "Output tokens used, reasoning included");
    private final CounterFamily cacheRead = usage("cache_read_input_tokens", "Input tokens read from a cache");
    private final CounterFamily cacheWrite = usage("cache_write_input_tokens", "Input tokens written to a cache");
    private final CounterFamily reasoning = usage("reasoning_output_tokens", "Output tokens that were reasoning");

    GenAiClientFamilies(PrometheusRegistry registry) {
        List.of(durations, firstChunks, inputs, outputs).forEach(registry::register);
        List.of(input, output, cacheRead, cacheWrite, reasoning).forEach(registry::register);
    }

    private static CounterFamily usage(String name, String help) {
        return new CounterFamily("gen_ai_client_inference_usage_" + name, help);
    }

    GenAiSeries series(String api, String[] labels) {
        return new Series(api.equals(MESSAGES), labels);
    }

    private final class Series implements GenAiSeries {
        private final boolean inputExcludesCache;
        private final ByError duration;
        private final FixedHistogram first;
        private final FixedHistogram inputOf;
        private final FixedHistogram outputOf;
        private final LongAdder usedInput;
        private final LongAdder usedOutput;
        private final LongAdder usedCacheRead;
        private final LongAdder usedCacheWrite;
        private final LongAdder usedReasoning;

        /** Creates empty series; {@code inputExcludesCache}: whether the provider counts cached input separately. */
        private Series(boolean inputExcludesCache, String[] labels) {
            this.inputExcludesCache = inputExcludesCache;
            String[] counted = ByError.and(labels, MODALITY, "unknown"); // providers do not say which tokens are images
            duration = new ByError(durations, labels);
            first = firstChunks.with(labels);
            inputOf = inputs.with(labels);
            outputOf = outputs.with(labels);
            usedInput = input.with(counted);
            usedOutput = output.with(counted);
            usedCacheRead = cacheRead.with(counted);
            usedCacheWrite = cacheWrite.with(counted);
            usedReasoning = reasoning.with(counted);
        }

        @Override
        public void ended(Outcome outcome, int error, boolean stream, long durationNanos) {
            duration.of(error).record(durationNanos);
            if (stream && error == 0) {
                first.record(outcome.firstByteNanos());
            }
            Usage usage = outcome.usage();
            long read = Math.max(0, usage.cacheRead());
            long written = Math.max(0, usage.cacheWrite());
            long all = usage.input() < 0 || !inputExcludesCache ? usage.input() : usage.input() + read + written;
            inputOf.record(all);
            outputOf.record(usage.output());
            usedInput.add(Math.max(0, all));
            usedOutput.add(Math.max(0, usage.output()));
            usedCacheRead.add(read);
            usedCacheWrite.add(written);
            usedReasoning.add(Math.max(0, usage.reasoning()));
        }
    }
}
