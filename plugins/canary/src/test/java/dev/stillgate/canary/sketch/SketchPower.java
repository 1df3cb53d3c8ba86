package dev.stillgate.canary.sketch;

import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.text.edit.TextFiles;
import dev.stillgate.testkit.FakeTicker;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Measures sketches: {@code SketchPower FILE FILE} reads two models' answers to the same prompts, as JSON lines.
 *
 * <ol>
 *   <li>For several numbers of buckets: the share of excerpts with enough equal values. An excerpt has half of the
 *       sentences of 300 words. Beside it, the share of responses that have as many in common with the other model's.
 *   <li>Serves one model's answers to an account each, traces the other's, and counts the accounts named, first
 *       without the prompts, then with them.
 *   <li>The processor time per character and per delta of 4 to 12 characters, best of ten rounds.
 * </ol>
 */
final class SketchPower {
    private static final int ROUNDS = 10;

    private SketchPower() {}

    public static void main(String[] args) throws Exception {
        SketchKey key = SketchKey.of(MasterSecret.test());
        List<String> one = TextFiles.read(Path.of(args[0]));
        List<String> two = TextFiles.read(Path.of(args[1]));
        sizes(key, one, two);
        List<String> prompts = TextFiles.read(Path.of(args[0]), "prompt");
        List<String> unknown = Collections.nCopies(prompts.size(), "");
        related(key, one, two, unknown);
        related(key, two, one, unknown);
        related(key, one, two, prompts);
        related(key, two, one, prompts);
        cost(key, one);
    }

    private static void related(SketchKey key, List<String> served, List<String> leaked, List<String> prompts)
            throws Exception {
        Path directory = Files.createTempDirectory("sketch-power");
        try (SketchStore store = new SketchStore(directory, System.out::println)) {
            for (int i = 0; i < served.size(); i++) {
                ResponseSketcher sketcher = new ResponseSketcher(store, key, "a-" + i, new FakeTicker());
                ShingleReader block = sketcher.block();
                block.read(served.get(i));
                block.end();
                sketcher.end(true);
            }
        }
        int named = 0;
        int[] values = new int[Sketch.BUCKETS + 1];
        for (int i = 0; i < leaked.size(); i++) {
            AccountTrace trace = new AccountTrace(key, List.of(directory));
            trace.read(prompts.get(i), leaked.get(i));
            for (AccountReport.Named account : trace.report().named()) {
                named++;
                values[account.values()]++;
            }
        }
        System.out.println(leaked.size() + " answers to the same prompts named " + named + " accounts; by values "
                + Arrays.toString(values));
    }

    private static void cost(SketchKey key, List<String> texts) {
        ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
        double best = Double.MAX_VALUE;
        long chars = 0;
        long deltas = 0;
        Sketch sketch = new Sketch();
        for (int round = 0; round < ROUNDS; round++) {
            chars = 0;
            deltas = 0;
            long start = cpu.getCurrentThreadCpuTime();
            for (String text : texts) {
                ShingleReader reader = ShingleReader.ofServed(key, sketch);
                for (int at = 0, i = 0; at < text.length(); i++) {
                    int end = Math.min(text.length(), at + 4 + i * 5 % 9);
                    reader.read(text.substring(at, end));
                    deltas++;
                    at = end;
                }
                reader.end();
                chars += text.length();
                sketch.clear();
            }
            best = Math.min(best, (double) (cpu.getCurrentThreadCpuTime() - start));
        }
        System.out.printf(Locale.ROOT, "%.1f ns a char, %.0f ns a delta%n", best / chars, best / deltas);
    }

    private static void sizes(SketchKey key, List<String> one, List<String> two) {
        List<String> answers = Stream.concat(one.stream(), two.stream())
                .map(text -> Leaks.upTo(text, 300))
                .filter(Objects::nonNull)
                .toList();
        System.out.println(answers.size() + " answers; values needed, excerpts, answers to the same prompt");
        for (int buckets : new int[] {4, 8, 12, 16, 20, 24}) {
            int[] excerpts = new int[buckets + 1];
            Random random = new Random(1);
            for (int round = 0; round < ROUNDS; round++) {
                for (String answer : answers) {
                    count(excerpts, equal(key, answer, Leaks.half(answer, random), buckets));
                }
            }
            int[] related = new int[buckets + 1];
            for (int i = 0; i < one.size(); i++) {
                count(related, equal(key, one.get(i), two.get(i), buckets));
                count(related, equal(key, two.get(i), one.get(i), buckets));
            }
            StringBuilder line = new StringBuilder();
            for (int t = 1; t <= Math.min(buckets, 8); t++) {
                line.append(String.format(
                        Locale.ROOT,
                        "  %d: %.3f %.4f",
                        t,
                        (double) excerpts[t] / excerpts[0],
                        (double) related[t] / related[0]));
            }
            System.out.println("buckets " + buckets + line);
        }
    }

    private static void count(int[] atLeast, int equal) {
        for (int t = 0; t <= equal; t++) {
            atLeast[t]++;
        }
    }

    private static int equal(SketchKey key, String served, String leaked, int buckets) {
        long[] least = new long[buckets];
        Arrays.fill(least, Long.MAX_VALUE);
        ShingleReader reader = ShingleReader.ofServed(key, (hash, end) -> {
            int bucket = (int) Long.remainderUnsigned(hash, buckets);
            least[bucket] = Math.min(least[bucket], hash >>> 1);
        });
        reader.read(served);
        reader.end();
        Map<Long, Integer> found = new HashMap<>();
        ShingleReader leak = ShingleReader.ofLeaked(key, (hash, end) -> found.putIfAbsent(hash >>> 1, end));
        leak.read(leaked);
        leak.end();
        int[] ends = Arrays.stream(least)
                .filter(found::containsKey)
                .mapToInt(found::get)
                .sorted()
                .toArray();
        boolean spread = ends.length > 0 && ends[ends.length - 1] - ends[0] >= AccountTrace.SPREAD;
        return spread ? ends.length : 0;
    }
}
