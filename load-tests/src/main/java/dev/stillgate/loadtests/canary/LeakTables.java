package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.proof.SiteReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Tables of p-values of leaked marked text, by length and by alteration. */
final class LeakTables {
    private static final int ALONE_WORDS = 8_000;
    private static final int TOGETHER_WORDS = 16_000;
    private static final int DEEP_WORDS = 60_000;
    private static final int DEEP_ROUNDS = 3;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private final MarkBench bench;
    private final PrintStream out;
    private final int keys;

    LeakTables(MarkBench bench, PrintStream out, int keys) {
        this.bench = bench;
        this.out = out;
        this.keys = keys;
    }

    void plain(List<TextSet> sets) {
        out.println("\n### Leaked text\n\n" + keys + " keys, each on different texts. log10 p:\n");
        head("texts");
        for (TextSet set : sets) {
            List<String> prose =
                    set.all().stream().filter(text -> !TextSet.isCode(text)).toList();
            for (int words : new int[] {1_000, 2_000, 3_000, 5_000}) {
                row(set.name() + ", prose", prose, words, Alteration.values(), 0);
            }
            List<String> code = set.all().stream().filter(TextSet::isCode).toList();
            if (code.size() >= 30) {
                row(set.name() + ", with programs", code, 5_000, Alteration.values(), 0);
            }
        }
    }

    void altered(List<TextSet> sets) {
        out.println("\n### Altered leaks\n\nlog10 p, " + keys + " keys:\n");
        head("alteration");
        List<String> prose = prose(sets);
        row("none", prose, ALONE_WORDS, Alteration.values(), 0);
        for (Alteration alteration : Alteration.values()) {
            row(alteration.title, prose, ALONE_WORDS, new Alteration[] {alteration}, 1);
        }
        row("all together", prose, TOGETHER_WORDS, Alteration.values(), Alteration.values().length);
    }

    private static List<String> prose(List<TextSet> sets) {
        return sets.stream()
                .flatMap(set -> set.all().stream())
                .filter(text -> !TextSet.isCode(text))
                .toList();
    }

    /** Prints the p-value and the cost of the exact tail for a leak whose p-value is below the range of a double. */
    void deep(List<TextSet> sets) {
        List<String> prose = sets.stream().flatMap(set -> set.all().stream()).toList();
        CanaryKey key = bench.key("leak-0");
        SiteReader reader = bench.reader();
        MarkBench.words(prose, DEEP_WORDS, new Random(1)).forEach(text -> reader.read(bench.mark(key, text)));
        out.printf(
                "%n### The exact tail of a long leak%n%n| words | sites | log10 p | processor time |%n|---|---|---|---|%n");
        for (int i = 0; i < DEEP_ROUNDS; i++) {
            long begun = CLOCK.getCurrentThreadCpuTime();
            double log10p = bench.log10p(key, reader, null);
            long nanos = CLOCK.getCurrentThreadCpuTime() - begun;
            out.printf(
                    "| %,d | %,d | %.1f | %d ms |%n",
                    DEEP_WORDS, reader.counts().total(), log10p, nanos / 1_000_000);
        }
    }

    private void head(String what) {
        out.println("| " + what + " | words | sites (5th percentile) | cells | median | 95th percentile | worst"
                + " | keys with p < 1e-6 | same, best test |");
        out.println("|---|---|---|---|---|---|---|---|---|");
    }

    private void row(String title, List<String> texts, int words, Alteration[] alterations, int applied) {
        double[] log10p = new double[keys];
        double[] best = new double[keys];
        double[] sites = new double[keys];
        double[] cells = new double[keys];
        for (int i = 0; i < keys; i++) {
            Random random = new Random(1_000 + i);
            CanaryKey key = bench.key("leak-" + i);
            SiteReader reader = bench.reader();
            for (String text : MarkBench.words(texts, words, random)) {
                String altered = bench.mark(key, text);
                for (int j = 0; j < applied; j++) {
                    altered = alterations[j].of(altered, random);
                }
                reader.read(altered);
            }
            log10p[i] = bench.log10p(key, reader, null);
            best[i] = BestTest.log10p(key, reader.counts(), bench.sheet());
            sites[i] = reader.counts().total();
            cells[i] = reader.counts().cells();
        }
        Arrays.sort(log10p);
        Arrays.sort(sites);
        Arrays.sort(cells);
        out.printf(
                "| %s | %,d | %.0f (%.0f) | %.0f | %.1f | %.1f | %.1f | %.0f %% | %.0f %% |%n",
                title,
                words,
                sites[keys / 2],
                sites[keys / 20],
                cells[keys / 2],
                log10p[keys / 2],
                log10p[(int) Math.ceil(keys * 0.95) - 1],
                log10p[keys - 1],
                found(log10p),
                found(best));
        out.flush();
    }

    private static double found(double[] log10p) {
        return 100.0 * Arrays.stream(log10p).filter(p -> p < -6).count() / log10p.length;
    }
}
