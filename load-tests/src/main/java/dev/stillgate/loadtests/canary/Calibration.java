package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.proof.KeyStatistic;
import dev.stillgate.canary.proof.SiteReader;
import java.io.PrintStream;
import java.util.List;
import java.util.SplittableRandom;

/** Tests whether p-values are uniform for texts that were not marked with the key. Seeds and key names are fixed. */
final class Calibration {
    private static final int KEYS = 1_000;
    private static final int STUDENTS = 20;
    private static final int AUDIT = 200;
    private static final double LEVEL = 0.01;

    private final MarkBench bench;
    private final PrintStream out;
    private boolean uniform = true;

    Calibration(MarkBench bench, PrintStream out) {
        this.bench = bench;
        this.out = out;
    }

    /** Tests all text sets and two kinds of students; returns whether all p-values are uniform. */
    boolean table(List<TextSet> sets, Students students) {
        int tests = sets.size() + 2;
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
        }
        students("students of unmarked text", students, 0, tests);
        students("students of text marked under other keys", students, 1, tests);
        return uniform;
    }

    /** Tests each key on one student only, since results of one key on several suspects are correlated. */
    private void students(String title, Students students, double share, int tests) {
        double[] p = new double[KEYS];
        int sites = 0;
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < STUDENTS; i++) {
            NgramStudent student = new NgramStudent(students.marked(bench.key("other-" + i), share, i), Students.ORDER);
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
