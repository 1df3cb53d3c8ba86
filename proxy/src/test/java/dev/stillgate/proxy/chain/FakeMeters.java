package dev.stillgate.proxy.chain;

import dev.stillgate.proxy.chain.ChainCompiler.ChainMeters;
import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.spi.Counter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;

/** Meters in memory. */
final class FakeMeters implements ChainMeters, MeterSource {
    private final Map<List<Object>, LongAdder> decisions = new HashMap<>();
    private final Map<List<String>, LongAdder> counters = new HashMap<>();
    final Map<List<String>, DoubleSupplier> gauges = new HashMap<>();
    final Map<String, List<Long>> times = new HashMap<>();
    int gaugesShown;

    @Override
    public LongAdder decisions(String filter, Decision verdict, FilterMode mode) {
        return decisions.computeIfAbsent(List.of(filter, verdict, mode), absent -> new LongAdder());
    }

    /** Returns the sum of a filter's decisions over all modes. */
    long count(String filter, Decision verdict) {
        long sum = 0;
        for (FilterMode mode : FilterMode.values()) {
            sum += decisions(filter, verdict, mode).sum();
        }
        return sum;
    }

    @Override
    public LongConsumer times(String filter, FilterPhase phase) {
        return times.computeIfAbsent(filter + " " + phase.label(), absent -> new ArrayList<>())::add;
    }

    @Override
    public Counter counter(String name, String... tags) {
        return counters.computeIfAbsent(key(name, tags), absent -> new LongAdder())::add;
    }

    long counted(String name, String... tags) {
        LongAdder counter = counters.get(key(name, tags));
        return counter == null ? -1 : counter.sum();
    }

    @Override
    public Runnable gauge(String name, DoubleSupplier value, String... tags) {
        List<String> key = key(name, tags);
        if (gauges.putIfAbsent(key, value) != null) {
            throw new IllegalArgumentException("shown twice: " + key);
        }
        gaugesShown++;
        return () -> gauges.remove(key);
    }

    @Override
    public Runnable total(String name, DoubleSupplier value, String... tags) {
        return gauge(name, value, tags);
    }

    double gauge(String name, String... tags) {
        return gauges.get(key(name, tags)).getAsDouble();
    }

    private static List<String> key(String name, String... tags) {
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(name), java.util.Arrays.stream(tags))
                .toList();
    }
}
