package dev.stillgate.fingerprint.candidate;

import dev.stillgate.fingerprint.space.BackgroundDensity;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.stats.LogMath;
import dev.stillgate.fingerprint.stats.Quantiles;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Assigns the accounts of a cohort to a pace cluster by all evidence families, with a hard-assignment variant of the EM
 * algorithm (A. Dempster, N. Laird and D. Rubin, "Maximum likelihood from incomplete data via the EM algorithm", 1977).
 *
 * <p>Alternates between fitting the cluster's centre and widths to its members and reassigning the members. The result
 * is the accounts with a posterior probability of at least 0.99 each.
 */
public final class ClusterFit {
    /** Least posterior log odds of a member: 99 to 1. */
    private static final double MIN_LOG_ODDS = Math.log(99);

    /** Largest prior probability of membership in a cohort. */
    private static final double MAX_SHARE = 0.5;

    /** Least evidence of time alone for a member, in nats. */
    private static final double MIN_TIME_LOG_RATIO = 0.5;

    private static final double MIN_WIDTH = 0.05;
    private static final double MAX_WIDTH = 0.9;

    /** Ratio of the cluster's width to that of its likeliest members. */
    private static final double WIDTH_FACTOR = 1.15;

    /** Largest share of members whose traits in a family are genuine; the others may be forged. */
    private static final double MAX_REGULAR = 0.98;

    private static final int ITERATIONS = 5;

    private final BackgroundDensity time;
    private final List<BackgroundDensity> others;

    public ClusterFit(BackgroundDensity time, List<BackgroundDensity> others) {
        this.time = time;
        this.others = others;
    }

    /** Returns the rows of the cluster's members, ascending; the cluster's own rows when the fit leaves too few. */
    int[] members(Cohort cohort, PaceCluster cluster, Random random) {
        int[] all = cohort.members();
        double[] timeBackground = time.logDensities(all, random);
        double[][] background = new double[others.size()][];
        for (int f = 0; f < background.length; f++) {
            background[f] = others.get(f).logDensities(all, random);
        }
        int[] core = cluster.members().clone();
        Arrays.sort(core);
        int[] members = core;
        double[] logOdds = new double[all.length];
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            double share = Math.min(MAX_SHARE, (double) members.length / all.length);
            double[] timeLogRatios = logRatios(time, members, all, timeBackground, false);
            System.arraycopy(timeLogRatios, 0, logOdds, 0, logOdds.length);
            double[] bestOther = new double[all.length];
            for (int f = 0; f < background.length; f++) {
                double[] each = logRatios(others.get(f), members, all, background[f], true);
                for (int i = 0; i < all.length; i++) {
                    logOdds[i] += each[i];
                    bestOther[i] = Math.max(bestOther[i], each[i]);
                }
            }
            for (int i = 0; i < all.length; i++) {
                logOdds[i] = timeLogRatios[i] < MIN_TIME_LOG_RATIO || bestOther[i] <= 0
                        ? Double.NEGATIVE_INFINITY
                        : logOdds[i] + Math.log(share / (1 - share));
            }
            int[] likely = IntStream.range(0, all.length)
                    .filter(i -> logOdds[i] > 0)
                    .map(i -> all[i])
                    .toArray();
            if (likely.length < Cohort.MIN_GROUP_SIZE) {
                return core;
            }
            members = likely;
        }
        int[] confidentMembers = confident(all, logOdds);
        return confidentMembers.length < Cohort.MIN_GROUP_SIZE ? core : confidentMembers;
    }

    /** Returns the rows with sufficient posterior odds, ascending. */
    private static int[] confident(int[] all, double[] logOdds) {
        return IntStream.range(0, all.length)
                .filter(i -> logOdds[i] > MIN_LOG_ODDS)
                .map(i -> all[i])
                .toArray();
    }

    private static double[] logRatios(
            BackgroundDensity density, int[] members, int[] all, double[] background, boolean exceptions) {
        double[] centre = density.medians(members);
        double[] widths = new double[centre.length];
        double[] deviations = new double[members.length];
        for (int j = 0; j < widths.length; j++) {
            for (int i = 0; i < members.length; i++) {
                deviations[i] = Math.abs(density.points[members[i]][j] - centre[j]);
            }
            double spread = WIDTH_FACTOR * 1.4826 * Quantiles.median(deviations.clone());
            widths[j] = Math.clamp(spread, MIN_WIDTH, MAX_WIDTH * density.bandwidth());
        }
        double[] logRatios = new double[all.length];
        int fitting = 0;
        for (int i = 0; i < all.length; i++) {
            logRatios[i] = density.normalLogDensity(density.points[all[i]], centre, widths) - background[i];
            fitting += logRatios[i] > 0 && Arrays.binarySearch(members, all[i]) >= 0 ? 1 : 0;
        }
        if (exceptions) {
            double regular = Math.clamp((double) fitting / members.length, 0.5, MAX_REGULAR);
            for (int i = 0; i < all.length; i++) {
                logRatios[i] = LogMath.logSum(Math.log(regular) + logRatios[i], Math.log(1 - regular));
            }
        }
        return logRatios;
    }
}
