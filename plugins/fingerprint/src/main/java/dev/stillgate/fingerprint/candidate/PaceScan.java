package dev.stillgate.fingerprint.candidate;

import dev.stillgate.fingerprint.space.BackgroundDensity;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.stats.LogGamma;
import dev.stillgate.fingerprint.stats.LogMath;
import dev.stillgate.fingerprint.stats.Sampling;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Scan statistic for accounts that work at one pace (M. Kulldorff, "A spatial scan statistic", 1997).
 *
 * <p>Accounts of one kind are alike in manner, which is not evidence, but their amounts of work usually differ by
 * orders of magnitude. The scan window is a ball around a member in the coordinates of manner. Under the alternative, k
 * of the n accounts in a window have nearly equal paces: ln pace is normal with a small width. Under the null, all
 * paces follow the background. The statistic is ln of the likelihood ratio, less a penalty for multiple testing: ln of
 * the number of windows, subsets of k of n, centres and widths (Bonferroni).
 */
public final class PaceScan {

    /**
     * Widths of ln pace in units of the background's spread. Smaller widths are left out, since scheduled jobs of a
     * fixed size have exactly equal paces.
     */
    private static final double[] WIDTHS = {0.12, 0.25, 0.4};

    private static final int[] BALL_SIZES = {16, 32, 64, 128, 256};
    private static final int SEEDS = 20;
    private static final int CENTRES = 16;
    private static final double MIN_LOG_RATIO = 0.3;
    private static final double LOG_HALF = Math.log(0.5);

    /** Largest distance of a pace from the centre, in widths. */
    private static final double REACH = 3;

    private static final double HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;

    private final BackgroundDensity manner;
    private final double[] paces;
    private final double[] background;
    private final double[] factorials;
    private final Random random;

    /**
     * @param manner density in the coordinates of manner
     * @param paces ln pace of each row, in units of the background's spread
     */
    public PaceScan(BackgroundDensity manner, double[] paces, Random random) {
        this.manner = manner;
        this.paces = paces;
        this.random = random;
        this.background = backgroundLogDensities(paces);
        this.factorials = LogGamma.factorials(paces.length);
    }

    /**
     * Returns ln of a kernel density estimate of all paces at each pace, with a bandwidth of a third of the
     * background's spread.
     */
    private static double[] backgroundLogDensities(double[] paces) {
        double[] sorted = paces.clone();
        Arrays.sort(sorted);
        double[] densities = new double[paces.length];
        int step = Math.max(1, sorted.length / 500);
        for (int i = 0; i < paces.length; i++) {
            double sum = 0;
            int count = 0;
            for (int j = 0; j < sorted.length; j += step) {
                double z = (paces[i] - sorted[j]) * 3;
                sum += Math.exp(-z * z / 2);
                count++;
            }
            densities[i] = Math.log(Math.max(sum, 1e-9) / count) + Math.log(3) - HALF_LOG_TWO_PI;
        }
        return densities;
    }

    /**
     * Returns the best cluster of a cohort, or null.
     *
     * @param minEvidence least evidence in nats
     */
    @Nullable
    PaceCluster best(Cohort cohort, double minEvidence) {
        int[] members = cohort.members();
        PaceCluster best = null;
        double penalty = Math.log(Math.min(SEEDS, members.length))
                + Math.log(BALL_SIZES.length + 1)
                + Math.log(CENTRES)
                + Math.log(WIDTHS.length);
        for (int seed : Sampling.sample(members.length, SEEDS, random)) {
            int[] near = byDistance(members, members[seed]);
            for (int size : BALL_SIZES) {
                if (size < near.length) {
                    best = better(best, bestInBall(Arrays.copyOf(near, size), penalty, minEvidence));
                }
            }
        }
        return better(best, bestInBall(members, penalty, minEvidence)); // the window that holds the whole cohort
    }

    private static @Nullable PaceCluster better(@Nullable PaceCluster a, @Nullable PaceCluster b) {
        return a == null || (b != null && b.evidence() > a.evidence()) ? b : a;
    }

