package dev.stillgate.proxy.observe;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Prometheus collector of all histograms of one name, one per label set. */
final class HistogramFamily implements Collector {
    /** One nanosecond in seconds. */
    static final double NANOS = 1e-9;

    private final String name;
    private final String help;
    private final @Nullable Unit unit;
    private final double[] bounds;
    private final double scale;
    private final CopyOnWriteArrayList<Point> points = new CopyOnWriteArrayList<>();

    private record Point(Labels labels, FixedHistogram buckets) {}

    private HistogramFamily(String name, String help, @Nullable Unit unit, double scale, double... bounds) {
        this.name = name;
        this.help = help;
        this.unit = unit;
        this.scale = scale;
        this.bounds = bounds;
    }

    /** Returns a family of durations, recorded in nanoseconds and exported in seconds. */
    static HistogramFamily ofTimes(String name, String help, double... seconds) {
        return new HistogramFamily(name + "_seconds", help, Unit.SECONDS, NANOS, seconds);
    }

    /** Returns a family of plain numbers. */
    static HistogramFamily ofCounts(String name, String help, double... bounds) {
        return new HistogramFamily(name, help, null, 1, bounds);
    }

    /**
     * Adds a histogram.
     *
     * @param labels label names and values, alternating
     */
    FixedHistogram with(String... labels) {
        FixedHistogram buckets = new FixedHistogram(bounds, scale);
        points.add(new Point(Labels.of(labels), buckets));
        return buckets;
    }

    @Override
    public MetricSnapshot collect() {
        HistogramSnapshot.Builder all =
                HistogramSnapshot.builder().name(name).help(help).unit(unit);
        for (Point point : points) {
            all.dataPoint(point.buckets.snapshot(point.labels));
        }
        return all.build();
    }
}
