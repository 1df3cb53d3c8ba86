package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.TableException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * The command {@code load-tests/run canary}: marks texts, trains student models, audits them, and prints the results.
 */
public final class CanaryExperiment {
    private static final List<String> PARTS = List.of("leaks", "groups", "seen");

    private Path data = Path.of("load-tests/data");
    private Path table = Path.of("config/canary/english.yaml");
    private Set<String> parts = Set.copyOf(PARTS);
    private TextSet.Half half = TextSet.Half.HELD_OUT;
    private int keys = 100;
    private int studentKeys = 5;
    private int answers = 4_000;
    private double[] shares = {0, 0.01, 0.05, 0.25, 1};

    private CanaryExperiment() {}

    /** Runs the experiment and exits. */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        CanaryExperiment experiment = new CanaryExperiment();
        try {
            experiment.parse(args);
            experiment.run(out, err);
            return 0;
        } catch (IllegalArgumentException e) {
            err.println("canary: " + e.getMessage());
            return 2;
        } catch (IOException | TableException e) {
            err.println("canary: " + e.getMessage());
            return 1;
        }
    }

    private void parse(String[] args) {
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " needs a value");
            }
            String value = args[i + 1];
            switch (args[i]) {
                case "--data" -> data = Path.of(value);
                case "--table" -> table = Path.of(value);
                case "--parts" -> parts = parts(value);
                case "--half" ->
                    half = TextSet.Half.valueOf(value.toUpperCase(Locale.ROOT).replace('-', '_'));
                case "--keys" -> keys = Integer.parseInt(value);
                case "--student-keys" -> studentKeys = Integer.parseInt(value);
                case "--answers" -> answers = Integer.parseInt(value);
                case "--shares" ->
                    shares = Arrays.stream(value.split(",", -1))
                            .mapToDouble(share -> Double.parseDouble(share) / 100)
                            .toArray();
                default -> throw new IllegalArgumentException("unknown argument " + args[i]);
            }
        }
        if (keys < 1 || studentKeys < 1) {
            throw new IllegalArgumentException("at least one key");
        }
    }

    private static Set<String> parts(String list) {
        Set<String> parts = Set.of(list.split(",", -1));
        if (!PARTS.containsAll(parts)) {
            throw new IllegalArgumentException("--parts: expected some of " + PARTS + ", found " + list);
        }
        return parts;
    }

    private void run(PrintStream out, PrintStream err) throws IOException, TableException {
        if (!Files.isDirectory(data)) {
            err.println("canary: skipped: no texts in " + data + "; set the directory with --data");
            return;
        }
        MarkBench bench = new MarkBench(ClassTable.read(table), half.keys);
        List<TextSet> sets =
                TextSet.all(data).stream().map(set -> set.half(half)).toList();
        if (parts.contains("leaks")) {
            new LeakTables(bench, out, keys).print(sets.subList(0, 3));
        }
        if (parts.contains("groups")) {
            new Students(bench, corpus(sets), answers, out).table(shares, studentKeys);
        }
        if (parts.contains("seen")) {
            new KeylessDetector(bench, out).print(TextSet.all(data).subList(0, 3));
        }
    }

    private static List<String> corpus(List<TextSet> sets) {
        List<String> corpus = new ArrayList<>();
        sets.subList(0, 5).forEach(set -> corpus.addAll(set.all()));
        Collections.shuffle(corpus, new Random(7));
        return corpus;
    }
}
