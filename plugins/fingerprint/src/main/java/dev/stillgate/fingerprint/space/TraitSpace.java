package dev.stillgate.fingerprint.space;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.signal.Trait;
import dev.stillgate.fingerprint.stats.Quantiles;
import java.util.Arrays;
import java.util.List;

/**
 * The accounts of one round as points, one coordinate for each trait of a family, in units of how far strangers who share
 * something lie apart. Within the cohorts the spread of every trait is measured by its median absolute deviation (F. R.
 * Hampel, "The influence curve and its role in robust estimation", 1974), and the median over the cohorts is taken, so that
 * a campaign, which is a minority of cohorts, does not move it; correlations are taken out by a Cholesky factor, the
 * pace last, so that it is left out by leaving out the last coordinate.
 */
public final class TraitSpace {
    private static final double CLIP = 2.5;
    private static final double RIDGE = 0.1;
    private static final int LARGE = 300;
    private static final int HALVINGS = 20;

    /** The lower quartile of the distance between two draws of a normal distribution of spread 1. */
    private static final double QUARTER = 0.45;

    /** Below this lower quartile a coordinate is held to be common to all. */
    private static final double COMMON = 0.05;

    final double[][] points;
    final int compared;
    public final int dimensions;

    /**
     * ln of the pace of each row that is compared, in units of the spread that strangers of one manner of working have; empty when no trait is
     * one of pace.
     */
    public final double[] paces;

    /** Where accounts lie that are many people's, in the first coordinates; empty when no trait knows of chance. */
    final double[] chance;

    /**
     * Measures and lays out.
     *
     * @param traits at least one, those that know of chance first and the pace last
     * @param profiles the accounts, one row each
     * @param compared how many of them are compared; the others are only laid out
     * @param cohorts by which spread is measured
     */
    public TraitSpace(List<Trait> traits, List<AccountProfile> profiles, int compared, List<Cohort> cohorts) {
        this.compared = compared;
        dimensions = traits.size();
        points = new double[profiles.size()][];
        for (int row = 0; row < points.length; row++) {
            AccountProfile profile = profiles.get(row);
            points[row] = traits.stream()
                    .mapToDouble(t -> t.of().applyAsDouble(profile))
                    .toArray();
        }
        fillGaps();
        double[] scales = scales(traits, cohorts);
        for (double[] point : points) {
            for (int j = 0; j < dimensions; j++) {
                point[j] /= scales[j];
            }
        }
        double[][] factor = cholesky(correlations(cohorts));
        double left = factor[dimensions - 1][dimensions - 1];
        paces = traits.get(dimensions - 1).pace()
                ? Arrays.stream(points, 0, compared)
                        .mapToDouble(p -> p[dimensions - 1] / left)
                        .toArray()
                : new double[0];
        for (double[] point : points) {
            decorrelate(point, factor);
        }
        chance = traits.stream()
                .mapToDouble(Trait::chance)
                .takeWhile(value -> !Double.isNaN(value))
                .toArray();
        for (int j = 0; j < chance.length; j++) {
            chance[j] /= scales[j];
        }
        decorrelate(chance, factor);
        even(cohorts);
    }

    /**
     * Stretches every coordinate until near neighbours are as far apart in it as those of a normal distribution of spread 1,
     * and leaves out one in which strangers are commonly equal: in what everybody has in common nobody is conspicuous.
     */
    private void even(List<Cohort> cohorts) {
        for (int j = 0; j < dimensions; j++) {
            double[] near = new double[cohorts.size()];
            for (int c = 0; c < near.length; c++) {
                near[c] = nearness(cohorts.get(c).members(), j);
            }
            double typical = near.length == 0 ? QUARTER : Quantiles.median(near);
            double factor = typical < COMMON ? 0 : Math.max(1, QUARTER / typical);
            for (double[] point : points) {
                point[j] *= factor;
            }
            if (j < chance.length) {
                chance[j] *= factor;
            }
        }
    }

    /** Returns the lower quartile of the distances between members of a cohort in one coordinate. */
    private double nearness(int[] members, int coordinate) {
        double[] values = new double[members.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = points[members[i]][coordinate];
        }
        Arrays.sort(values);
        return quartile(values);
    }

