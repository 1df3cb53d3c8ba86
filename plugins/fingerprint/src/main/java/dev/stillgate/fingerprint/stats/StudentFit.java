package dev.stillgate.fingerprint.stats;

import java.util.Arrays;

/**
 * Likelihood ratio of each account, group to background, by its distance from the group's centre in the traits of one
 * evidence family. The search for the group did not use this family.
 *
 * <ul>
 * <li>Location and scale of the group are fitted to the accounts that are probably members, with the weights of the
 * multivariate t distribution (K. L. Lange, R. J. A. Little and J. M. G. Taylor, "Robust statistical modeling using the
 * t distribution", 1989). An outlier does not widen the fit.
 * <li>The statistic is ln of the mean squared standardised distance, one number, so the correlation of the traits does
 * not matter. A member is measured against the fit to the other members (leave-one-out: P. A. Lachenbruch and M. R.
 * Mickey, "Estimation of error rates in discriminant analysis", 1968).
 * <li>The result is ln of the ratio of two t densities of the statistic, one fitted to the members and one to the
 * background. With n background accounts the ratio is at most n + 1.
 * </ul>
 */
public final class StudentFit {
    /** Least total weight of the members, and of the background, for a fit. */
    private static final double MIN_WEIGHT = 8;

    /** Added to each variance, for the resolution of the traits. */
    private static final double MIN_VARIANCE = 0.01;

    private static final double MIN_DISTANCE = 0.05;
    private static final double MIN_DISTANCE_VARIANCE = 0.04;

    private static final double DEGREES_OF_FREEDOM = 4;

    /** Iterations of the robust fit; by the last one a far outlier has almost no weight. */
    private static final int ITERATIONS = 5;

    private final double[][] points;
    private final int dimensions;

    public StudentFit(double[][] points, int dimensions) {
        this.points = points;
        this.dimensions = dimensions;
    }

    /**
     * Returns ln of the likelihood ratio, group to background, of each row; 0 where there is too little data.
     *
     * @param rows rows of the group and of the background
     * @param membership probability by time evidence that each row belongs to the group
     * @param backgroundWeights weight of each row as background
     */
    public double[] logRatios(int[] rows, double[] membership, double[] backgroundWeights) {
        double[] ratios = new double[rows.length];
        if (Arrays.stream(membership).sum() < MIN_WEIGHT
                || Arrays.stream(backgroundWeights).sum() < MIN_WEIGHT) {
            return ratios;
        }
        double[][] columns = columns(rows);
        double[] robustWeights = robustWeights(columns, membership);
        if (Arrays.stream(robustWeights).sum() < MIN_WEIGHT) {
            return ratios; // the members are not similar
        }
        double[] distances = logDistances(columns, robustWeights);
        double[] group = fit(distances, membership);
        double[] background = fit(distances, backgroundWeights);
        if (background[0] <= group[0]) {
            return ratios; // the group is no closer to its centre than the background
        }
        double bound = Math.log(1 + effectiveSampleSize(backgroundWeights));
        for (int i = 0; i < rows.length; i++) {
            // the ratio is monotone: constant below the mean of the group and above the mean of the background
            double distance = Math.clamp(distances[i], group[0], background[0]);
            ratios[i] = Math.min(bound, logDensity(distance, group) - logDensity(distance, background));
        }
        return ratios;
    }

    /** Returns the effective sample size of a weighted sample (L. Kish, "Survey sampling", 1965). */
    private static double effectiveSampleSize(double[] weights) {
        double sum = Arrays.stream(weights).sum();
        return sum * sum / Arrays.stream(weights).map(each -> each * each).sum();
    }

    /** Returns the mean squared difference of two rows over the traits. */
    public double distance(int a, int b) {
        double sum = 0;
        for (int j = 0; j < dimensions; j++) {
            double off = points[a][j] - points[b][j];
            sum += off * off;
        }
        return sum / dimensions;
    }

    /** Returns the weights of the robust fit: the membership, reduced by the distance of the row. */
    private static double[] robustWeights(double[][] columns, double[] membership) {
        double[] robustWeights = membership;
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            double[] distances = squaredDistances(columns, robustWeights);
            double[] next = new double[membership.length];
            for (int i = 0; i < next.length; i++) {
                next[i] = membership[i] * Math.min(1, (DEGREES_OF_FREEDOM + 1) / (DEGREES_OF_FREEDOM + distances[i]));
            }
            robustWeights = next;
        }
        return robustWeights;
    }

    /** Returns ln of the leave-one-out distance of each row. */
    private static double[] logDistances(double[][] columns, double[] membership) {
        return Arrays.stream(squaredDistances(columns, membership))
                .map(distance -> Math.log(distance + MIN_DISTANCE))
                .toArray();
    }

    /** Returns the coordinates of the rows, by dimension. */
    private double[][] columns(int... rows) {
        double[][] columns = new double[dimensions][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < dimensions; j++) {
                columns[j][i] = points[rows[i]][j];
            }
        }
        return columns;
    }

    /** Returns the mean squared standardised distance of each row from the group, with the row itself left out. */
    private static double[] squaredDistances(double[][] columns, double[] membership) {
        double weight = Arrays.stream(membership).sum();
        double[] sums = new double[membership.length];
        for (double[] column : columns) {
            add(sums, column, membership, weight);
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= columns.length;
        }
        return sums;
    }

    /** Adds the squared distances in one dimension. */
    private static void add(double[] sums, double[] column, double[] membership, double weight) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < column.length; i++) {
            double x = column[i];
            sum += membership[i] * x;
            squares += membership[i] * x * x;
        }
        double mean = sum / weight;
        double scale = 1 / (Math.max(0, squares / weight - mean * mean) + MIN_VARIANCE);
        for (int i = 0; i < column.length; i++) {
            double x = column[i];
            if (membership[i] == 0) {
                sums[i] += (x - mean) * (x - mean) * scale; // not part of the fit
                continue;
            }
            double otherWeight = weight - membership[i];
            double leaveOneOutMean = (sum - membership[i] * x) / otherWeight;
            double variance =
                    Math.max(0, (squares - membership[i] * x * x) / otherWeight - leaveOneOutMean * leaveOneOutMean)
                            + MIN_VARIANCE;
            sums[i] += (x - leaveOneOutMean) * (x - leaveOneOutMean) / variance;
        }
    }

    /** Returns the weighted mean and standard deviation. */
    private static double[] fit(double[] values, double[] weights) {
        double weight = 0;
        double mean = 0;
        for (int i = 0; i < values.length; i++) {
            weight += weights[i];
            mean += weights[i] * values[i];
        }
        mean /= weight;
        double variance = 0;
        for (int i = 0; i < values.length; i++) {
            variance += weights[i] * (values[i] - mean) * (values[i] - mean);
        }
        return new double[] {mean, Math.sqrt(variance / weight + MIN_DISTANCE_VARIANCE)};
    }

    /** Returns ln of the t density, up to a constant. */
    private static double logDensity(double value, double[] fit) {
        double z = (value - fit[0]) / fit[1];
        return -Math.log(fit[1]) - (DEGREES_OF_FREEDOM + 1) / 2 * Math.log1p(z * z / DEGREES_OF_FREEDOM);
    }
}
