package dev.stillgate.proxy.observe;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.concurrent.atomic.LongAdder;

/**
 * Histogram with fixed bucket bounds. Recording is a linear search and two {@link LongAdder} increments, so event loops
 * do not contend. Micrometer's histogram also keeps a decaying maximum and a ring of windows, which costs several times
 * as much.
 *
 * <p>Thread-safe.
 */
final class FixedHistogram {
    private final double[] bounds;
    private final LongAdder[] counts;
    private final LongAdder sum = new LongAdder();
    private final double scale;

    /**
     * Creates an empty histogram.
     *
     * @param bounds the upper bounds in ascending order, in the exported unit; an overflow bucket is added
     * @param scale the exported value of one recorded unit: 1e-9 for nanoseconds exported as seconds
     */
    FixedHistogram(double[] bounds, double scale) {
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

    /** Records a value in the recorded unit. Negative values mean unknown and are ignored. */
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

    /** Returns the counts in the exported unit. */
    HistogramDataPointSnapshot snapshot(Labels labels) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < counts.length; i++) {
            double bound = i < bounds.length ? exported(i) : Double.POSITIVE_INFINITY;
            buckets.bucket(bound, counts[i].sum());
        }
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(buckets.build())
                .sum(sum.sum() * scale)
                .build();
    }

    private double exported(int i) {
        return Math.round(bounds[i] * scale * 1e9) / 1e9;
    }
}
