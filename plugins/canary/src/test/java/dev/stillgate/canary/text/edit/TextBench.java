package dev.stillgate.canary.text.edit;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Measures the cost of editing, in nanoseconds of processor time per character and per delta: {@code TextBench FILE...}
 * reads texts of JSON lines, whole and in deltas of 4 to 12 characters, marking and reading. Reports the best of ten
 * rounds.
 */
final class TextBench {
    private static final int ROUNDS = 10;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private TextBench() {}

    public static void main(String[] args) throws Exception {
        List<String> texts = new ArrayList<>();
        for (String file : args) {
            texts.addAll(TextFiles.read(Path.of(file)));
        }
        long chars = texts.stream().mapToLong(String::length).sum();
        List<List<String>> deltas = texts.stream().map(TextBench::deltas).toList();
        long count = deltas.stream().mapToLong(List::size).sum();
        List<List<String>> whole = texts.stream().map(List::of).toList();
        for (boolean marks : new boolean[] {true, false}) {
            FormChooser chooser = marks ? EnglishTable.chooser(1) : FormChooser.READER;
            double wholeNanos = best(whole, chooser);
            double deltaNanos = best(deltas, chooser);
            System.out.printf(
                    Locale.ROOT,
                    "%s: %.1f ns a char whole; %.1f ns a delta of %.1f chars%n",
                    marks ? "marked" : "read",
                    wholeNanos / chars,
                    deltaNanos / count,
                    (double) chars / count);
        }
    }

    private static List<String> deltas(String text) {
        List<String> deltas = new ArrayList<>();
        for (int at = 0, i = 0; at < text.length(); i++) {
            int end = Math.min(text.length(), at + 4 + i * 5 % 9);
            deltas.add(text.substring(at, end));
            at = end;
        }
        return deltas;
    }

    private static double best(List<List<String>> texts, FormChooser chooser) {
        ProseEditor editor = new ProseEditor(EnglishTable.english(), chooser, SiteListener.NONE);
        double[] nanos = new double[ROUNDS];
        long length = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = CPU.getCurrentThreadCpuTime();
            for (List<String> text : texts) {
                editor.begin();
                for (String delta : text) {
                    length += editor.feed(delta).length();
                }
                length += editor.end().length();
            }
            nanos[round] = CPU.getCurrentThreadCpuTime() - start;
        }
        if (length == 0) {
            throw new IllegalStateException("nothing came out");
        }
        return Arrays.stream(nanos).min().orElseThrow();
    }
}
