package dev.stillgate.proxy.observe;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.concurrent.atomic.LongAdder;

/**
 * One histogram over fixed bounds: counting is a look-up and two additions that event loops do not wait for each other at,
 * some 20 ns. (Micrometer's own keeps a decaying maximum and a ring of windows with each, which is several times as much.)
 */
final class Buckets {
    private final double[] bounds;
    private final LongAdder[] counts;
    private final LongAdder sum = new LongAdder();
    private final double scale;

    /**
     * An empty one.
     *
     * @param bounds upper bounds in ascending order, in the unit that is shown; what is above the last is counted too
     * @param scale how much of the unit that is shown a unit recorded is: 1e-9 where nanoseconds are shown as seconds
     */
    Buckets(double[] bounds, double scale) {
        this.bounds = new double[bounds.length];
        this.scale = scale;
        this.counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
        for (int i = 0; i < bounds.length; i++) {
            this.bounds[i] = bounds[i] / scale;
        }
    }

    /** Counts a value, in the unit recorded; one below zero is not known, and not counted. */
    void record(long value) {
        if (value < 0) {
            return;
        }
        int at = 0;
        while (at < bounds.length && value > bounds[at]) {
            at++;
        }
        counts[at].increment();
        sum.add(value);
    }

    /** Returns what was counted, in the unit that is shown. */
    HistogramDataPointSnapshot snapshot(Labels labels) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < counts.length; i++) {
            double bound = i < bounds.length ? shown(i) : Double.POSITIVE_INFINITY;
            buckets.bucket(bound, counts[i].sum());
        }
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(buckets.build())
                .sum(sum.sum() * scale)
                .build();
    }

    private double shown(int i) {
        return Math.round(bounds[i] * scale * 1e9) / 1e9;
    }
}
