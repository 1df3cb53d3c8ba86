package dev.stillgate.canary.text.edit;

import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.TableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures the reference rates of a table in unmarked texts and writes them into its file: {@code ReferenceRates TABLE
 * FILE...}. A class's rate is its share of form 1 with four additional sites of one half. A cell's offset is its share
 * minus that rate, shrunk by n / (n + 50) for n sites. A second run changes nothing.
 */
final class ReferenceRates {
    private static final double ADDED_SITES = 4;
    private static final double SHRINKING_SITES = 50;

    private final ClassTable table;
    private final long[][] sites;
    private final long[][] ones;
    private long words;

    private ReferenceRates(ClassTable table) {
        this.table = table;
        sites = new long[table.classes()][64];
        ones = new long[table.classes()][64];
    }

    public static void main(String[] args) throws IOException, TableException {
        Path file = Path.of(args[0]);
        ReferenceRates rates = new ReferenceRates(ClassTable.read(file));
        for (int i = 1; i < args.length; i++) {
            TextFiles.read(Path.of(args[i])).forEach(rates::read);
        }
        Files.writeString(file, rates.written(Files.readAllLines(file)));
        System.out.printf(Locale.ROOT, "%d words, %.2f sites in 1,000%n", rates.words, rates.density());
    }

    private void read(String text) {
        words += text.split("\\s+").length;
        EnglishTable.edited(table, text, FormChooser.READER, (cls, bucket, found, written, position) -> {
            sites[cls][bucket]++;
            ones[cls][bucket] += found;
        });
    }

    private double density() {
        long all = 0;
        for (long[] cells : sites) {
            all += IntStream.range(0, cells.length).mapToLong(i -> cells[i]).sum();
        }
        return 1_000.0 * all / words;
    }

    private String written(List<String> lines) {
        List<String> out = new ArrayList<>();
        int cls = -1;
        for (String line : lines) {
            if (line.startsWith("  - name: ")) {
                cls++;
            }
            if (line.startsWith("    rate: ")) {
                out.add("    rate: " + number(rate(cls)));
                out.add("    offsets: [" + offsets(cls) + "]");
            } else if (!line.startsWith("    offsets: ")) {
                out.add(line);
            }
        }
        return String.join("\n", out) + "\n";
    }

    private double rate(int cls) {
        long all = 0;
        long one = 0;
        for (int b = 0; b < table.buckets(cls); b++) {
            all += sites[cls][b];
            one += ones[cls][b];
        }
        return (one + ADDED_SITES / 2) / (all + ADDED_SITES);
    }

    private String offsets(int cls) {
        return IntStream.range(0, table.buckets(cls))
                .mapToObj(bucket -> number(offset(cls, bucket)))
                .collect(Collectors.joining(", "));
    }

    private double offset(int cls, int bucket) {
        long n = sites[cls][bucket];
        return n == 0 ? 0 : n / (n + SHRINKING_SITES) * ((double) ones[cls][bucket] / n - rate(cls));
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.4f", value);
        return text.equals("-0.0000") ? "0.0000" : text;
    }
}
