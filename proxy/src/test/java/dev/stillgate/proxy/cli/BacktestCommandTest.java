package dev.stillgate.proxy.cli;

import static dev.stillgate.proxy.backtest.Lines.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BacktestCommandTest {
    @TempDir
    private Path directory;

    private Path policy;
    private Path out;
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void prepare() throws IOException {
        policy = Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams: [{name: model, endpoints: ["http://model.invalid:9"]}]
                routes: [{path: /v1/, upstream: model}]
                """);
        out = directory.resolve("report.json");
    }

    private int run(String... arguments) {
        String[] all = new String[arguments.length + 5];
        all[0] = "--policy";
        all[1] = policy.toString();
        all[2] = "--out";
        all[3] = out.toString();
        all[4] = "--quiet";
        System.arraycopy(arguments, 0, all, 5, arguments.length);
        return new CommandLine(new BacktestCommand())
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    err.append(failure.getMessage());
                    return 1;
                })
                .execute(all);
    }

    private String log(String name, Object... lines) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Object line : lines) {
            text.append(line).append('\n');
        }
        return Files.writeString(directory.resolve(name), text).toString();
    }

    @Test
    void reportIsWrittenAndExitIsZero() throws IOException {
        assertThat(run(log("one", line(0, "a")), log("two", line(1, "a")))).isZero();
        assertThat(Files.readString(out)).contains("\"exchanges\":2,\"accounts\":1");
        assertThat(directory.resolve("report.json.part")).doesNotExist();
    }

    @Test
    void brokenLogFailsWithPositionAndKeepsOldReport() throws IOException {
        Files.writeString(out, "before");
        String log = log("log", line(0, "a"), "{");
        assertThat(run(log)).isEqualTo(1);
        assertThat(err.toString()).startsWith(log + ":2: not an exchange: ");
        assertThat(out).hasContent("before");
        assertThat(run("--lenient", log)).isZero();
        assertThat(Files.readString(out)).contains("\"broken\":1");
    }

    @Test
    void unwritableReportPreventsTheRun() throws IOException {
        out = directory.resolve("absent/report.json");
        assertThat(run(log("log", "broken"))).isEqualTo(1);
        assertThat(err.toString()).contains("absent").doesNotContain("at least one exchange");
        out = directory;
        assertThat(run(log("log", "broken"))).isEqualTo(1);
        assertThat(err.toString()).contains("is a directory");
    }

    @Test
    void missingLogPrintsUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("LOG");
    }

    @Test
    void progressIsBarOnTerminalAndLinesElsewhere() {
        long[] nanos = {0};
        ByteArrayOutputStream drawn = new ByteArrayOutputStream();
        PrintStream to = new PrintStream(drawn, true, StandardCharsets.UTF_8);
        ProgressBar bar = new ProgressBar(to, true, false, () -> nanos[0]);
        ProgressBar lines = new ProgressBar(to, false, false, () -> nanos[0]);
        nanos[0] = 1_000_000_000L;
        bar.at(255, 0, () -> 0.1);
        lines.at(256, 0, () -> 0.1);
        assertThat(drawn.toString(StandardCharsets.UTF_8)).isEmpty();
        bar.at(25_600, 1_770_000_000_000L, () -> 0.5);
        assertThat(drawn.toString(StandardCharsets.UTF_8))
                .isEqualTo("\r[" + "#".repeat(15) + ".".repeat(15)
                        + "]  50.0 %  25,600 exchanges  25,600/s  2026-02-02 02:40  ");
        drawn.reset();
        nanos[0] = 10_000_000_000L;
        lines.at(512, 1_770_000_000_000L, () -> 1);
        assertThat(drawn.toString(StandardCharsets.UTF_8))
                .isEqualTo("100.0 %  512 exchanges  51/s  2026-02-02 02:40" + System.lineSeparator());
        drawn.reset();
        bar.end(100_000);
        assertThat(drawn.toString(StandardCharsets.UTF_8).strip()).isEqualTo("100,000 exchanges in 10.0 s, 10,000/s");
    }
}