    private int[] byDistance(int[] members, int from) {
        long[] order = new long[members.length];
        for (int i = 0; i < order.length; i++) {
            double distance = manner.squaredDistance(manner.points[members[i]], manner.points[from]);
            order[i] = ((long) Float.floatToIntBits((float) distance) << 32) | i;
        }
        Arrays.sort(order);
        int[] near = new int[members.length];
        for (int i = 0; i < near.length; i++) {
            near[i] = members[(int) order[i]];
        }
        return near;
    }

    private @Nullable PaceCluster bestInBall(int[] ball, double penalty, double minEvidence) {
        if (ball.length < Cohort.MIN_GROUP_SIZE) {
            return null;
        }
        double[] sorted = new double[ball.length];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = paces[ball[i]];
        }
        Arrays.sort(sorted);
        double[] ballBackground = ballBackground(ball, sorted[sorted.length / 2]);
        PaceCluster best = null;
        for (int c = 0; c < CENTRES; c++) {
            double centre = sorted[(int) ((c + 0.5) * sorted.length / CENTRES)];
            for (double width : WIDTHS) {
                if (isEnough(sorted, centre, REACH * width)) {
                    best = better(
                            best,
                            bestAround(
                                    ball,
                                    ballBackground,
                                    centre,
                                    width,
                                    penalty,
                                    best == null ? minEvidence : best.evidence()));
                }
            }
        }
        return best;
    }

    /**
     * Returns ln of the background density at each pace of a window: an equal mixture of all paces and of a normal
     * density of spread 1 around the window's median.
     */
    private double[] ballBackground(int[] ball, double median) {
        double[] ballBackground = new double[ball.length];
        for (int i = 0; i < ballBackground.length; i++) {
            double deviation = paces[ball[i]] - median;
            ballBackground[i] = LogMath.logSum(
                    LOG_HALF + background[ball[i]], LOG_HALF - deviation * deviation / 2 - HALF_LOG_TWO_PI);
        }
        return ballBackground;
    }

    /** Returns whether enough paces are within reach of a centre. */
    private static boolean isEnough(double[] sorted, double centre, double reach) {
        return countUpTo(sorted, centre + reach) - countUpTo(sorted, centre - reach) >= Cohort.MIN_GROUP_SIZE;
    }

    private static int countUpTo(double[] sorted, double value) {
        int position = Arrays.binarySearch(sorted, value);
        return position >= 0 ? position : -position - 1;
    }

    private @Nullable PaceCluster bestAround(
            int[] ball, double[] ballBackground, double centre, double width, double penalty, double minEvidence) {
        long[] order = new long[ball.length];
        double[] logRatios = new double[ball.length];
        double peak = -Math.log(width) - HALF_LOG_TWO_PI;
        double most = 0;
        int above = 0;
        for (int i = 0; i < ball.length; i++) {
            double z = (paces[ball[i]] - centre) / width;
            logRatios[i] = peak - z * z / 2 - ballBackground[i];
            if (logRatios[i] >= MIN_LOG_RATIO) {
                order[above++] = ((long) ~Float.floatToIntBits((float) logRatios[i]) << 32) | i;
                most += logRatios[i];
            }
        }
        if (above < Cohort.MIN_GROUP_SIZE || most - penalty - minPenalty(ball.length, above) < minEvidence) {
            return null;
        }
        Arrays.sort(order, 0, above);
        double sum = 0;
        double best = Double.NEGATIVE_INFINITY;
        int size = 0;
        for (int k = 1; k <= above; k++) {
            sum += logRatios[(int) order[k - 1]];
            double score = sum - logBinomial(ball.length, k) - penalty;
            if (k >= Cohort.MIN_GROUP_SIZE && score > best) {
                best = score;
                size = k;
            }
        }
        int[] rows = new int[size];
        for (int k = 0; k < size; k++) {
            rows[k] = ball[(int) order[k]];
        }
        return new PaceCluster(rows, best);
    }

    /** Returns the least penalty for a subset: the binomial coefficient is smallest at one of the two ends. */
    private double minPenalty(int n, int most) {
        return Math.min(logBinomial(n, Cohort.MIN_GROUP_SIZE), logBinomial(n, most));
    }

    /** Returns ln of the binomial coefficient. */
    private double logBinomial(int n, int k) {
        return factorials[n] - factorials[k] - factorials[n - k];
    }
}
