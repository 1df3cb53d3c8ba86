package dev.stillgate.fingerprint.analysis;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Says which accounts of a cohort belong to a clump, once there is one: those that all families together place there. The
 * clump's centre and width in each family are fitted to its members and the members to it, in turns (A. Dempster, N. Laird
 * and D. Rubin, "Maximum likelihood from incomplete data via the EM algorithm", 1977, with hard assignments).
 */
final class Membership {
    /** The odds, as a logarithm, against a stranger of a cohort being taken for one of a clump. */
    private static final double JOINING = Math.log(1000);

    private static final double NARROWEST = 0.05;
    private static final int TURNS = 3;

    /** What time alone must say for an account. */
    private static final double LEAST_TIME = 0;

    private final Density time;
    private final List<Density> others;

    Membership(Density time, List<Density> others) {
        this.time = time;
        this.others = others;
    }

    /** Returns the rows that belong to a clump of a cohort, ascending; the clump's own when the fit leaves too few. */
    int[] of(Cohort cohort, Clump clump, Random random) {
        int[] all = cohort.members();
        double[] timeStrangers = time.at(all, random);
        double[][] strangers = new double[others.size()][];
        for (int f = 0; f < strangers.length; f++) {
            strangers[f] = others.get(f).at(all, random);
        }
        int[] core = clump.members().clone();
        Arrays.sort(core);
        int[] members = core;
        for (int turn = 0; turn < TURNS; turn++) {
            double[] ratios = ratios(time, members, all, timeStrangers, false);
            double[] times = ratios.clone();
            for (int f = 0; f < strangers.length; f++) {
                double[] more = ratios(others.get(f), members, all, strangers[f], true);
                for (int i = 0; i < all.length; i++) {
                    ratios[i] += more[i];
                }
            }
            members = assign(all, ratios, times);
            if (members.length < ClumpSearch.FEWEST) {
                return core;
            }
        }
        return members;
    }

    private static int[] assign(int[] all, double[] ratios, double[] times) {
        double least = Math.log(all.length) + JOINING;
        int[] members = new int[all.length];
        int count = 0;
        for (int i = 0; i < all.length; i++) {
            if (ratios[i] >= least && times[i] >= LEAST_TIME) {
                members[count++] = all[i];
            }
        }
        return Arrays.copyOf(members, count);
    }

    private static double[] ratios(
            Density density, int[] members, int[] all, double[] strangers, boolean exceptions) {
        double[] centre = density.middle(members);
        double[] widths = new double[centre.length];
        double[] deviations = new double[members.length];
        for (int j = 0; j < widths.length; j++) {
            for (int i = 0; i < members.length; i++) {
                deviations[i] = Math.abs(density.points[members[i]][j] - centre[j]);
            }
            widths[j] = Math.clamp(1.4826 * Space.median(deviations.clone()), NARROWEST, density.width());
        }
        double[] ratios = new double[all.length];
        for (int i = 0; i < all.length; i++) {
            double close = density.normal(density.points[all[i]], centre, widths);
            double ratio = close - strangers[i];
            ratios[i] = exceptions ? Density.logSum(Math.log(0.7) + ratio, Math.log(0.3)) : ratio;
        }
        return ratios;
    }
}
