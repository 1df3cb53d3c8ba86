package dev.stillgate.fingerprint.stats;

import java.util.Arrays;

/**
 * What one family, in which nobody looked for the group, says of each of its accounts by itself: is it of one make with the
 * surest of the group, or with everybody else? The group's middle and widths are fitted to the accounts of which time is
 * sure, the less to one the farther it lies from the others (the weights of Student's distribution: K. L. Lange, R. J. A.
 * Little and J. M. G. Taylor, "Robust statistical modeling using the t distribution", 1989), so that an actor cannot blur his
 * group by an account unlike it. How far an account lies from them is one number, so that it does not matter how traits
 * depend on each other. How far the sure ones lie, each measured by the others alone (leave-one-out: P. A. Lachenbruch and
 * M. R. Mickey, "Estimation of error rates in discriminant analysis", 1968), and how far strangers do, are two
 * distributions; the ratio of their densities is what speaks for the account. Their tails are heavy, since both are
 * estimates, and beside n strangers nothing is n + 1 times as likely.
 */
public final class StudentFit {
    /** The least weight of sure accounts of which a group's make is learnt. */
    private static final double LEAST = 8;

    /** What is added to a width, for accounts cannot be more alike than they are measured. */
    private static final double NARROWEST = 0.01;

    private static final double NEAREST = 0.05;
    private static final double LEAST_SPREAD = 0.04;

    /** Degrees of freedom of the tails. */
    private static final double FREEDOM = 4;

    /** How often the fit is made anew; by then one far account weighs next to nothing. */
    private static final int TURNS = 5;

    private final double[][] points;
    private final int dimensions;

    public StudentFit(double[][] points, int dimensions) {
        this.points = points;
        this.dimensions = dimensions;
    }

    /**
     * Returns ln of the likelihood ratio for each row, 0 where too little is known of the group.
     *
     * @param rows the group's, and strangers'
     * @param belongs how sure it is by time that each is the group's, 0 to 1
     * @param strange for how much each counts as a stranger
     */
    public double[] of(int[] rows, double[] belongs, double[] strange) {
        double[] ratios = new double[rows.length];
        if (Arrays.stream(belongs).sum() < LEAST || Arrays.stream(strange).sum() < LEAST) {
            return ratios;
        }
        double[][] columns = columns(rows);
        double[] alike = alike(columns, belongs);
        if (Arrays.stream(alike).sum() < LEAST) {
            return ratios; // they are of many makes
        }
        double[] distances = distances(columns, alike);
        double[] kin = fit(distances, belongs);
        double[] others = fit(distances, strange);
        if (others[0] <= kin[0]) {
            return ratios; // the group has no make of its own
        }
        double most = Math.log(1 + size(strange));
        for (int i = 0; i < rows.length; i++) {
            // who lies in the very middle is no more the group's, and who lies beyond the strangers no less
            double distance = Math.clamp(distances[i], kin[0], others[0]);
            ratios[i] = Math.min(most, density(distance, kin) - density(distance, others));
        }
        return ratios;
    }

    /** Returns how many accounts of one weight tell as much (L. Kish, "Survey sampling", 1965). */
    private static double size(double[] weights) {
        double sum = Arrays.stream(weights).sum();
        return sum * sum / Arrays.stream(weights).map(each -> each * each).sum();
    }

    /** Returns the mean squared distance of two rows. */
    public double distance(int a, int b) {
        double sum = 0;
        for (int j = 0; j < dimensions; j++) {
            double off = points[a][j] - points[b][j];
            sum += off * off;
        }
        return sum / dimensions;
    }

    /** Returns how sure it is of each that it is the group's, less for one that lies far from the others. */
    private static double[] alike(double[][] columns, double[] belongs) {
        double[] alike = belongs;
        for (int turn = 0; turn < TURNS; turn++) {
            double[] distances = squaredDistances(columns, alike);
            double[] next = new double[belongs.length];
            for (int i = 0; i < next.length; i++) {
                next[i] = belongs[i] * Math.min(1, (FREEDOM + 1) / (FREEDOM + distances[i]));
            }
            alike = next;
        }
        return alike;
    }

    /** Returns ln of each row's mean squared distance from the group in its widths, the row itself left out. */
    private static double[] distances(double[][] columns, double[] belongs) {
        return Arrays.stream(squaredDistances(columns, belongs))
                .map(distance -> Math.log(distance + NEAREST))
                .toArray();
    }

    /** Returns the coordinates of rows, dimension by dimension. */
    private double[][] columns(int... rows) {
        double[][] columns = new double[dimensions][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < dimensions; j++) {
                columns[j][i] = points[rows[i]][j];
            }
        }
        return columns;
    }

    /** Returns each row's mean squared distance from the group in its widths, the row itself left out. */
    private static double[] squaredDistances(double[][] columns, double[] belongs) {
        double weight = Arrays.stream(belongs).sum();
        double[] sums = new double[belongs.length];
        for (double[] column : columns) {
            add(sums, column, belongs, weight);
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= columns.length;
        }
        return sums;
    }

    /** Adds the squared distances in one dimension. */
    private static void add(double[] sums, double[] column, double[] belongs, double weight) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < column.length; i++) {
            double x = column[i];
            sum += belongs[i] * x;
            squares += belongs[i] * x * x;
        }
        double middle = sum / weight;
        double scale = 1 / (Math.max(0, squares / weight - middle * middle) + NARROWEST);
        for (int i = 0; i < column.length; i++) {
            double x = column[i];
            if (belongs[i] == 0) {
                sums[i] += (x - middle) * (x - middle) * scale; // nothing of it is to be left out
                continue;
            }
            double left = weight - belongs[i];
            double others = (sum - belongs[i] * x) / left;
            double variance = Math.max(0, (squares - belongs[i] * x * x) / left - others * others) + NARROWEST;
            sums[i] += (x - others) * (x - others) / variance;
        }
    }

    /** Returns mean and standard deviation. */
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
        return new double[] {mean, Math.sqrt(variance / weight + LEAST_SPREAD)};
    }

    /** Returns ln of Student's density, up to what does not depend on mean and spread. */
    private static double density(double value, double[] fit) {
        double z = (value - fit[0]) / fit[1];
        return -Math.log(fit[1]) - (FREEDOM + 1) / 2 * Math.log1p(z * z / FREEDOM);
    }
}
