package dev.stillgate.proxy.backtest;

import static dev.stillgate.proxy.backtest.Lines.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.config.ConfigException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Log formats that a backtest reads, and broken logs. */
class BacktestRunLogTest extends BacktestRunRig {
    @Test
    void equalLogsGiveEqualReports() throws Exception {
        Object[] lines = IntStream.range(0, 500)
                .mapToObj(i -> line(i * 700L, "a" + i % 37)
                        .end(i * 700L + i % 7 * 1_000)
                        .does(i % 5 == 0 ? "set a" + i % 31 + " MARKED" : "none"))
                .toArray();
        Path log = log(lines);
        String first = report(run(SCRIPTED, log));
        assertThat(report(run(SCRIPTED, log))).isEqualTo(first);
        assertThat(report(run(SCRIPTED, gzip(log)))).isEqualTo(first);
        assertThat(first).startsWith("{\"policy\":\"sha256:").endsWith("}\n");
    }

    private Path gzip(Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            Files.copy(file, out);
        }
        return Files.write(directory.resolve("packed"), bytes.toByteArray());
    }

    @Test
    void severalFilesAreOneLog() throws Exception {
        Path one = gzip(log(line(0, "a"), line(1, "a")));
        Path other = log(line(2, "a"));
        assertThat(run(SCRIPTED, one, other).tally().exchanges()).isEqualTo(3);
        assertThatThrownBy(() -> run(SCRIPTED, other, one))
                .isInstanceOf(BrokenLogException.class)
                .hasMessageStartingWith(one + ":1: ts: goes back by 2 ms from the line before");
    }

    static Stream<List<String>> brokenLines() {
        return Stream.of(
                List.of("no JSON", "not an exchange: expected an object"),
                List.of(line(1, "a") + "}", "not an exchange: bytes after the JSON object"),
                List.of(line(1, "a").toString().replace("}", ""), "not an exchange: "),
                List.of(line(1, "a").with("ts", "\"1\"").toString(), "ts: expected milliseconds"),
                List.of(line(1, "a").with("ts", "17e11").toString(), "ts: expected milliseconds"),
                List.of(line(1, "a").with("ts", null).toString(), "ts: expected milliseconds"),
                List.of(line(-1, "a").toString(), "ts: goes back by 1 ms"),
                List.of(line(400 * DAY, "a").toString(), "ts: more than 366 days after"),
                List.of(line(1, "a").end(0).toString(), "end: expected"),
                List.of(line(1, "a").end(40 * DAY).toString(), "end: expected"),
                List.of(line(1, "a").with("status", null).toString(), "status: expected"),
                List.of(line(1, "a").with("status", "20").toString(), "status: expected"),
                List.of(line(1, "").toString(), "account: is empty"),
                List.of(line(1, "a").with("account", "7").toString(), "account: expected a string"),
                List.of(line(1, "a").with("account", null).toString(), "account: expected a string"),
                List.of(line(1, "a").text("ip", "host.example").toString(), "ip: expected an address"),
                List.of(line(1, "a").with("path", null).toString(), "path: expected a string"),
                List.of(line(1, "a").with("headers", null).toString(), "headers: is missing"),
                List.of(line(1, "a").with("headers", "[[\"a\"]]").toString(), "headers: expected a list"),
                List.of(line(1, "a").with("headers", "{}").toString(), "headers: expected a list"),
                List.of(line(1, "a").with("label", "1").toString(), "label: expected a string"),
                List.of(line(1, "\\ud800").toString(), "account: unpaired surrogate"),
                List.of("{\"ts\":1,\"ts\":2}", "not an exchange: duplicate key"));
    }

    @Test
    void brokenLinesStopTheRunOrAreCounted() throws Exception {
        for (List<String> broken : brokenLines().toList()) {
            Path log = log(line(0, "a"), broken.getFirst(), "", line(1, "a"));
            lenient = false;
            assertThatThrownBy(() -> run(SCRIPTED, log))
                    .isInstanceOf(BrokenLogException.class)
                    .hasMessageStartingWith(log + ":2: " + broken.getLast());
            lenient = true;
            complaints.clear();
            BacktestFindings findings = run(SCRIPTED, log);
            assertThat(findings.broken()).as(broken.getFirst()).isEqualTo(1);
            assertThat(findings.tally().exchanges()).isEqualTo(2);
            assertThat(complaints).hasSize(1);
        }
    }

    @Test
    void truncatedGzipFileIsBrokenAtItsLastLine() throws Exception {
        Path whole = gzip(log(IntStream.range(0, 20_000)
                .mapToObj(i -> line(i, "a" + Integer.toHexString(i * 7919)))
                .toArray()));
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(directory.resolve("cut"), Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> run(SCRIPTED, cut))
                .isInstanceOf(BrokenLogException.class)
                .hasMessageMatching("\\Q" + cut + "\\E:\\d+: the compressed file ends too early");
        lenient = true;
        BacktestFindings findings = run(SCRIPTED, cut, log(line(DAY, "b")));
        assertThat(findings.broken()).isEqualTo(1);
        assertThat(findings.tally().exchanges()).isBetween(2_000L, 19_000L);
        Path empty = Files.write(directory.resolve("head"), Arrays.copyOf(bytes, 5));
        assertThat(run(SCRIPTED, empty, log(line(0, "b"))).broken()).isEqualTo(1);
    }

    @Test
    void emptyOrMissingLogFails() throws IOException {
        Path empty = log();
        assertThatThrownBy(() -> run(SCRIPTED, empty))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("at least one exchange");
        assertThatThrownBy(() -> run(SCRIPTED, directory.resolve("absent"))).isInstanceOf(IOException.class);
        Path good = log(line(0, "a"));
        assertThatThrownBy(() -> run("[{name: t, type: trail}]", good))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no filter type \"trail\"");
    }
}
