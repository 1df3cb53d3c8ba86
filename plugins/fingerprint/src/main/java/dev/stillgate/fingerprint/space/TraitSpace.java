package dev.stillgate.fingerprint.space;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.signal.Trait;
import dev.stillgate.fingerprint.stats.Quantiles;
import java.util.Arrays;
import java.util.List;

/**
 * Accounts of one round as points: one coordinate for each trait of a family, standardised by the spread of unrelated
 * accounts.
 *
 * <ul>
 * <li>Scale: the median absolute deviation within a cohort (F. R. Hampel, "The influence curve and its role in robust
 * estimation", 1974), then the median over cohorts. A campaign affects few cohorts and so does not move it.
 * <li>Correlation: removed by a Cholesky factor.
 * <li>Spacing: each coordinate is stretched to the spacing of neighbours in a normal distribution.
 * </ul>
 */
public final class TraitSpace {
    private static final double MAX_DEVIATION = 2.5;
    private static final double RIDGE = 0.1;
    private static final int MAX_COHORT = 300;
    private static final int BISECTIONS = 20;

    /** Lower quartile of the distance between two draws of a standard normal distribution. */
    private static final double NORMAL_QUARTILE = 0.45;

    /** A coordinate with a smaller lower quartile of distances carries no information and is dropped. */
    private static final double MIN_QUARTILE = 0.05;

    public final double[][] points;
    public final int dimensions;
    private final int compared;

    /**
     * @param traits at least one
     * @param profiles the accounts, by row
     * @param compared number of leading rows that are compared; the others are only given coordinates
     * @param cohorts cohorts by which the spread is estimated
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
        imputeMedians();
        double[] scales = scales(traits, cohorts);
        for (double[] point : points) {
            for (int j = 0; j < dimensions; j++) {
                point[j] /= scales[j];
            }
        }
        double[][] factor = cholesky(correlations(cohorts));
        for (double[] point : points) {
            decorrelate(point, factor);
        }
        equaliseSpacing(cohorts);
    }

    /**
     * Stretches each coordinate until near neighbours are as far apart as in a standard normal distribution. Drops a
     * coordinate in which unrelated accounts are commonly equal.
     */
    private void equaliseSpacing(List<Cohort> cohorts) {
        for (int j = 0; j < dimensions; j++) {
            double[] quartiles = new double[cohorts.size()];
            for (int c = 0; c < quartiles.length; c++) {
                quartiles[c] = lowerQuartileDistance(cohorts.get(c).members(), j);
            }
            double typical = quartiles.length == 0 ? NORMAL_QUARTILE : Quantiles.median(quartiles);
            double factor = typical < MIN_QUARTILE ? 0 : Math.max(1, NORMAL_QUARTILE / typical);
            for (double[] point : points) {
                point[j] *= factor;
            }
        }
    }

    /** Returns the lower quartile of the distances between members of a cohort in one coordinate. */
    private double lowerQuartileDistance(int[] members, int coordinate) {
        double[] values = new double[members.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = points[members[i]][coordinate];
        }
        Arrays.sort(values);
        return quartile(values);
    }

    /** Returns the lower quartile of the pairwise distances of ascending values, by bisection. */
    private static double quartile(double[] values) {
        long rank = (long) values.length * (values.length - 1) / 8 + 1;
        double least = 0;
        double most = values[values.length - 1] - values[0];
        for (int step = 0; step < BISECTIONS; step++) {
            double middle = (least + most) / 2;
            if (pairs(values, middle) >= rank) {
                most = middle;
            } else {
                least = middle;
            }
        }
        return most;
    }

    /** Returns the number of pairs of ascending values within a distance. */
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

    /** Replaces missing values by the median, which is evidence of nothing. */
    private void imputeMedians() {
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
            double typical = spreads.length == 0 ? 0 : Quantiles.median(spreads);
            measured[j] = Math.max(typical, 0.8 * traits.get(j).scale());
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
            if (cohort.members().length >= MAX_COHORT) {
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
        return shrunkCorrelations(sums);
    }

    private void add(double[][] sums, double[] point, double[] middle) {
        for (int i = 0; i < dimensions; i++) {
            double a = Math.clamp(point[i] - middle[i], -MAX_DEVIATION, MAX_DEVIATION);
            for (int j = 0; j <= i; j++) {
                sums[i][j] += a * Math.clamp(point[j] - middle[j], -MAX_DEVIATION, MAX_DEVIATION);
            }
        }
    }

    /** Returns the correlations, shrunk towards 0 so that the Cholesky factor exists. */
    private double[][] shrunkCorrelations(double[][] sums) {
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
