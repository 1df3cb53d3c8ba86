package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.proof.KeyStatistic;
import dev.stillgate.canary.proof.SiteReader;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Tests whether p-values are uniform for texts that were not marked with the key. Seeds and key names are fixed. */
final class Calibration {
    private static final int KEYS = 1_000;
    private static final int STUDENTS = 20;
    private static final int AUDIT = 200;
    private static final double LEVEL = 0.01;
    /** Number of the first stratum without traffic. */
    private static final int OTHERS = 100;

    private final MarkBench bench;
    private final PrintStream out;
    private boolean uniform = true;

    Calibration(MarkBench bench, PrintStream out) {
        this.bench = bench;
        this.out = out;
    }

    /** Tests all text sets and two kinds of students; returns whether all p-values are uniform. */
    boolean table(List<TextSet> sets, Students students) {
        int tests = 2 * (sets.size() + 2);
        out.printf(
                "%n### Calibration%n%n%,d keys each; uniform if the Kolmogorov-Smirnov probability of the randomised p-values"
                        + " is at least %.2f / %d.%n%n",
                KEYS, LEVEL, tests);
        out.println("| suspect | sites | KS | p < 0.01 | p < 0.05 |");
        out.println("|---|---|---|---|---|");
        for (TextSet set : sets) {
            SiteReader reader = bench.read(set.all());
            KeyStatistic evidence = bench.weighed(reader, null);
            double[] p = new double[KEYS];
            SplittableRandom random = new SplittableRandom(7);
            for (int i = 0; i < KEYS; i++) {
                p[i] = randomised(evidence, bench.key("calibration-" + i), random);
            }
            row(set.name(), reader.counts().total(), p, tests);
            for (int i = 0; i < STUDENTS; i++) {
                strata("calibration-" + i, reader, p, i, random);
            }
            row(set.name() + ", strata", reader.counts().total(), p, tests);
        }
        students("students of unmarked text", students, 0, tests);
        students("students of text marked under other keys", students, 1, tests);
        strata("students of unmarked text, strata", students, 0, tests);
        strata("students of text marked under other strata, strata", students, 1, tests);
        return uniform;
    }

    /** Tests each key on one student only, since results of one key on several suspects are correlated. */
    private void students(String title, Students students, double share, int tests) {
        double[] p = new double[KEYS];
        int sites = 0;
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < STUDENTS; i++) {
            Student student = new NgramStudent(students.marked(bench.key("other-" + i), share, i), 5);
            SplittableRandom draws = new SplittableRandom(2_000 + i);
            SiteReader reader = bench.reader();
            student.answers(draws, AUDIT, Students.ANSWER_TOKENS).forEach(reader::read);
            sites += reader.counts().total() / STUDENTS;
            KeyStatistic evidence = bench.weighed(reader, null);
            for (int j = 0; j < KEYS / STUDENTS; j++) {
                int key = i * (KEYS / STUDENTS) + j;
                p[key] = randomised(evidence, bench.key("fixed-" + key), random);
            }
        }
        row(title, sites, p, tests);
    }

    /** Tests strata that a student never met, of the epoch under whose other strata its text was marked. */
    private void strata(String title, Students students, double share, int tests) {
        double[] p = new double[KEYS];
        double[] inProportion = new double[STUDENTS * EpochStrata.TRAFFIC.size()];
        int sites = 0;
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < STUDENTS; i++) {
            String epoch = "strata-" + i;
            EpochStrata strata = new EpochStrata(bench, epoch, EpochStrata.TRAFFIC);
            Student student = new NgramStudent(students.marked(strata, share, EpochStrata.TRAFFIC, i), 5);
            SplittableRandom draws = new SplittableRandom(2_000 + i);
            SiteReader reader = bench.reader();
            student.answers(draws, AUDIT, Students.ANSWER_TOKENS).forEach(reader::read);
            sites += reader.counts().total() / STUDENTS;
            strata(epoch, reader, p, i, random);
            EpochStrata.Audit audit = strata.audit(reader);
            for (int j = 0; j < EpochStrata.TRAFFIC.size(); j++) {
                inProportion[i * EpochStrata.TRAFFIC.size() + j] = Math.pow(10, audit.beyond(j));
            }
        }
        row(title, sites, p, tests);
        out.printf(
                "| the same, all strata in proportion, beyond their share | %,d | | %.1f %% | %.1f %% |%n",
                sites, share(inProportion, 0.01), share(inProportion, 0.05));
    }

    /** Sets a part of the p-values to those of strata of an epoch without any traffic. */
    private void strata(String epoch, SiteReader suspect, double[] p, int part, SplittableRandom random) {
        int count = KEYS / STUDENTS;
        EpochStrata strata = new EpochStrata(bench, epoch, List.of());
        List<String> names = new ArrayList<>(List.of(strata.global()));
        IntStream.range(0, count).forEach(i -> names.add(strata.name(OTHERS + i)));
        EpochStrata.Audit audit = strata.audit(suspect, names);
        for (int i = 0; i < count; i++) {
            p[part * count + i] =
                    Math.pow(10, audit.outcome(names.get(1 + i)).tail().log10Randomised(1 - random.nextDouble()));
        }
    }

    private static double randomised(KeyStatistic evidence, CanaryKey key, SplittableRandom random) {
        return Math.pow(10, evidence.tail(key).log10Randomised(1 - random.nextDouble()));
    }

    private void row(String title, int sites, double[] p, int tests) {
        double probability = Uniformity.probability(p);
        uniform &= probability >= LEVEL / tests;
        out.printf(
                "| %s | %,d | %.4f%s | %.1f %% | %.1f %% |%n",
                title,
                sites,
                probability,
                probability < LEVEL / tests ? " (not uniform)" : "",
                share(p, 0.01),
                share(p, 0.05));
        out.flush();
    }

    private static double share(double[] p, double below) {
        long count = 0;
        for (double each : p) {
            count += each < below ? 1 : 0;
        }
        return 100.0 * count / p.length;
    }
}
