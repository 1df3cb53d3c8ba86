package dev.stillgate.fingerprint.space;

import dev.stillgate.fingerprint.stats.LogMath;
import java.util.Arrays;
import java.util.Random;

/**
 * Likelihood ratio test whether a group is more concentrated than the background in a trait space that the search did
 * not use.
 *
 * <p>Null hypothesis: the members are draws from the {@link BackgroundDensity}. Alternative: normal around the group's
 * median, at one of several widths, except for a share of members whose traits were forged. The mean over the widths is
 * taken, and no correction for the search is needed.
 */
public final class Concentration {
    private static final double[] WIDTHS = {0.06, 0.12, 0.25, 0.43, 0.6};
    private static final double LOG_REGULAR = Math.log(0.7);
    private static final double LOG_EXCEPTION = Math.log(0.3);

    private final double[][] points;
    private final BackgroundDensity density;
    private final Random random;

    public Concentration(BackgroundDensity density, Random random) {
        this.points = density.points;
        this.density = density;
        this.random = random;
    }

    /**
     * Returns ln of the likelihood ratio of the alternative to the null.
     *
     * @param rows rows of the group, each a member of the cohort
     */
    public double logRatio(int[] rows, Cohort cohort) {
        double[] background = density.logDensities(cohort.members(), random);
        double[] centre = density.medians(rows);
        double sum = Double.NEGATIVE_INFINITY;
        for (double each : WIDTHS) {
            double width = each * density.bandwidth();
            double ratio = 0;
            for (int row : rows) {
                double concentrated = density.normalLogDensity(density.squaredDistance(points[row], centre), width);
                int position = Arrays.binarySearch(cohort.members(), row);
                ratio += LogMath.logSum(LOG_REGULAR + concentrated - background[position], LOG_EXCEPTION);
            }
            sum = sum == Double.NEGATIVE_INFINITY ? ratio : LogMath.logSum(sum, ratio);
        }
        return sum - Math.log(WIDTHS.length);
    }
}
