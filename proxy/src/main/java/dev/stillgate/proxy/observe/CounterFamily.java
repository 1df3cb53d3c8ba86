package dev.stillgate.proxy.observe;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/** Prometheus collector of all counters of one name, one per label set. Thread-safe. */
final class CounterFamily implements Collector {
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
