package dev.stillgate.fingerprint.analysis;

import java.util.Arrays;
import java.util.Random;

/**
 * Tests in the space of another family whether accounts that were found elsewhere lie closer together than strangers do.
 * Nothing was chosen here, so nothing is paid for but the width; each account may be an exception, as an actor may forge
 * some of them.
 */
final class Tightness {
    private static final double[] WIDTHS = {0.05, 0.1, 0.2, 0.35, 0.5};
    private static final double REGULAR = Math.log(0.7);
    private static final double EXCEPTION = Math.log(0.3);

    private final double[][] points;
    private final Density density;
    private final int dimensions;
    private final Random random;

    Tightness(Space space, Random random) {
        this.points = space.points;
        this.dimensions = space.dimensions;
        this.density = new Density(space, dimensions, random);
        this.random = random;
    }

    /**
     * Fits accounts that were found elsewhere.
     *
     * @param rows the accounts
     * @param cohort the cohort they were found in
     */
    Fit fit(int[] rows, Cohort cohort) {
        double[] strangers = density.at(cohort.members(), random);
        double[] centre = middle(rows);
        double sum = Double.NEGATIVE_INFINITY;
        double best = Double.NEGATIVE_INFINITY;
        double width = 0;
        for (double each : WIDTHS) {
            double ratio = 0;
            for (int row : rows) {
                ratio += ratio(row, centre, each, strangers[place(cohort, row)]);
            }
            sum = sum == Double.NEGATIVE_INFINITY ? ratio : Density.logSum(sum, ratio);
            if (ratio > best) {
                best = ratio;
                width = each;
            }
        }
        return new Fit(sum - Math.log(WIDTHS.length), cohort, strangers, centre, width);
    }

    /** Where accounts lie, and what speaks for it. */
    final class Fit {
        /** ln of the likelihood ratio against strangers, averaged over widths; below 0 speaks for strangers. */
        final double evidence;

        private final Cohort cohort;
        private final double[] strangers;
        private final double[] centre;
        private final double width;

        private Fit(double evidence, Cohort cohort, double[] strangers, double[] centre, double width) {
            this.evidence = evidence;
            this.cohort = cohort;
            this.strangers = strangers;
            this.centre = centre;
            this.width = width;
        }

        /** Returns ln of the likelihood ratio for one account of the cohort being among them. */
        double of(int row) {
            return ratio(row, centre, width, strangers[place(cohort, row)]);
        }
    }

    private double ratio(int row, double[] centre, double width, double strangers) {
        double close = density.normal(density.squaredDistance(points[row], centre), width);
        return Density.logSum(REGULAR + close - strangers, EXCEPTION);
    }

    private static int place(Cohort cohort, int row) {
        return Arrays.binarySearch(cohort.members(), row);
    }

    private double[] middle(int[] rows) {
        double[] middle = new double[dimensions];
        for (int j = 0; j < dimensions; j++) {
            double[] values = new double[rows.length];
            for (int i = 0; i < rows.length; i++) {
                values[i] = points[rows[i]][j];
            }
            middle[j] = Space.median(values);
        }
        return middle;
    }
}
