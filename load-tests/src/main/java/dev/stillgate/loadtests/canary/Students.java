package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.proof.SiteReader;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Trains and audits students of corpora with a marked share. */
final class Students {
    static final int ANSWER_TOKENS = 300;
    private static final int[] SIZES = {50, 500, 1_000, 2_500, 4_000, 10_000};

    /** Trains a kind of student. */
    interface Trainer {
        Student train(List<String> corpus, long seed);
    }

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

    /** Returns the corpus with a random share of its texts marked by strata. */
    List<String> marked(EpochStrata strata, double share, List<Double> shares, long seed) {
        return strata.marked(corpus, share, shares, seed);
    }

    /** Audits a student for each key and share. The reference is a student of the unmarked corpus. */
    void table(String name, Trainer trainer, double[] shares, int keys) {
        out.printf(
                "%n### %s%n%nlog10 p of %d keys (median; worst in brackets), without and with reference:%n%n",
                name, keys);
        out.println("| marked | responses | words | sites | without | with |");
        out.println("|---|---|---|---|---|---|");
        SiteReader reference = bench.reader();
        SplittableRandom random = new SplittableRandom(99);
        Student unmarked = trainer.train(corpus, 99);
        unmarked.answers(random, audits[audits.length - 1], ANSWER_TOKENS).forEach(reference::read);
        for (double share : shares) {
            row(trainer, share, keys, reference);
        }
    }

    private void row(Trainer trainer, double share, int keys, SiteReader reference) {
        double[][] without = new double[audits.length][keys];
        double[][] with = new double[audits.length][keys];
        String[] sizes = new String[audits.length];
        for (int i = 0; i < keys; i++) {
            CanaryKey key = bench.key("student-" + i);
            Student student = trainer.train(marked(key, share, 10 + i), i);
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

    /** Audits a student for each epoch and share, whose corpus was marked by strata. */
    void strata(String name, Trainer trainer, double[] shares, int keys) {
        out.printf(
                "%n### %s of text marked by strata%n%nlog10 p of %d epochs (median; largest in brackets). Beyond: against the"
                        + " stratum's share of the traffic. The last two columns are the smallest p.%n%n",
                name, keys);
        out.printf(
                "| marked | responses | sites | global | stratum with %s of the marked texts, unmet | beyond %s |"
                        + " stratum in proportion, beyond %s | stratum never met |%n",
                EpochStrata.percent(EpochStrata.HARVEST, EpochStrata.FAVOURED),
                EpochStrata.percent(EpochStrata.TRAFFIC, EpochStrata.FAVOURED),
                EpochStrata.percent(EpochStrata.TRAFFIC, EpochStrata.IN_PROPORTION));
        out.println("|---|---|---|---|---|---|---|---|");
        for (double share : shares) {
            strata(trainer, share, keys);
        }
    }

    private void strata(Trainer trainer, double share, int keys) {
        double[][][] log10p = new double[audits.length][5][keys];
        int[] sites = new int[audits.length];
        for (int i = 0; i < keys; i++) {
            EpochStrata strata = new EpochStrata(bench, "students-" + i, EpochStrata.TRAFFIC);
            Student student = trainer.train(marked(strata, share, EpochStrata.HARVEST, 10 + i), i);
            SplittableRandom random = new SplittableRandom(1_000 + i);
            SiteReader reader = bench.reader();
            for (int j = 0; j < audits.length; j++) {
                int more = audits[j] - (j == 0 ? 0 : audits[j - 1]);
                student.answers(random, more, ANSWER_TOKENS).forEach(reader::read);
                EpochStrata.Audit audit = strata.audit(reader);
                log10p[j][0][i] = audit.global();
                log10p[j][1][i] = audit.unmet(EpochStrata.FAVOURED);
                log10p[j][2][i] = audit.beyond(EpochStrata.FAVOURED);
                log10p[j][3][i] = audit.beyond(EpochStrata.IN_PROPORTION);
                log10p[j][4][i] = audit.unmet(EpochStrata.UNMET);
                sites[j] = reader.counts().total();
            }
        }
        for (int j = 0; j < audits.length; j++) {
            out.printf(
                    "| %.0f %% | %,d | %,d | %s | %s | %s | %.1f | %.1f |%n",
                    100 * share,
                    audits[j],
                    sites[j],
                    figures(log10p[j][0]),
                    figures(log10p[j][1]),
                    figures(log10p[j][2]),
                    Arrays.stream(log10p[j][3]).min().orElseThrow(),
                    Arrays.stream(log10p[j][4]).min().orElseThrow());
        }
        out.flush();
    }

    private static String figures(double[] log10p) {
        Arrays.sort(log10p);
        return String.format("%.1f (%.1f)", log10p[log10p.length / 2], log10p[log10p.length - 1]);
    }
}
