package dev.stillgate.loadtests.orders;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Log of all operations of a run, with seconds since its start, and their counts. Thread-safe. */
final class OperationLog implements AutoCloseable {
    private final BufferedWriter out;
    private final long start = System.nanoTime();
    private final Map<String, Integer> counts = new TreeMap<>();

    OperationLog(Path file) throws IOException {
        out = Files.newBufferedWriter(file);
    }

    /** Returns seconds since the start. */
    double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    synchronized void line(String text) {
        try {
            out.write(String.format(Locale.ROOT, "%9.3f  %s%n", seconds(), text));
            out.flush();
        } catch (IOException e) {
            System.err.println("orders-chaos: " + e);
        }
    }

    /** Counts an operation of a kind. */
    synchronized void count(String kind) {
        counts.merge(kind, 1, Integer::sum);
    }

    /** Returns the number of counted operations whose kind begins with a text. */
    synchronized int sum(String prefix) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /** Returns the counts of all kinds, one line each. */
    synchronized String counts() {
        return counts.entrySet().stream()
                .map(entry -> String.format(Locale.ROOT, "%6d  %s", entry.getValue(), entry.getKey()))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
