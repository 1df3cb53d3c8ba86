package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.proof.SiteCounts;
import dev.stillgate.canary.text.edit.FormChooser;
import dev.stillgate.canary.text.edit.ProseEditor;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Simulated students with a known degree of learning. Sites are drawn from real texts; with a given probability a site
 * gets the form of the key instead of its own. A fine student uses the form of the site's cell, a coarse one that of a
 * random cell of the class. This measures the power of the test independently of a model.
 */
final class OracleStudents {
    private static final double WORDS_PER_ANSWER = 220;
    private static final int[] AUDITS = {50, 500, 4_000};
    private static final double[] LEARNT = {0, 0.02, 0.05, 0.1, 0.25, 0.5, 1};

    /** A site of a text with its form. */
    private record Site(int cls, int bucket, int form) {}

    private final MarkBench bench;
    private final PrintStream out;
    private final List<List<Site>> classes = new ArrayList<>();
    private final List<Site> sites = new ArrayList<>();
    private final double sitesPerAnswer;

    OracleStudents(MarkBench bench, List<String> texts, PrintStream out) {
        this.bench = bench;
        this.out = out;
        for (int k = 0; k < bench.sheet().classes(); k++) {
            classes.add(new ArrayList<>());
        }
        ProseEditor reader = new ProseEditor(bench.table(), FormChooser.READER, (cls, bucket, found, written, at) -> {
            Site site = new Site(cls, bucket, found);
            classes.get(cls).add(site);
            sites.add(site);
        });
        long words = 0;
        for (String text : texts) {
            reader.begin();
            reader.feed(text);
            reader.end();
            words += text.split("\\s+", -1).length;
        }
        sitesPerAnswer = WORDS_PER_ANSWER * sites.size() / words;
    }

    void table(int keys) {
        out.printf(
                "%n### Students of known learning%n%n%d keys, %.1f sites per response; log10 p: median (95th percentile):%n%n",
                keys, sitesPerAnswer);
        out.println("| learnt | of | 50 responses | 500 | 4,000 |");
        out.println("|---|---|---|---|---|");
        for (boolean cells : new boolean[] {false, true}) {
            for (double learnt : LEARNT) {
                StringBuilder row = new StringBuilder();
                for (int answers : AUDITS) {
                    row.append(" | ").append(figures(learnt, cells, answers, keys));
                }
                out.printf("| %.0f %% | %s%s |%n", 100 * learnt, cells ? "cells" : "classes", row);
                out.flush();
            }
        }
    }

    private String figures(double learnt, boolean cells, int answers, int keys) {
        double[] log10p = new double[keys];
        for (int i = 0; i < keys; i++) {
            CanaryKey key = bench.key("oracle-" + i);
            SiteCounts counts = audit(key, learnt, cells, (int) (answers * sitesPerAnswer), new SplittableRandom(i));
            log10p[i] = bench.evidence(counts, null).tail(key).log10AtLeast();
        }
        Arrays.sort(log10p);
        return String.format("%.1f (%.1f)", log10p[keys / 2], log10p[(int) Math.ceil(keys * 0.95) - 1]);
    }

    private SiteCounts audit(CanaryKey key, double learnt, boolean cells, int count, SplittableRandom random) {
        SiteCounts counts = new SiteCounts(bench.sheet());
        for (int i = 0; i < count; i++) {
            Site site = sites.get(random.nextInt(sites.size()));
            int form = site.form();
            if (random.nextDouble() < learnt) {
                List<Site> others = classes.get(site.cls());
                Site taught = cells ? site : others.get(random.nextInt(others.size()));
                int asked = key.form(taught.cls(), taught.bucket());
                form = bench.sheet().writes(site.cls(), asked) ? asked : form;
            }
            counts.add(site.cls(), site.bucket(), form);
        }
        return counts;
    }
}
