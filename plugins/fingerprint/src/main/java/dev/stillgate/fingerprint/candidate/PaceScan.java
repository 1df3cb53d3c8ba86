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
 * Looks for accounts that share out work. Accounts of one kind (people at chat, agents, products, nightly jobs) are alike
 * in when and how they work, and that is evidence of nothing; but how much each of them does differs from the next by
 * orders of magnitude, unless one hand deals it out. So the accounts that work in the same manner are picked, a ball around
 * a member in the coordinates of manner, and within the ball a part is looked for whose paces are improbably equal: a scan
 * (M. Kulldorff, "A spatial scan statistic", 1997) whose statistic is a likelihood ratio, k of the n being drawn from one
 * narrow normal distribution of ln pace, the other hypothesis being strangers' spread. Every choice is paid for: the ball,
 * which k of n, around what pace, how narrow.
 */
public final class PaceScan {

    /**
     * How narrow the paces may be, in units of strangers' spread. Narrower counts for no more: paces that are equal to the
     * last request are those of jobs of a fixed number, and round numbers are anybody's.
     */
    private static final double[] WIDTHS = {0.12, 0.25, 0.4};

    private static final int[] BALLS = {16, 32, 64, 128, 256};
    private static final int SEEDS = 20;
    private static final int CENTRES = 16;
    private static final double LEAST_RATIO = 0.3;
    private static final double HALF = Math.log(0.5);

    /** How many widths from the centre a pace can lie and speak for the clump. */
    private static final double REACH = 3;

    private static final double HALF_LOG = Math.log(2 * Math.PI) / 2;

    private final BackgroundDensity manner;
    private final double[] paces;
    private final double[] strangers;
    private final double[] factorials;
    private final Random random;

    /**
     * A search.
     *
     * @param manner the coordinates of manner
     * @param paces ln of the pace of each row, in units of strangers' spread
     */
    public PaceScan(BackgroundDensity manner, double[] paces, Random random) {
        this.manner = manner;
        this.paces = paces;
        this.random = random;
        this.strangers = strangers(paces);
        this.factorials = LogGamma.factorials(paces.length);
    }

    /** Returns ln of the density of everybody's paces at each of them: kernels of a third of strangers' spread. */
    private static double[] strangers(double[] paces) {
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
            densities[i] = Math.log(Math.max(sum, 1e-9) / count) + Math.log(3) - HALF_LOG;
        }
        return densities;
    }

    /**
     * Returns the best clump of a cohort, null when there is none.
     *
     * @param least the evidence of one that is worth anything, in nats
     */
    @Nullable
    PaceCluster best(Cohort cohort, double least) {
        int[] members = cohort.members();
        PaceCluster best = null;
        double price = Math.log(Math.min(SEEDS, members.length))
                + Math.log(BALLS.length + 1)
                + Math.log(CENTRES)
                + Math.log(WIDTHS.length);
        for (int seed : Sampling.sample(members.length, SEEDS, random)) {
            int[] near = byDistance(members, members[seed]);
            for (int size : BALLS) {
                if (size < near.length) {
                    best = better(best, within(Arrays.copyOf(near, size), price, least));
                }
            }
        }
        return better(best, within(members, price, least)); // the ball that holds them all, whichever its middle
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

    private @Nullable PaceCluster within(int[] ball, double price, double least) {
        if (ball.length < Cohort.FEWEST) {
            return null;
        }
        double[] sorted = new double[ball.length];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = paces[ball[i]];
        }
        Arrays.sort(sorted);
        double[] far = far(ball, sorted[sorted.length / 2]);
        PaceCluster best = null;
        for (int c = 0; c < CENTRES; c++) {
            double centre = sorted[(int) ((c + 0.5) * sorted.length / CENTRES)];
            for (double width : WIDTHS) {
                if (isEnough(sorted, centre, REACH * width)) {
                    best = better(
                            best, around(ball, far, centre, width, price, best == null ? least : best.evidence()));
                }
            }
        }
        return best;
    }

    /** Returns ln of strangers' density of paces at each of a ball's: half everybody's, half of spread 1 around its middle. */
    private double[] far(int[] ball, double middle) {
        double[] far = new double[ball.length];
        for (int i = 0; i < far.length; i++) {
            double off = paces[ball[i]] - middle;
            far[i] = LogMath.logSum(HALF + strangers[ball[i]], HALF - off * off / 2 - HALF_LOG);
        }
        return far;
    }

    /** Returns whether enough paces lie within reach of a centre for there to be a clump. */
    private static boolean isEnough(double[] sorted, double centre, double reach) {
        return above(sorted, centre + reach) - above(sorted, centre - reach) >= Cohort.FEWEST;
    }

    private static int above(double[] sorted, double value) {
        int place = Arrays.binarySearch(sorted, value);
        return place >= 0 ? place : -place - 1;
    }

    private @Nullable PaceCluster around(
            int[] ball, double[] far, double centre, double width, double price, double least) {
        long[] order = new long[ball.length];
        double[] ratios = new double[ball.length];
        double peak = -Math.log(width) - HALF_LOG;
        double most = 0;
        int above = 0;
        for (int i = 0; i < ball.length; i++) {
            double z = (paces[ball[i]] - centre) / width;
            ratios[i] = peak - z * z / 2 - far[i];
            if (ratios[i] >= LEAST_RATIO) {
                order[above++] = ((long) ~Float.floatToIntBits((float) ratios[i]) << 32) | i;
                most += ratios[i];
            }
        }
        if (above < Cohort.FEWEST || most - price - cheapest(ball.length, above) < least) {
            return null;
        }
        Arrays.sort(order, 0, above);
        double sum = 0;
        double best = Double.NEGATIVE_INFINITY;
        int size = 0;
        for (int k = 1; k <= above; k++) {
            sum += ratios[(int) order[k - 1]];
            double score = sum - choose(ball.length, k) - price;
            if (k >= Cohort.FEWEST && score > best) {
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

    /** Returns what the choice of some of n costs at least: the price rises to the half of n and falls again. */
    private double cheapest(int n, int most) {
        return Math.min(choose(n, Cohort.FEWEST), choose(n, most));
    }

    /** Returns ln of the number of ways to choose k of n. */
    private double choose(int n, int k) {
        return factorials[n] - factorials[k] - factorials[n - k];
    }
}
