package dev.stillgate.fingerprint.analysis;

import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the part of a cohort that lies improbably close together: a scan (M. Kulldorff, "A spatial scan statistic",
 * 1997) over balls in the space of one family, with a likelihood ratio for its statistic. The hypothesis is that k of the n
 * accounts are drawn from one narrow normal distribution, the other being that all are drawn from strangers' {@link
 * Density}. Every choice is paid for: which k of n, around which member, how narrow.
 */
final class ClumpSearch {
    /** The fewest accounts that make a clump. */
    static final int FEWEST = 10;

    /** How wide a clump may be, in widths of strangers' structure. */
    private static final double[] WIDTHS = {0.06, 0.12, 0.25, 0.43, 0.6};

    private static final int SEEDS = 40;
    private static final int ROUNDS = 4;
    private static final int FITS = 2;
    private static final double LEAST_RATIO = 0.7;

    private final double[][] points;
    private final Density density;
    private final int dimensions;
    private final Random random;

    ClumpSearch(Density density, Random random) {
        this.points = density.points;
        this.dimensions = density.dimensions;
        this.density = density;
        this.random = random;
    }

    /** Returns the best clump of a cohort, null when there is none. */
    @Nullable
    Clump best(Cohort cohort) {
        int[] members = cohort.members();
        double[] strangers = density.at(members, random);
        Clump best = null;
        for (int seed : Density.sample(members.length, SEEDS, random)) {
            double[] centre = settle(members, points[members[seed]]);
            double[] distances = distances(members, centre);
            Clump start = null;
            for (double width : WIDTHS) {
                double[] ratios = new double[members.length];
                for (int i = 0; i < ratios.length; i++) {
                    ratios[i] = density.normal(distances[i], width * density.width()) - strangers[i];
                }
                start = better(start, gather(members, ratios, Math.log(WIDTHS.length), centre));
            }
            best = better(best, start);
            for (int round = 0; round < FITS && start != null; round++) {
                start = fitted(members, strangers, start);
                best = better(best, start);
            }
        }
        return best;
    }

    private static @Nullable Clump better(@Nullable Clump a, @Nullable Clump b) {
        return a == null || (b != null && b.evidence() > a.evidence()) ? b : a;
    }

    /** Fits a width to a clump in every coordinate, and gathers anew. */
    private @Nullable Clump fitted(int[] members, double[] strangers, Clump clump) {
        double[] centre = density.middle(clump.members());
        double[] widths = new double[dimensions];
        double[] deviations = new double[clump.members().length];
        for (int j = 0; j < dimensions; j++) {
            for (int i = 0; i < deviations.length; i++) {
                deviations[i] = Math.abs(points[clump.members()[i]][j] - centre[j]);
            }
            double spread = 1.4826 * Space.median(deviations.clone()) / density.width();
            widths[j] = density.width() * Math.clamp(spread, WIDTHS[0], 1);
        }
        double[] ratios = new double[members.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = density.normal(points[members[i]], centre, widths) - strangers[i];
        }
        return gather(members, ratios, dimensions * Math.log(WIDTHS.length), centre);
    }

    /** Moves a centre to the mean of its nearest neighbours, again and again. */
    private double[] settle(int[] members, double[] from) {
        double[] centre = from;
        int neighbours = Math.min(members.length - 1, Math.max(FEWEST - 2, members.length / 20));
        for (int round = 0; round < ROUNDS; round++) {
            double[] distances = distances(members, centre);
            double[] sorted = distances.clone();
            Arrays.sort(sorted);
            double reach = sorted[neighbours];
            double[] mean = new double[dimensions];
            int count = 0;
            for (int i = 0; i < members.length; i++) {
                if (distances[i] <= reach) {
                    count++;
                    for (int j = 0; j < dimensions; j++) {
                        mean[j] += points[members[i]][j];
                    }
                }
            }
            for (int j = 0; j < dimensions; j++) {
                mean[j] /= count;
            }
            centre = mean;
        }
        return centre;
    }

    private double[] distances(int[] members, double[] centre) {
        double[] distances = new double[members.length];
        for (int i = 0; i < distances.length; i++) {
            distances[i] = density.squaredDistance(points[members[i]], centre);
        }
        return distances;
    }

    private @Nullable Clump gather(int[] members, double[] ratios, double price, double[] centre) {
        int n = members.length;
        long[] order = new long[n];
        int above = 0;
        for (int i = 0; i < n; i++) {
            if (ratios[i] >= LEAST_RATIO) {
                order[above++] = ((long) ~sortable(ratios[i]) << 32) | i;
            }
        }
        if (above < FEWEST) {
            return null;
        }
        Arrays.sort(order, 0, above);
        double sum = 0;
        double best = Double.NEGATIVE_INFINITY;
        int size = 0;
        for (int k = 1; k <= above; k++) {
            sum += ratios[(int) order[k - 1]];
            double score = sum - LogGamma.choose(n, k) - Math.log(n) - price;
            if (k >= FEWEST && score > best) {
                best = score;
                size = k;
            }
        }
        int[] rows = new int[size];
        for (int k = 0; k < size; k++) {
            rows[k] = members[(int) order[k]];
        }
        return new Clump(rows, best, centre, dimensions);
    }

    /** Returns the bits of a positive ratio, which sort as it does. */
    private static int sortable(double ratio) {
        return Float.floatToIntBits((float) ratio);
    }
}
