package dev.stillgate.fingerprint.analysis;

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

    /** Returns ln of the likelihood ratio against strangers, averaged over widths; below 0 speaks for strangers. */
    double of(int[] rows, Cohort cohort) {
        int[] members = cohort.members();
        double[] all = density.at(members, random);
        double[] strangers = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            int place = java.util.Arrays.binarySearch(members, rows[i]);
            strangers[i] = place >= 0 ? all[place] : density.at(new int[] {rows[i]}, random)[0];
        }
        double[] centre = middle(rows);
        double sum = Double.NEGATIVE_INFINITY;
        for (double width : WIDTHS) {
            double ratio = 0;
            for (int i = 0; i < rows.length; i++) {
                double close = density.normal(density.squaredDistance(points[rows[i]], centre), width);
                ratio += Density.logSum(REGULAR + close - strangers[i], EXCEPTION);
            }
            sum = sum == Double.NEGATIVE_INFINITY ? ratio : Density.logSum(sum, ratio);
        }
        return sum - Math.log(WIDTHS.length);
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
