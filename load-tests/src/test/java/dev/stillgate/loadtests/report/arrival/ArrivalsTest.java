package dev.stillgate.loadtests.report.arrival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrivalsTest {
    private static final String SAMPLE = """
            TIMESTAMP,ContextTokens,GeneratedTokens
            2026-01-31 23:59:59.5000000,120,8
            2026-02-01 00:00:00.2500000,40,300
            2026-02-01 00:00:01.5000000,7,1
            """;

    @TempDir
    private Path directory;

    @Test
    void constantArrivalsHaveEqualGaps() {
        List<Arrival> all = Arrivals.parse("constant:4", 0).schedule(1, 1);
        assertThat(all).extracting(Arrival::offset).containsExactly(0L, 250_000_000L, 500_000_000L, 750_000_000L);
    }

    @Test
    void poissonArrivalsHaveExponentialGapsAndDependOnTheSeedOnly() {
        Arrivals poisson = Arrivals.parse("poisson", 50);
        List<Arrival> all = poisson.schedule(200, 7);
        assertThat(poisson.schedule(200, 7)).isEqualTo(all);
        assertThat(poisson.schedule(200, 8)).isNotEqualTo(all);
        double[] gaps = IntStream.range(1, all.size())
                .mapToDouble(i -> (all.get(i).offset() - all.get(i - 1).offset()) / 1e9)
                .toArray();
        double mean = IntStream.range(0, gaps.length).mapToDouble(i -> gaps[i]).sum() / gaps.length;
        double square = IntStream.range(0, gaps.length)
                        .mapToDouble(i -> gaps[i] * gaps[i])
                        .sum()
                / gaps.length;
        assertThat(mean).isCloseTo(0.02, within(0.001));
        assertThat(Math.sqrt(square - mean * mean) / mean).isCloseTo(1, within(0.05));
    }

    @Test
    void traceGivesArrivalsAndTokens() throws IOException {
        Path file = Files.writeString(directory.resolve("trace.csv"), SAMPLE);
        assertThat(Arrivals.parse("trace:" + file, 0).schedule(60, 1))
                .containsExactly(
                        new Arrival(0, 120, 8), new Arrival(750_000_000L, 40, 300), new Arrival(2_000_000_000L, 7, 1));
    }

    @Test
    void traceIsScaledToARateAndCutAfterSeconds() throws IOException {
        Path file = Files.writeString(directory.resolve("trace.csv"), SAMPLE);
        List<Arrival> scaled = Arrivals.parse("trace:" + file, 4).schedule(60, 1);
        assertThat(scaled).extracting(Arrival::offset).containsExactly(0L, 187_500_000L, 500_000_000L);
        assertThat(Arrivals.parse("trace:" + file, 0).schedule(1, 1)).hasSize(2);
    }

    @Test
    void traceMayBeGzippedUnorderedAndInSeconds() throws IOException {
        Path file = directory.resolve("trace.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("10.5,3,4\n10.25,1,2\n\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(Arrivals.parse("trace:" + file, 0).schedule(60, 1))
                .containsExactly(new Arrival(0, 1, 2), new Arrival(250_000_000L, 3, 4));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0,2\n",
                "noon,1,2\n1,1,1\nnoon,1,2\n",
                "1,-3,2\n",
                "1,2,many\n",
                "1,2,9999999\n",
                "1769883346680,100,20\n",
                "1,1,1\n2,1,1\nNaN,1,2\n"
            })
    void invalidTraceIsNamedWithItsLine(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("trace.csv"), text);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arrivals.parse("trace:" + file, 0).schedule(60, 1))
                .withMessageMatching(".*trace\\.csv:[13]: .*");
    }

    @Test
    void traceOfOneTimestampCannotBeScaled() throws IOException {
        Path file = Files.writeString(directory.resolve("trace.csv"), "5,1,2\n5,3,4\n");
        assertThat(Arrivals.parse("trace:" + file, 0).schedule(60, 1)).hasSize(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arrivals.parse("trace:" + file, 2).schedule(60, 1))
                .withMessageContaining("one timestamp only");
    }

    @Test
    void missingAndEmptyTracesAreReported() throws IOException {
        Path empty = Files.writeString(directory.resolve("empty.csv"), "timestamp,input,output\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arrivals.parse("trace:" + empty, 0).schedule(60, 1))
                .withMessageContaining("has no arrivals");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arrivals.parse("trace:none.csv", 0).schedule(60, 1))
                .withMessageContaining("cannot read the trace none.csv");
    }

    @ParameterizedTest
    @ValueSource(strings = {"poisson:fast", "poisson:0", "constant:-1", "constant", "bursts:3", "trace:"})
    void invalidArrivalsAreRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arrivals.parse(text, 0))
                .withMessageStartingWith("--arrivals: ");
    }
}