    /** Returns the lower quartile of the distances between values that ascend, by halving what it may be. */
    private static double quartile(double[] values) {
        long rank = (long) values.length * (values.length - 1) / 8 + 1;
        double least = 0;
        double most = values[values.length - 1] - values[0];
        for (int turn = 0; turn < HALVINGS; turn++) {
            double middle = (least + most) / 2;
            if (pairs(values, middle) >= rank) {
                most = middle;
            } else {
                least = middle;
            }
        }
        return most;
    }

    /** Returns how many pairs of values that ascend lie within a distance. */
    private static long pairs(double[] values, double distance) {
        long pairs = 0;
        int first = 0;
        for (int i = 1; i < values.length; i++) {
            while (values[i] - values[first] > distance) {
                first++;
            }
            pairs += i - first;
        }
        return pairs;
    }

    /** Puts the median in the place of what is not known, where it is evidence of nothing. */
    private void fillGaps() {
        for (int j = 0; j < dimensions; j++) {
            int trait = j;
            double[] known = Arrays.stream(points, 0, compared)
                    .mapToDouble(p -> p[trait])
                    .filter(v -> !Double.isNaN(v))
                    .toArray();
            double median = known.length == 0 ? 0 : Quantiles.median(known);
            for (double[] point : points) {
                point[j] = Double.isNaN(point[j]) ? median : point[j];
            }
        }
    }

    private double[] scales(List<Trait> traits, List<Cohort> cohorts) {
        double[] measured = new double[dimensions];
        for (int j = 0; j < dimensions; j++) {
            double[] spreads = new double[cohorts.size()];
            for (int c = 0; c < spreads.length; c++) {
                spreads[c] = spread(cohorts.get(c).members(), j);
            }
            double learnt = spreads.length == 0 ? 0 : Quantiles.median(spreads);
            measured[j] = Math.max(learnt, 0.8 * traits.get(j).scale());
        }
        return measured;
    }

    private double spread(int[] members, int trait) {
        double[] values = new double[members.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = points[members[i]][trait];
        }
        double middle = Quantiles.median(values.clone());
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(values[i] - middle);
        }
        return 1.4826 * Quantiles.median(values);
    }

    private static void decorrelate(double[] point, double[][] factor) {
        for (int i = 0; i < point.length; i++) {
            double sum = point[i];
            for (int k = 0; k < i; k++) {
                sum -= factor[i][k] * point[k];
            }
            point[i] = sum / factor[i][i];
        }
    }

    private double[][] correlations(List<Cohort> cohorts) {
        double[][] sums = new double[dimensions][dimensions];
        for (Cohort cohort : cohorts) {
            if (cohort.members().length >= LARGE) {
                continue;
            }
            double[] middle = new double[dimensions];
            for (int j = 0; j < dimensions; j++) {
                int trait = j;
                middle[j] = Quantiles.median(Arrays.stream(cohort.members())
                        .mapToDouble(m -> points[m][trait])
                        .toArray());
            }
            for (int member : cohort.members()) {
                add(sums, points[member], middle);
            }
        }
        return normalised(sums);
    }

    private void add(double[][] sums, double[] point, double[] middle) {
        for (int i = 0; i < dimensions; i++) {
            double a = Math.clamp(point[i] - middle[i], -CLIP, CLIP);
            for (int j = 0; j <= i; j++) {
                sums[i][j] += a * Math.clamp(point[j] - middle[j], -CLIP, CLIP);
            }
        }
    }

    /** Returns the correlations, shrunk a little towards none, so that the factor exists. */
    private double[][] normalised(double[][] sums) {
        double[][] correlations = new double[dimensions][dimensions];
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j < i; j++) {
                double scale = Math.sqrt(sums[i][i] * sums[j][j]);
                correlations[i][j] = scale > 0 ? (1 - RIDGE) * sums[i][j] / scale : 0;
            }
            correlations[i][i] = 1;
        }
        return correlations;
    }

    private static double[][] cholesky(double[][] lower) {
        int n = lower.length;
        double[][] factor = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = lower[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= factor[i][k] * factor[j][k];
                }
                factor[i][j] = i == j ? Math.sqrt(Math.max(sum, 1e-6)) : sum / factor[j][j];
            }
        }
        return factor;
    }
}
