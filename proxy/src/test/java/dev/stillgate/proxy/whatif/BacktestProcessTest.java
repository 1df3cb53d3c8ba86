package dev.stillgate.proxy.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.OperatingSystemMXBean;
import dev.stillgate.proxy.backtest.Lines;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Backtests where the image runs them: no program is on the path, and the JVM's options come from a variable. */
@Tag("slow")
class BacktestProcessTest {
    @TempDir
    private Path directory;

    /** Runs a program of this class path without any other program, under the options of the image's JVM. */
    private String output(Class<?> main, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName()),
                        Stream.of(arguments))
                .toList());
        builder.environment().clear();
        builder.environment().put("PATH", directory.resolve("absent").toString());
        builder.environment().put("JDK_JAVA_OPTIONS", "-XX:MaxRAMPercentage=50 -XX:+UseG1GC -XX:-UsePerfData");
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return output;
    }

    /** The gateway's heap and direct memory take three quarters, and its code and threads a part of the rest. */
    @Test
    void heapOfABacktestIsATenthOfTheMemory() throws Exception {
        Process process = BacktestProcess.own(Heap.class.getName(), Path.of("policy.yaml"))
                .start(List.of());
        String[] figures = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .strip()
                .split(" ");
        long least = 128L << 20; // the JVM takes no less of a large memory
        assertThat(Long.parseLong(figures[0])).isLessThanOrEqualTo(Math.max(least, Long.parseLong(figures[1]) / 10));
    }

    /** A program that prints its maximum heap and the memory that it sees. */
    static final class Heap {
        private Heap() {}

        public static void main(String[] arguments) {
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            System.out.println(Runtime.getRuntime().maxMemory() + " " + system.getTotalMemorySize());
        }
    }

    @Test
    void backtestNeedsNoOtherProgram() throws Exception {
        Path policy = Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams: [{name: model, endpoints: ["http://model.invalid:9"]}]
                routes: [{path: /v1/, upstream: model}]
                """);
        Path log = Files.writeString(
                directory.resolve("log.jsonl"), Lines.line(1_000, "a") + "\n" + Lines.line(0, "a") + "\n");

        assertThat(output(Backtests.class, policy.toString(), log.toString()))
                .contains("state=DONE")
                .contains("{outcome=exchanges, inForce=2, candidate=2, difference=0}")
                .doesNotContain("lines that were skipped");
    }

    /** A program that runs a backtest of a policy and a log, and prints its page. */
    static final class Backtests {
        private Backtests() {}

        public static void main(String[] arguments) throws Exception {
            Path policy = Path.of(arguments[0]);
            String text = Files.readString(policy);
            try (BacktestJobs jobs = new BacktestJobs(
                    () -> List.of(Path.of(arguments[1])),
                    () -> text,
                    BacktestProcess.own("dev.stillgate.proxy.cli.Main", policy),
                    () -> Files.createTempDirectory(policy.getParent(), "files"),
                    Ticker.system())) {
                jobs.start(text);
                long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3); // two processes start
                Map<String, Object> page = Objects.requireNonNull(jobs.page(1));
                while (String.valueOf(page.get("state")).equals("RUNNING") && System.nanoTime() - end < 0) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                    page = Objects.requireNonNull(jobs.page(1));
                }
                System.out.println(page);
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void processesHaveLowPriorityAndTheGatewayHasNot() throws Exception {
        String before = niceness("/proc/thread-self/stat");
        assertThat(LowPriority.call(() -> niceness("/proc/thread-self/stat"))).isEqualTo("19");
        Process process = LowPriority.call(() -> new ProcessBuilder("cat").start());
        try {
            assertThat(niceness("/proc/" + process.pid() + "/stat")).isEqualTo("19");
        } finally {
            process.destroy();
        }
        assertThat(niceness("/proc/thread-self/stat")).isEqualTo(before);
    }

    @Test
    void failureOfTheWorkIsThrown() {
        assertThatThrownBy(() -> LowPriority.call(() -> {
                    throw new IOException("no space");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("no space");
    }

    /** Returns field 19 of a process's status, proc_pid_stat(5). The name in field 2 may contain blanks. */
    private static String niceness(String file) throws IOException {
        String status = Files.readString(Path.of(file));
        return status.substring(status.lastIndexOf(')') + 2).split(" ")[16];
    }
}
