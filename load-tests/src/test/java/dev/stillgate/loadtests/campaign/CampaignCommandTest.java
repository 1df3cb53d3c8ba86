package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CampaignCommandTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    private int run(String... args) throws IOException {
        return CampaignCommand.run(args, out, out);
    }

    @Test
    void generateWritesALogAndItsAccounts(@TempDir Path directory) throws IOException {
        String[] traffic = {
            "--days", "1", "--honest", "30", "--scale", "0.1", "--out", directory.toString(), "--name", "log"
        };
        String[] packed = new String[traffic.length + 1];
        packed[0] = "generate";
        System.arraycopy(traffic, 0, packed, 1, traffic.length);
        assertThat(run(packed)).isZero();
        String[] plain = Arrays.copyOf(packed, packed.length + 2);
        plain[plain.length - 2] = "--gzip";
        plain[plain.length - 1] = "no";
        assertThat(run(plain)).isZero();

        byte[] log = Files.readAllBytes(directory.resolve("log.jsonl"));
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(directory.resolve("log.jsonl.gz")))) {
            assertThat(in.readAllBytes()).isEqualTo(log).hasSizeGreaterThan(10_000);
        }
        assertThat(Files.readAllLines(directory.resolve("log.accounts.yaml")))
                .hasSizeGreaterThan(100)
                .startsWith("accounts:");
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("campaign:alibaba", "lines a second");
    }

    @Test
    void invalidOptionsAreReported() throws IOException {
        assertThat(run("generate", "--scenario", "nobody")).isEqualTo(2);
        assertThat(run("generate", "--days", "0")).isEqualTo(2);
        assertThat(run("generate", "--seed")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("nobody", "--days: expected 1", "--seed needs a value", "expected generate");
        assertThat(run("scenarios")).isZero();
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("honest-only", "hydra");
    }
}
