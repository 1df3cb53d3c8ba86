package dev.stillgate.proxy.whatif;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that runs a part of a backtest, with low priority; its progress is read from its output. */
public final class BacktestProcess {
    private static final Pattern PERCENT = Pattern.compile("^ *([0-9]{1,3}\\.[0-9]) %");
    private static final int MOST_LINES = 100;

    /** Variables with options of the gateway's JVM, such as its garbage collector, which conflict with those below. */
    private static final List<String> JVM_VARIABLES = List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS");

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();
    private volatile double progress;

    /** Starts a process with the arguments of {@code stillgate}. */
    @FunctionalInterface
    public interface Launcher {
        /**
         * Starts the process.
         *
         * @throws IOException if it does not start
         */
        Process start(List<String> arguments) throws IOException, InterruptedException;
    }

    /**
     * The end of a process.
     *
     * @param output its last lines other than progress
     */
    record End(int exit, String output) {}

    private BacktestProcess(Process process) {
        this.process = process;
        reader = Thread.ofVirtual().name("backtest-output").start(this::read);
    }

    /**
     * Returns a launcher of this process's own program, with the lowest priority and a tenth of the memory as heap.
     *
     * @param main the class with the program's entry point
     * @param policy the policy file in whose place the text is read, so that relative paths stay the same
     */
    public static Launcher own(String main, Path policy) {
        return arguments -> {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:MaxRAMPercentage=10",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path"),
                    main));
            command.addAll(arguments);
            command.addAll(List.of("--policy", policy.toString()));
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().keySet().removeAll(JVM_VARIABLES);
            return LowPriority.call(builder::start);
        };
    }

    /** Starts a backtest of a log. */
    static BacktestProcess start(Launcher launcher, Path text, Path report, Path log)
            throws IOException, InterruptedException {
        return new BacktestProcess(launcher.start(List.of(
                "backtest",
                log.toString(),
                "--text",
                text.toString(),
                "--out",
                report.toString(),
                "--brief",
                "--lenient",
                "--progress")));
    }

    private void read() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                Matcher percent = PERCENT.matcher(line);
                if (percent.find()) {
                    progress = Double.parseDouble(percent.group(1)) / 100;
                } else {
                    keep(line);
                }
            }
        } catch (IOException | UncheckedIOException ended) {
            // the process was destroyed
        }
    }

    private synchronized void keep(String line) {
        if (lines.size() == MOST_LINES) {
            lines.removeFirst();
        }
        lines.add(line);
    }

    /** Returns the share of the logs that was replayed, 0 to 1. */
    double progress() {
        return progress;
    }

    /** Waits for the end. */
    End await() throws InterruptedException {
        int exit = process.waitFor();
        reader.join(TimeUnit.SECONDS.toMillis(5));
        synchronized (this) {
            return new End(exit, String.join("\n", lines));
        }
    }

    void destroy() {
        process.destroy();
    }
}
