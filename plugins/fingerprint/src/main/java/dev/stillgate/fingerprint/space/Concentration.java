package dev.stillgate.fingerprint.space;

import dev.stillgate.fingerprint.stats.LogMath;
import java.util.Arrays;
import java.util.Random;

/**
 * Tests in the space of another family whether accounts that were found elsewhere lie closer together than strangers do.
 * Nothing was chosen here, so nothing is paid for but the width; each account may be an exception, as an actor may forge
 * some of them.
 */
public final class Concentration {
    private static final double[] WIDTHS = {0.06, 0.12, 0.25, 0.43, 0.6};
    private static final double REGULAR = Math.log(0.7);
    private static final double EXCEPTION = Math.log(0.3);

    private final double[][] points;
    private final BackgroundDensity density;
    private final Random random;

    public Concentration(BackgroundDensity density, Random random) {
        this.points = density.points;
        this.density = density;
        this.random = random;
    }

    /** Returns ln of the likelihood ratio against strangers for some of a cohort's rows; below 0 speaks for strangers. */
    public double of(int[] rows, Cohort cohort) {
        double[] strangers = density.at(cohort.members(), random);
        double[] centre = density.middle(rows);
        double sum = Double.NEGATIVE_INFINITY;
        for (double each : WIDTHS) {
            double width = each * density.width();
            double ratio = 0;
            for (int row : rows) {
                double close = density.normal(density.squaredDistance(points[row], centre), width);
                int place = Arrays.binarySearch(cohort.members(), row);
                ratio += LogMath.logSum(REGULAR + close - strangers[place], EXCEPTION);
            }
            sum = sum == Double.NEGATIVE_INFINITY ? ratio : LogMath.logSum(sum, ratio);
        }
        return sum - Math.log(WIDTHS.length);
    }
}
