package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import org.jspecify.annotations.Nullable;

/**
 * The weights of the statistic S, made from a suspect's counts and the reference, never from a key: so, whatever they are, a key
 * that the suspect never met is as good as drawn afterwards, and the tail of {@link NullDistribution} is exact.
 *
 * <p>A_k is half the log-likelihood ratio between a class pushed towards form 1 and one pushed towards form 0, centred on the
 * reference's rate; w_c is the same for one cell, centred on the suspect's own rate of the class plus the reference's offset
 * for the cell. Both grow like the difference of form counts and level off where the suspect's own style could explain
 * it, so no large class outweighs the others, and rare forms count more. How strong a mark and how wide a style is looked for
 * is what makes the counts most probable with the key averaged out (empirical Bayes), among the plan's few choices.
 */
public final class KeyStatistic {
    private final int[] classes;
    private final int[][] cells;
    private final double unit;
    private final NullDistribution nothing;
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
        nothing = new NullDistribution(classes, cells, plan.q());
    }

    /** Weighs a suspect's counts. A reference, when there is one, must know nothing of the keys that are tested. */
    public static KeyStatistic of(SiteCounts suspect, ClassSheet sheet, @Nullable SiteCounts reference, CanaryPlan plan) {
        WeightEstimator weighing = new WeightEstimator(suspect, sheet, ExpectedRates.of(sheet, reference), plan);
        WeightEstimator.Choice best = weighing.best();
        return new KeyStatistic(best.classes, best.cells, plan, best.strength);
    }

    /** Returns S of a key, in lattice units. */
    public long statistic(CanaryKey key) {
        long sum = 0;
        for (int k = 0; k < classes.length; k++) {
            sum += (long) key.classSign(k) * classes[k];
            for (int b = 0; b < cells[k].length; b++) {
                sum += (long) key.cellSign(k, b) * cells[k][b];
            }
        }
        return sum;
    }

    /** Returns how much a lattice unit is worth, in nats. */
    public double unit() {
        return unit;
    }

    /** Returns the share of marked text that was looked for. */
    public double strength() {
        return strength;
    }

    /** Returns the probability that a key drawn at random does as well as this one, and better. */
    public NullDistribution.Tail tail(CanaryKey key) {
        return nothing.tail(statistic(key));
    }
}
