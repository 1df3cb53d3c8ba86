package dev.stillgate.proxy.observe;

import dev.stillgate.proxy.chain.ChainCompiler.ChainMeters;
import dev.stillgate.proxy.chain.Decision;
import dev.stillgate.proxy.chain.FilterPhase;
import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.MeterSource;
import dev.stillgate.spi.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;

/** Meters of the filters, exported through Micrometer. Filters only increment; values are read by scrapes. */
public final class FilterMeters implements ChainMeters, MeterSource {
    private static final double[] TIMES = {
        0.000_001, 0.000_002, 0.000_005, 0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.01, 0.1
    };

    private final MeterRegistry registry;
    private final ConcurrentHashMap<List<String>, LongAdder> adders = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<List<String>, FixedHistogram> times = new ConcurrentHashMap<>();
    private final HistogramFamily phases = HistogramFamily.ofTimes(
            "stillgate_filter",
            "Time that a filter blocks its event loop in one phase of an exchange; one of " + GatewayMeters.SAMPLED
                    + " exchanges is measured",
            TIMES);

    /**
     * Creates an empty set of meters.
     *
     * @param registry the registry to export to; the filters' times are only exported to a Prometheus registry
     */
    public FilterMeters(MeterRegistry registry) {
        this.registry = registry;
        if (registry instanceof PrometheusMeterRegistry prometheus) {
            prometheus.getPrometheusRegistry().register(phases);
        }
    }

    @Override
    public LongAdder decisions(String filter, Decision verdict, FilterMode mode) {
        return adder(
                "stillgate.filter.decisions",
                "filter",
                filter,
                "verdict",
                verdict.name().toLowerCase(Locale.ROOT),
                "mode",
                mode.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public LongConsumer times(String filter, FilterPhase phase) {
        return times.computeIfAbsent(
                        List.of(filter, phase.label()), absent -> phases.with("filter", filter, "phase", phase.label()))
                ::record;
    }

    @Override
    public Counter counter(String name, String... tags) {
        return adder(name, tags)::add;
    }

    private LongAdder adder(String name, String... tags) {
        String[] key = Arrays.copyOf(new String[] {name}, tags.length + 1);
        System.arraycopy(tags, 0, key, 1, tags.length);
        return adders.computeIfAbsent(List.of(key), absent -> {
            LongAdder adder = new LongAdder();
            FunctionCounter.builder(name, adder, LongAdder::sum).tags(tags).register(registry);
            return adder;
        });
    }

    @Override
    public Runnable gauge(String name, DoubleSupplier value, String... tags) {
        Gauge gauge = Gauge.builder(name, value::getAsDouble)
                .tags(tags)
                .strongReference(true)
                .register(registry);
        return () -> registry.remove(gauge);
    }

    @Override
    public Runnable total(String name, DoubleSupplier value, String... tags) {
        FunctionCounter counter = FunctionCounter.builder(name, this, ignored -> value.getAsDouble())
                .tags(tags)
                .register(registry);
        return () -> registry.remove(counter);
    }
}
