package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.proof.SiteReader;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Trains and audits n-gram students of corpora with a marked share. */
final class Students {
    static final int ANSWER_TOKENS = 300;
    /** Order of the n-gram models: contexts of up to four words. */
    static final int ORDER = 5;

    private static final int[] SIZES = {50, 500, 1_000, 2_500, 4_000, 10_000};

    private final MarkBench bench;
    private final List<String> corpus;
    private final PrintStream out;
    private final int[] audits;

    /** @param most maximum number of responses in an audit */
    Students(MarkBench bench, List<String> corpus, int most, PrintStream out) {
        this.bench = bench;
        this.corpus = corpus;
        this.out = out;
        audits = Arrays.stream(SIZES)
                .filter(size -> size <= Math.max(most, SIZES[0]))
                .toArray();
    }

    /** Returns the corpus with a random share of its texts marked. */
    List<String> marked(CanaryKey key, double share, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return corpus.stream()
                .map(text -> random.nextDouble() < share ? bench.mark(key, text) : text)
                .toList();
    }

    /** Audits a student for each key and share. The reference is a student of the unmarked corpus. */
    void table(double[] shares, int keys) {
        out.printf(
                "%n### n-gram students%n%nlog10 p of %d keys (median; worst in brackets), without and with reference:%n%n",
                keys);
        out.println("| marked | responses | words | sites | without | with |");
        out.println("|---|---|---|---|---|---|");
        SiteReader reference = bench.reader();
        SplittableRandom random = new SplittableRandom(99);
        new NgramStudent(corpus, ORDER)
                .answers(random, audits[audits.length - 1], ANSWER_TOKENS)
                .forEach(reference::read);
        for (double share : shares) {
            row(share, keys, reference);
        }
    }

    private void row(double share, int keys, SiteReader reference) {
        double[][] without = new double[audits.length][keys];
        double[][] with = new double[audits.length][keys];
        String[] sizes = new String[audits.length];
        for (int i = 0; i < keys; i++) {
            CanaryKey key = bench.key("student-" + i);
            NgramStudent student = new NgramStudent(marked(key, share, 10 + i), ORDER);
            SplittableRandom random = new SplittableRandom(1_000 + i);
            SiteReader reader = bench.reader();
            for (int j = 0; j < audits.length; j++) {
                int more = audits[j] - (j == 0 ? 0 : audits[j - 1]);
                student.answers(random, more, ANSWER_TOKENS).forEach(reader::read);
                without[j][i] = bench.log10p(key, reader, null);
                with[j][i] = bench.log10p(key, reader, reference);
                sizes[j] = String.format(
                        "%,d | %,d", reader.words(), reader.counts().total());
            }
        }
        for (int j = 0; j < audits.length; j++) {
            out.printf(
                    "| %.0f %% | %,d | %s | %s | %s |%n",
                    100 * share, audits[j], sizes[j], figures(without[j]), figures(with[j]));
        }
        out.flush();
    }

    private static String figures(double[] log10p) {
        Arrays.sort(log10p);
        return String.format("%.1f (%.1f)", log10p[log10p.length / 2], log10p[log10p.length - 1]);
    }
}
