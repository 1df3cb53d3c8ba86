package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.proof.NullDistribution;
import dev.stillgate.canary.proof.SiteCounts;

/**
 * Most powerful test for a text that was fully marked and not altered: the likelihood ratio per cell of the two forms
 * that a key can select (J. Neyman, E. Pearson, 1933). A benchmark for {@code canary verify}, which does not know that.
 */
final class BestTest {
    /** Share of the sites that have the form of the key; the others are at cuts or were parsed differently. */
    private static final double KEPT = 0.97;

    private static final double STEPS = 64;
    private static final double RAREST = 0.05;

    private BestTest() {}

    /** Returns log10 of the p-value. */
    static double log10p(CanaryKey key, SiteCounts counts, ClassSheet sheet) {
        int[][] cells = new int[counts.classes()][];
        long sum = 0;
        for (int k = 0; k < cells.length; k++) {
            cells[k] = new int[counts.buckets(k)];
            double rate = Math.clamp(sheet.rate(k), RAREST, 1 - RAREST);
            double asked1 = (1 - KEPT) * rate + KEPT * (sheet.writes(k, 1) ? 1 : rate);
            double asked0 = (1 - KEPT) * rate + KEPT * (sheet.writes(k, 0) ? 0 : rate);
            for (int b = 0; b < cells[k].length; b++) {
                int ones = counts.ones(k, b);
                int zeros = counts.sites(k, b) - ones;
                double ratio = ones * Math.log(asked1 / asked0) + zeros * Math.log((1 - asked1) / (1 - asked0));
                cells[k][b] = (int) Math.round(STEPS * ratio / 2);
                sum += (long) key.cellSign(k, b) * cells[k][b];
            }
        }
        NullDistribution keys =
                new NullDistribution(new int[cells.length], cells, key.plan().q());
        return keys.tail(sum).log10AtLeast();
    }
}
