package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.proof.SiteReader;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Table of p-values of leaked marked text, by length. */
final class LeakTables {
    private final MarkBench bench;
    private final PrintStream out;
    private final int keys;

    LeakTables(MarkBench bench, PrintStream out, int keys) {
        this.bench = bench;
        this.out = out;
        this.keys = keys;
    }

    void print(List<TextSet> sets) {
        out.println("\n### Leaked text\n\n" + keys + " keys, each on different texts. log10 p:\n");
        out.println("| texts | words | sites (5th percentile) | cells | median | 95th percentile | worst"
                + " | keys with p < 1e-6 |");
        out.println("|---|---|---|---|---|---|---|---|");
        for (TextSet set : sets) {
            List<String> prose =
                    set.all().stream().filter(text -> !TextSet.isCode(text)).toList();
            for (int words : new int[] {1_000, 2_000, 3_000, 5_000}) {
                row(set.name() + ", prose", prose, words);
            }
            List<String> code = set.all().stream().filter(TextSet::isCode).toList();
            if (code.size() >= 30) {
                row(set.name() + ", with programs", code, 5_000);
            }
        }
    }

    private void row(String title, List<String> texts, int words) {
        double[] log10p = new double[keys];
        double[] sites = new double[keys];
        double[] cells = new double[keys];
        for (int i = 0; i < keys; i++) {
            Random random = new Random(1_000 + i);
            CanaryKey key = bench.key("leak-" + i);
            SiteReader reader = bench.reader();
            for (String text : MarkBench.words(texts, words, random)) {
                reader.read(bench.mark(key, text));
            }
            log10p[i] = bench.log10p(key, reader, null);
            sites[i] = reader.counts().total();
            cells[i] = reader.counts().cells();
        }
        Arrays.sort(log10p);
        Arrays.sort(sites);
        Arrays.sort(cells);
        out.printf(
                "| %s | %,d | %.0f (%.0f) | %.0f | %.1f | %.1f | %.1f | %.0f %% |%n",
                title,
                words,
                sites[keys / 2],
                sites[keys / 20],
                cells[keys / 2],
                log10p[keys / 2],
                log10p[(int) Math.ceil(keys * 0.95) - 1],
                log10p[keys - 1],
                found(log10p));
        out.flush();
    }

    private static double found(double[] log10p) {
        return 100.0 * Arrays.stream(log10p).filter(p -> p < -6).count() / log10p.length;
    }
}
