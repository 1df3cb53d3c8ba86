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
 * Says which accounts of a cohort belong to a clump, once there is one: those that all families together place there. The
 * clump's centre and widths in each family are fitted to its members, and the members to it, in turns (A. Dempster, N.
 * Laird and D. Rubin, "Maximum likelihood from incomplete data via the EM algorithm", 1977); the members are then the
 * accounts that are strangers with a chance of one in a hundred at most, each by itself: members beyond doubt do not make
 * up for doubtful ones.
 */
public final class ClusterFit {
    /** What must speak for an account, ln of the odds: one in a hundred may be a stranger. */
    private static final double LEAST_ODDS = Math.log(99);

    /** The largest share of a cohort that a clump is held to be before the accounts are looked at. */
    private static final double MOST = 0.5;

    /** What time alone must say for an account, in nats. */
    private static final double LEAST_TIME = 0.5;

    private static final double NARROWEST = 0.05;
    private static final double WIDEST = 0.9;

    /** How much wider a clump is than its likeliest members. */
    private static final double WIDENED = 1.15;

    /** The largest share of a clump's accounts that is held to be alike in a family; the others an actor may have forged. */
    private static final double MOST_REGULAR = 0.98;

    private static final int TURNS = 5;

    private final BackgroundDensity time;
    private final List<BackgroundDensity> others;

    public ClusterFit(BackgroundDensity time, List<BackgroundDensity> others) {
        this.time = time;
        this.others = others;
    }

    /** Returns the rows that belong to a clump of a cohort, ascending; the clump's own when the fit leaves too few. */
    int[] of(Cohort cohort, PaceCluster clump, Random random) {
        int[] all = cohort.members();
        double[] timeStrangers = time.at(all, random);
        double[][] strangers = new double[others.size()][];
        for (int f = 0; f < strangers.length; f++) {
            strangers[f] = others.get(f).at(all, random);
        }
        int[] core = clump.members().clone();
        Arrays.sort(core);
        int[] members = core;
        double[] odds = new double[all.length];
        for (int turn = 0; turn < TURNS; turn++) {
            double share = Math.min(MOST, (double) members.length / all.length);
            double[] times = ratios(time, members, all, timeStrangers, false);
            System.arraycopy(times, 0, odds, 0, odds.length);
            double[] second = new double[all.length];
            for (int f = 0; f < strangers.length; f++) {
                double[] each = ratios(others.get(f), members, all, strangers[f], true);
                for (int i = 0; i < all.length; i++) {
                    odds[i] += each[i];
                    second[i] = Math.max(second[i], each[i]);
                }
            }
            for (int i = 0; i < all.length; i++) {
                odds[i] = times[i] < LEAST_TIME || second[i] <= 0
                        ? Double.NEGATIVE_INFINITY
                        : odds[i] + Math.log(share / (1 - share));
            }
            int[] likely = IntStream.range(0, all.length)
                    .filter(i -> odds[i] > 0)
                    .map(i -> all[i])
                    .toArray();
            if (likely.length < Cohort.FEWEST) {
                return core;
            }
            members = likely;
        }
        int[] sure = surest(all, odds);
        return sure.length < Cohort.FEWEST ? core : sure;
    }

    /** Returns the rows that are members beyond doubt, ascending. */
    private static int[] surest(int[] all, double[] odds) {
        return IntStream.range(0, all.length)
                .filter(i -> odds[i] > LEAST_ODDS)
                .map(i -> all[i])
                .toArray();
    }

    private static double[] ratios(
            BackgroundDensity density, int[] members, int[] all, double[] strangers, boolean exceptions) {
        double[] centre = density.middle(members);
        double[] widths = new double[centre.length];
        double[] deviations = new double[members.length];
        for (int j = 0; j < widths.length; j++) {
            for (int i = 0; i < members.length; i++) {
                deviations[i] = Math.abs(density.points[members[i]][j] - centre[j]);
            }
            double spread = WIDENED * 1.4826 * Quantiles.median(deviations.clone());
            widths[j] = Math.clamp(spread, NARROWEST, WIDEST * density.width());
        }
        double[] ratios = new double[all.length];
        int fitting = 0;
        for (int i = 0; i < all.length; i++) {
            ratios[i] = density.normal(density.points[all[i]], centre, widths) - strangers[i];
            fitting += ratios[i] > 0 && Arrays.binarySearch(members, all[i]) >= 0 ? 1 : 0;
        }
        if (exceptions) {
            double regular = Math.clamp((double) fitting / members.length, 0.5, MOST_REGULAR);
            for (int i = 0; i < all.length; i++) {
                ratios[i] = LogMath.logSum(Math.log(regular) + ratios[i], Math.log(1 - regular));
            }
        }
        return ratios;
    }
}
