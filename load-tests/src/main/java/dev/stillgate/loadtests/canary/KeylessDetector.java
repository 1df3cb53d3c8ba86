package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.proof.SiteCounts;
import dev.stillgate.canary.proof.SiteReader;
import dev.stillgate.canary.text.edit.FormChooser;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Detector of marks that knows the table and the plan, and has unmarked text of the same model, but no key. The statistic
 * is the log-likelihood ratio of a text's counts between marked with a random key and unmarked (J. Neyman and E. S.
 * Pearson, 1933). It covers the counts of classes and the agreement within cells. The threshold is a quantile over
 * unmarked texts.
 */
final class KeylessDetector {
    private static final int REFERENCE_WORDS = 50_000;
    private static final double FALSE_ALARMS = 0.02;
    /** Share of a cell's sites that do not have the selected form, since a form repeats one before it or a guard forbids it. */
    private static final double OVERLOOKED = 0.02;

    private static final int SPLITS = 20;
    private static final int TEXTS = 25;

    private final MarkBench bench;
    private final PrintStream out;

    KeylessDetector(MarkBench bench, PrintStream out) {
        this.bench = bench;
        this.out = out;
    }

    void print(List<TextSet> sets) {
        out.printf(
                "%n### Seen without the key%n%nMarked texts detected with %,d unmarked words of the model, %.0f %% false:%n%n",
                REFERENCE_WORDS, 100 * FALSE_ALARMS);
        out.println("| texts | words | detected |\n|---|--:|--:|");
        for (TextSet set : sets) {
            for (int words : new int[] {500, 2_000, 5_000}) {
                out.printf("| %s | %,d | %.0f %% |%n", set.name(), words, 100 * power(set.all(), words));
            }
        }
        out.flush();
    }

    private double power(List<String> texts, int words) {
        Random random = new Random(17);
        double[] plain = new double[SPLITS * TEXTS];
        double[] marked = new double[plain.length];
        for (int i = 0; i < plain.length; i++) {
            List<String> shuffled = new ArrayList<>(texts);
            Collections.shuffle(shuffled, new Random(i / TEXTS));
            int known = 0;
            for (int left = REFERENCE_WORDS; left > 0; known++) {
                left -= shuffled.get(known).split("\\s+", -1).length;
            }
            SiteCounts reference = counts(null, shuffled.subList(0, known));
            List<String> rest = shuffled.subList(known, shuffled.size());
            plain[i] = ratio(reference, counts(null, drawn(rest, words, random)));
            marked[i] = ratio(reference, counts(bench.key("seen-" + i), drawn(rest, words, random)));
        }
        Arrays.sort(plain);
        double threshold = plain[(int) ((1 - FALSE_ALARMS) * plain.length)];
        return Arrays.stream(marked).filter(ratio -> ratio > threshold).count() / (double) marked.length;
    }

    private static List<String> drawn(List<String> texts, int words, Random random) {
        List<String> order = new ArrayList<>(texts);
        Collections.shuffle(order, random);
        int count = 0;
        for (int left = words; left > 0; count++) {
            left -= order.get(count).split("\\s+", -1).length;
        }
        return order.subList(0, count);
    }

    private SiteCounts counts(@Nullable FormChooser key, List<String> texts) {
        SiteReader reader = bench.reader();
        texts.forEach(text -> reader.read(key == null ? text : bench.mark(key, text)));
        return reader.counts();
    }

    private double ratio(SiteCounts reference, SiteCounts text) {
        double sum = 0;
        for (int k = 0; k < text.classes(); k++) {
            double own = (reference.ones(k) + 0.5) / (reference.sites(k) + 1);
            double selects = CanaryPlan.CURRENT.selects(bench.sheet().rate(k));
            double ones = bench.sheet().writes(k, 1) ? 1 - OVERLOOKED : own;
            double zeros = bench.sheet().writes(k, 0) ? OVERLOOKED : own;
            for (int b = 0; b < text.buckets(k); b++) {
                int one = text.ones(k, b);
                int zero = text.sites(k, b) - one;
                double marked = selects * Math.pow(ones, one) * Math.pow(1 - ones, zero)
                        + (1 - selects) * Math.pow(zeros, one) * Math.pow(1 - zeros, zero);
                sum += Math.log(marked) - one * Math.log(own) - zero * Math.log(1 - own);
            }
        }
        return sum;
    }
}
