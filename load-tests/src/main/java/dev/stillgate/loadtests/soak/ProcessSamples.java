package dev.stillgate.loadtests.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Samples of a process: memory, live heap, and descriptors. Not thread-safe. */
final class ProcessSamples {
    /** The last line of a histogram: instances and bytes of all classes. */
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total +[0-9]+ +([0-9]+)");

    private final long pid;
    private final List<double[]> samples = new ArrayList<>();

    ProcessSamples(long pid) {
        this.pid = pid;
    }

    /** The sampled quantities. */
    enum Quantity {
        RESIDENT("resident, MB", 1),
        HEAP("live heap, MB", 2),
        DESCRIPTORS("descriptors", 3);

        final String title;
        private final int column;

        Quantity(String title, int column) {
            this.title = title;
            this.column = column;
        }
    }

    /**
     * A straight line through samples (least squares).
     *
     * @param from value at the first sample
     * @param to value at the last sample
     * @param hour slope per hour
     */
    record Line(double from, double to, double hour) {
        /** Returns the relative growth. */
        double growth() {
            return (to - from) / Math.max(1, from);
        }
    }

    /** Takes a sample at a time in seconds. */
    void take(double second) throws IOException, InterruptedException {
        Matcher live = TOTAL.matcher(jcmd("GC.class_histogram")); // collects, and counts before anything is allocated
        if (!live.find()) {
            throw new IOException("jcmd printed no histogram");
        }
        double heap = Long.parseLong(live.group(1)) / 1048576.0;
        double resident = 0;
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                resident = Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
            }
        }
        double descriptors;
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            descriptors = open.count();
        }
        samples.add(new double[] {second, resident, heap, descriptors});
    }

    private String jcmd(String command) throws IOException, InterruptedException {
        String java = ProcessHandle.current().info().command().orElse("java");
        Process process = new ProcessBuilder(java.replaceAll("java$", "jcmd"), Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        String output;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            output = String.join("\n", out.lines().toList());
        }
        process.waitFor();
        return output;
    }

    int size() {
        return samples.size();
    }

    /** Returns the last sample as text. */
    String last() {
        double[] last = samples.getLast();
        return "%.0f s: %.0f MB resident, %.1f MB heap, %.0f descriptors".formatted(last[0], last[1], last[2], last[3]);
    }

    /** Returns the line through the later two thirds of the samples; the first third is warm-up. */
    Line line(Quantity quantity) {
        List<double[]> used = samples.subList(samples.size() / 3, samples.size());
        int column = quantity.column;
        double n = used.size();
        double meanTime = used.stream().mapToDouble(s -> s[0]).sum() / n;
        double mean = used.stream().mapToDouble(s -> s[column]).sum() / n;
        double above = used.stream()
                .mapToDouble(s -> (s[0] - meanTime) * (s[column] - mean))
                .sum();
        double below = used.stream()
                .mapToDouble(s -> (s[0] - meanTime) * (s[0] - meanTime))
                .sum();
        double slope = below == 0 ? 0 : above / below;
        return new Line(
                mean + slope * (used.getFirst()[0] - meanTime),
                mean + slope * (used.getLast()[0] - meanTime),
                slope * 3600);
    }
}
