package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.ClassSheet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Synthetic tables and suspects. */
final class Sheets {
    private Sheets() {}

    static ClassSheet of(int classes, int buckets, double rate) {
        return contracting(classes, buckets, rate, 0);
    }

    /** Returns a table whose first classes are contractions. */
    static ClassSheet contracting(int classes, int buckets, double rate, int contractions) {
        List<String> names = new ArrayList<>();
        double[] rates = new double[classes];
        Arrays.fill(rates, rate);
        for (int k = 0; k < classes; k++) {
            names.add("class-" + k);
        }
        boolean[][] both = new boolean[classes][2];
        for (boolean[] writes : both) {
            Arrays.fill(writes, true);
        }
        boolean[] contracts = new boolean[classes];
        Arrays.fill(contracts, 0, contractions, true);
        return new ClassSheet(names, rates, new double[classes][buckets], new byte[32], both, contracts);
    }

    /** Returns the counts of an unmarked text whose classes and cells have random rates. */
    static SiteCounts innocent(ClassSheet sheet, int sites, double style, Random random) {
        SiteCounts counts = new SiteCounts(sheet);
        double[][] rates = new double[sheet.classes()][];
        for (int k = 0; k < rates.length; k++) {
            rates[k] = new double[sheet.buckets(k)];
            double habit = ExpectedRates.logit(sheet.rate(k)) + style * random.nextGaussian();
            for (int b = 0; b < rates[k].length; b++) {
                rates[k][b] = ExpectedRates.sigmoid(habit + style / 2 * random.nextGaussian());
            }
        }
        for (int i = 0; i < sites; i++) {
            int k = (int) (rates.length * random.nextDouble() * random.nextDouble());
            int b = (int) (rates[k].length * random.nextDouble() * random.nextDouble());
            counts.add(k, b, random.nextDouble() < rates[k][b] ? 1 : 0);
        }
        return counts;
    }
}
