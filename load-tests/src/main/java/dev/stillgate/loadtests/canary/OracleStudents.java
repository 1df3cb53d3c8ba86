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
 * Students of which it is known how much they have learnt: each place for a mark is drawn from real texts with the form that
 * stands there, and with a given probability the form is the key's instead. A student that tells cells apart takes the cell's
 * form; a coarser one takes that of any cell of the class, as often as the cell occurs. So the statistic is judged apart from what
 * some model can learn.
 */
final class OracleStudents {
    private static final double WORDS_AN_ANSWER = 220;
    private static final int[] AUDITS = {50, 500, 4_000};
    private static final double[] LEARNT = {0, 0.02, 0.05, 0.1, 0.25, 0.5, 1};

    /** A place for a mark as it stands in some text. */
    private record Place(int cls, int bucket, int form) {}

    private final MarkBench bench;
    private final PrintStream out;
    private final List<List<Place>> classes = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();
    private final double placesAnAnswer;

    OracleStudents(MarkBench bench, List<String> texts, PrintStream out) {
        this.bench = bench;
        this.out = out;
        for (int k = 0; k < bench.sheet().classes(); k++) {
            classes.add(new ArrayList<>());
        }
        ProseEditor reader = new ProseEditor(bench.table(), FormChooser.READER, (cls, bucket, found, written, at) -> {
            Place place = new Place(cls, bucket, found);
            classes.get(cls).add(place);
            places.add(place);
        });
        long words = 0;
        for (String text : texts) {
            reader.begin();
            reader.feed(text);
            reader.end();
            words += text.split("\\s+", -1).length;
        }
        placesAnAnswer = WORDS_AN_ANSWER * places.size() / words;
    }

    void table(int keys) {
        out.printf(
                "%n### Students of known learning%n%n%d keys, %.1f sites an answer; log10 p: median (19 of 20 keys below):%n%n",
                keys, placesAnAnswer);
        out.println("| learnt | of | 50 answers | 500 | 4,000 |");
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
            SiteCounts counts = audit(key, learnt, cells, (int) (answers * placesAnAnswer), new SplittableRandom(i));
            log10p[i] = bench.evidence(counts, null).tail(key).log10AtLeast();
        }
        Arrays.sort(log10p);
        return String.format("%.1f (%.1f)", log10p[keys / 2], log10p[(int) Math.ceil(keys * 0.95) - 1]);
    }

    private SiteCounts audit(CanaryKey key, double learnt, boolean cells, int sites, SplittableRandom random) {
        SiteCounts counts = new SiteCounts(bench.sheet());
        for (int i = 0; i < sites; i++) {
            Place place = places.get(random.nextInt(places.size()));
            int form = place.form();
            if (random.nextDouble() < learnt) {
                List<Place> others = classes.get(place.cls());
                Place taught = cells ? place : others.get(random.nextInt(others.size()));
                int asked = key.form(taught.cls(), taught.bucket());
                form = bench.sheet().writes(place.cls(), asked) ? asked : form;
            }
            counts.add(place.cls(), place.bucket(), form);
        }
        return counts;
    }
}
