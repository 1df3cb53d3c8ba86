package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import org.jspecify.annotations.Nullable;

/**
 * The test statistic S of a key: weighted sum of the key's signs. The weights depend on the suspect's counts and the
 * reference only, never on a key. A key that the suspect never met is therefore as good as drawn afterwards, and the
 * tail of {@link NullDistribution} is exact.
 *
 * <p>The weight of a class is half the log-likelihood ratio of "the mark selects form 1" against "form 0", centred on
 * the reference rate. The weight of a cell is the same, centred on the suspect's own rate of the class plus the
 * reference offset of the cell. {@link WeightEstimator} computes both.
 */
public final class KeyStatistic {
    private final int[] classes;
    private final int[][] cells;
    private final double unit;
    private final NullDistribution distribution;
    private final double strength;

    private KeyStatistic(double[] a, double[][] w, CanaryPlan plan, double strength) {
        this.strength = strength;
        double reach = 0;
        for (int k = 0; k < a.length; k++) {
            reach += Math.abs(a[k]);
            for (double cell : w[k]) {
                reach += Math.abs(cell);
            }
        }
        unit = Math.max(1.0 / 256, reach / plan.lattice());
        classes = new int[a.length];
        cells = new int[a.length][];
        for (int k = 0; k < a.length; k++) {
            classes[k] = (int) Math.round(a[k] / unit);
            cells[k] = new int[w[k].length];
            for (int b = 0; b < w[k].length; b++) {
                cells[k][b] = (int) Math.round(w[k][b] / unit);
            }
        }
        distribution = new NullDistribution(classes, cells, plan.q());
    }

    /**
     * Returns the statistic for a suspect's counts.
     *
     * @param reference counts of texts made without the tested keys, or null
     */
    public static KeyStatistic of(
            SiteCounts suspect, ClassSheet sheet, @Nullable SiteCounts reference, CanaryPlan plan) {
        WeightEstimator weighing = new WeightEstimator(suspect, sheet, ExpectedRates.of(sheet, reference), plan);
        WeightEstimator.Choice best = weighing.best();
        return new KeyStatistic(best.classes, best.cells, plan, best.strength);
    }

    /** Returns S of a key, in lattice units. */
    public long value(CanaryKey key) {
        long sum = 0;
        for (int k = 0; k < classes.length; k++) {
            sum += (long) key.classSign(k) * classes[k];
            for (int b = 0; b < cells[k].length; b++) {
                sum += (long) key.cellSign(k, b) * cells[k][b];
            }
        }
        return sum;
    }

    /** Returns the size of a lattice unit, in nats. */
    public double unit() {
        return unit;
    }

    /** Returns the share of marked text that the weights are optimized for. */
    public double strength() {
        return strength;
    }

    /** Returns the probabilities that a random key reaches and exceeds the statistic of this one. */
    public Tail tail(CanaryKey key) {
        return distribution.tail(value(key));
    }
}
