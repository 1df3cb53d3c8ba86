package dev.stillgate.proxy.observe;

import dev.stillgate.proxy.chain.ChainMeters;
import dev.stillgate.proxy.chain.Decision;
import dev.stillgate.proxy.chain.FilterMode;
import dev.stillgate.proxy.chain.MeterSource;
import dev.stillgate.spi.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/** The meters of filters, shown through Micrometer: a filter counts by adding, and only a scrape reads. */
public final class FilterMeters implements ChainMeters, MeterSource {
    private final MeterRegistry registry;
    private final ConcurrentHashMap<List<String>, LongAdder> adders = new ConcurrentHashMap<>();

    public FilterMeters(MeterRegistry registry) {
        this.registry = registry;
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
}
