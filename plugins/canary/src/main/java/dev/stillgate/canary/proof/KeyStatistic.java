package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The test statistic S of a key: weighted sum of the signs of its cells. The weights depend on the suspect's counts and
 * the reference only, never on a key. A key that the suspect never met is therefore as good as drawn afterwards, and the
 * tail of {@link SignDistribution} is exact.
 *
 * <p>The weight of a cell is half the log-likelihood ratio of "the mark selects form 1" against "form 0", plus a part of
 * its class's ratio. The cell's is centred on the suspect's own rate of the class plus the reference offset of the cell,
 * the class's on the reference rate.
 */
public final class KeyStatistic {
    private final int[][] cells;
    private final double unit;
    private final SignDistribution distribution;
    private final double strength;

    private KeyStatistic(double[][] w, ClassSheet sheet, CanaryPlan plan, double strength) {
        this.strength = strength;
        double reach =
                Arrays.stream(w).flatMapToDouble(Arrays::stream).map(Math::abs).sum();
        unit = Math.max(1.0 / 256, reach / plan.lattice());
        cells = new int[w.length][];
        List<double[]> negative = new ArrayList<>();
        for (int k = 0; k < w.length; k++) {
            cells[k] = Arrays.stream(w[k])
                    .mapToInt(weight -> (int) Math.round(weight / unit))
                    .toArray();
            double[] same = new double[cells[k].length];
            Arrays.fill(same, 1 - plan.selects(sheet.rate(k)));
            negative.add(same);
        }
        distribution = new SignDistribution(
                Arrays.stream(cells).flatMapToInt(Arrays::stream).toArray(),
                negative.stream().flatMapToDouble(Arrays::stream).toArray());
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
        return new KeyStatistic(best.cells, sheet, plan, best.strength);
    }

    /** Returns S of a key, in lattice units. */
    public long value(CanaryKey key) {
        long sum = 0;
        for (int k = 0; k < cells.length; k++) {
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
