package dev.stillgate.proxy.observe;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * GenAI metrics by the names of OpenTelemetry's GenAI conventions 0.1: the gateway is the client of the model. Input
 * includes cached tokens. The time per output chunk would cost a measurement for each event: instead there is the time
 * per output token of the conventions for servers. The bounds of histograms are those of the conventions.
 */
final class GenAiFamilies {
    private static final String MODALITY = "gen_ai_token_modality";
    private static final double[] TOKENS = {
        1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864
    };

    /** In seconds. */
    private static final double[] DURATIONS = {
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68
    };

    /** In seconds. */
    private static final double[] FIRST_BYTES = {
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60
    };

    /** In seconds. */
    private static final double[] PACES = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5
    };

    private final HistogramFamily durations = HistogramFamily.ofTimes(
            "gen_ai_client_inference_duration", "Time from a request's head to the end of its response", DURATIONS);
    private final HistogramFamily firstChunks = HistogramFamily.ofTimes(
            "gen_ai_client_inference_time_to_first_chunk",
            "Time from a request's head to the head of a streamed response",
            FIRST_BYTES);
    private final HistogramFamily timesPerToken = HistogramFamily.ofTimes(
            "gen_ai_server_time_per_output_token",
            "Time per output token of a streamed response, after its first token",
            PACES);
    private final HistogramFamily inputs = HistogramFamily.ofCounts(
            "gen_ai_client_inference_operation_input_tokens",
            "Input tokens of a request, cached ones included",
            TOKENS);
    private final HistogramFamily outputs = HistogramFamily.ofCounts(
            "gen_ai_client_inference_operation_output_tokens", "Output tokens of a response", TOKENS);
    private final CounterFamily input = usage("input_tokens", "Input tokens used, cached ones included");
    private final CounterFamily output = usage("output_tokens", "Output tokens used, reasoning included");
    private final CounterFamily cacheRead = usage("cache_read_input_tokens", "Input tokens read from a cache");
    private final CounterFamily cacheWrite = usage("cache_write_input_tokens", "Input tokens written to a cache");
    private final CounterFamily reasoning = usage("reasoning_output_tokens", "Output tokens that were reasoning");

    GenAiFamilies(PrometheusRegistry registry) {
        List.of(durations, firstChunks, timesPerToken, inputs, outputs).forEach(registry::register);
        List.of(input, output, cacheRead, cacheWrite, reasoning).forEach(registry::register);
    }

    private static CounterFamily usage(String name, String help) {
        return new CounterFamily("gen_ai_client_inference_usage_" + name, help);
    }

    Series series(boolean addsCached, String[] labels) {
        return new Series(addsCached, labels);
    }

    /** The metrics of one operation and model. Thread-safe. */
    final class Series {
        private final boolean inputExcludesCache;
        private final ByError duration;
        private final FixedHistogram first;
        private final FixedHistogram pace;
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
            pace = timesPerToken.with(labels);
            inputOf = inputs.with(labels);
            outputOf = outputs.with(labels);
            usedInput = input.with(counted);
            usedOutput = output.with(counted);
            usedCacheRead = cacheRead.with(counted);
            usedCacheWrite = cacheWrite.with(counted);
            usedReasoning = reasoning.with(counted);
        }

        /**
         * Records an exchange that reached the model.
         *
         * @param error the index of its label in {@link ByError#LABELS}
         * @param stream whether the request asked for a stream
         */
        void ended(Outcome outcome, int error, boolean stream, long durationNanos) {
            duration.of(error).record(durationNanos);
            Usage usage = outcome.usage();
            if (stream && error == 0 && outcome.firstByteNanos() >= 0) {
                first.record(outcome.firstByteNanos());
                if (usage.output() > 1) {
                    pace.record((durationNanos - outcome.firstByteNanos()) / (usage.output() - 1));
                }
            }
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

    /** The histograms of one label set by its label {@code error_type}; those of errors appear with the first. */
    static final class ByError {
        /** Values of the label {@code error_type}; the first is that of a success. */
        static final List<String> LABELS = List.of("", "4xx", "5xx", "upstream_failed", "truncated", "downstream_gone");

        private final HistogramFamily family;
        private final String[] labels;
        private final AtomicReferenceArray<@Nullable FixedHistogram> byError =
                new AtomicReferenceArray<>(LABELS.size());

        ByError(HistogramFamily family, String... labels) {
            this.family = family;
            this.labels = labels;
            of(0);
        }

        /** Returns the histogram of an error by its index in {@link #LABELS}. */
        FixedHistogram of(int error) {
            FixedHistogram existing = byError.get(error);
            return existing == null ? added(error) : existing;
        }

        private synchronized FixedHistogram added(int error) {
            FixedHistogram existing = byError.get(error);
            if (existing == null) {
                existing = family.with(and(labels, "error_type", LABELS.get(error)));
                byError.set(error, existing);
            }
            return existing;
        }

        /** Returns labels with another one at the end. */
        static String[] and(String[] labels, String label, String value) {
            String[] more = Arrays.copyOf(labels, labels.length + 2);
            more[labels.length] = label;
            more[labels.length + 1] = value;
            return more;
        }
    }

    /** Prometheus collector of all counters of one name, one per label set. Thread-safe. */
    static final class CounterFamily implements Collector {
        private final String name;
        private final String help;
        private final CopyOnWriteArrayList<Point> points = new CopyOnWriteArrayList<>();

        private record Point(Labels labels, LongAdder value) {}

        CounterFamily(String name, String help) {
            this.name = name;
            this.help = help;
        }

        /**
         * Adds a counter.
         *
         * @param labels label names and values, alternating
         */
        LongAdder with(String... labels) {
            LongAdder value = new LongAdder();
            points.add(new Point(Labels.of(labels), value));
            return value;
        }

        @Override
        public MetricSnapshot collect() {
            CounterSnapshot.Builder all = CounterSnapshot.builder().name(name).help(help);
            for (Point point : points) {
                all.dataPoint(CounterDataPointSnapshot.builder()
                        .labels(point.labels)
                        .value((double) point.value.sum())
                        .build());
            }
            return all.build();
        }
    }
}
