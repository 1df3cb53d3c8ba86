package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.TableException;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The command {@code load-tests/run canary}: marks texts, trains student models, audits them, and prints the results.
 */
public final class CanaryExperiment {
    private static final int NGRAM_ORDER = 5;
    private static final int MEASURED_BATCHES = 20;

    private Path data = Path.of("load-tests/data");
    private Path table = Path.of("config/canary/english.yaml");
    private Set<String> parts = Set.of(
            "leaks",
            "strata-leaks",
            "deep",
            "altered",
            "calibration",
            "oracle",
            "learning",
            "groups",
            "strata",
            "adaptive");
    private Set<String> kinds = Set.of("ngram", "transformer");
    private TextSet.Half half = TextSet.Half.HELD_OUT;
    private int keys = 100;
    private int studentKeys = 5;
    private int answers = 4_000;
    private double epochs = 8;
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
            return experiment.run(out, err) ? 0 : 1;
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
                case "--parts" -> parts = Set.of(value.split(",", -1));
                case "--students" -> kinds = Set.of(value.split(",", -1));
                case "--epochs" -> epochs = Double.parseDouble(value);
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
        if (keys < 1 || studentKeys < 1 || !(epochs > 0)) {
            throw new IllegalArgumentException("at least one key and a part of an epoch");
        }
    }

    private boolean run(PrintStream out, PrintStream err) throws IOException, TableException {
        if (!Files.isDirectory(data)) {
            err.println("canary: skipped: no texts in " + data + "; set the directory with --data");
            return true;
        }
        MarkBench bench = new MarkBench(ClassTable.read(table), half.keys);
        List<TextSet> all = TextSet.all(data);
        List<TextSet> sets = all.stream().map(set -> set.half(half)).toList();
        List<TextSet> assistants = sets.subList(0, 3);
        List<String> corpus = corpus(sets);
        Students students = new Students(bench, corpus, answers, out);
        boolean uniform = true;
        if (parts.contains("leaks")) {
            new LeakTables(bench, out, keys).plain(assistants);
        }
        if (parts.contains("strata-leaks")) {
            new LeakTables(bench, out, keys).strata(assistants);
        }
        if (parts.contains("deep")) {
            new LeakTables(bench, out, keys).deep(assistants);
        }
        if (parts.contains("altered")) {
            new LeakTables(bench, out, keys).altered(assistants);
        }
        if (parts.contains("calibration")) {
            uniform = new Calibration(bench, out).table(sets, students);
        }
        if (parts.contains("oracle")) {
            new OracleStudents(bench, corpus, out).table(keys);
        }
        if (parts.contains("learning")) {
            learning(corpus, out);
        }
        Map<String, Students.Trainer> trainers = trainers();
        for (Map.Entry<String, Students.Trainer> trainer : trainers.entrySet()) {
            if (parts.contains("groups")) {
                students.table(trainer.getKey(), trainer.getValue(), shares, studentKeys);
            }
            if (parts.contains("strata")) {
                students.strata(trainer.getKey(), trainer.getValue(), shares, studentKeys);
            }
        }
        if (parts.contains("adaptive")) {
            List<String> others =
                    corpus(all.stream().map(set -> set.half(half.other())).toList());
            for (double known : new double[] {0.5, 1}) {
                AdaptiveActor actor = new AdaptiveActor(bench, known, others);
                trainers.forEach((name, trainer) -> students.table(
                        String.format("%s of an actor that knows %.0f %% of the classes", name, 100 * known),
                        (texts, seed) -> trainer.train(actor.corpus(texts, seed), seed),
                        shares,
                        studentKeys));
            }
        }
        return uniform;
    }

    private static List<String> corpus(List<TextSet> sets) {
        List<String> corpus = new ArrayList<>();
        sets.subList(0, 5).forEach(set -> corpus.addAll(set.all()));
        Collections.shuffle(corpus, new Random(7));
        return corpus;
    }

    private Map<String, Students.Trainer> trainers() {
        Map<String, Students.Trainer> trainers = new LinkedHashMap<>();
        if (kinds.contains("ngram")) {
            trainers.put("n-gram students", (texts, seed) -> new NgramStudent(texts, NGRAM_ORDER));
        }
        if (kinds.contains("transformer")) {
            trainers.put(
                    "Transformer students",
                    (texts, seed) -> TransformerStudent.trained(texts, TransformerStudent.STANDARD, epochs, seed));
        }
        return trainers;
    }

    /** Prints how fast and how well a transformer learns unmarked text. A twentieth of the corpus is left out. */
    private void learning(List<String> corpus, PrintStream out) {
        int left = corpus.size() / 20;
        List<String> unseen = corpus.subList(0, left);
        TransformerStudent student = TransformerStudent.untrained(
                corpus.subList(left, corpus.size()), TransformerStudent.STANDARD, epochs, 1);
        out.println("\n### Training of a transformer\n");
        out.println(
                "| epochs | subwords | trained on | processor time | tokens/s | perplexity of unseen text: before | after |");
        out.println("|---|---|---|---|---|---|---|");
        double before = student.perplexity(unseen, MEASURED_BATCHES);
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        long begun = clock.getCurrentThreadCpuTime();
        long tokens = student.train();
        double seconds = (clock.getCurrentThreadCpuTime() - begun) / 1e9;
        out.printf(
                "| %.2f | %,d | %,d | %.0f s | %,.0f | %,.0f | %.1f |%n%n%s%n",
                epochs,
                student.known(),
                tokens,
                seconds,
                tokens / seconds,
                before,
                student.perplexity(unseen, MEASURED_BATCHES),
                student.answers(new SplittableRandom(1), 1, 100).getFirst().indent(4));
    }
}
