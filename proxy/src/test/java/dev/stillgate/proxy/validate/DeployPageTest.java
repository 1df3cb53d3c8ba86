package dev.stillgate.proxy.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps of {@code config/deploy/README.md}, followed to the letter. */
class DeployPageTest {
    @TempDir
    private Path directory;

    private static Path config() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("config/deploy/README.md"))) {
            at = at.getParent();
        }
        return at.resolve("config");
    }

    private static List<String> page() throws IOException {
        return Files.readAllLines(config().resolve("deploy/README.md"));
    }

    /** Copies the configuration as the distribution has it, without databases. */
    private void unpack() throws IOException {
        for (String name : List.of("stillgate.yaml", "policy.yaml", "accounts.yaml")) {
            Path to = directory.resolve("opt/config").resolve(name);
            Files.createDirectories(to.getParent());
            Files.copy(config().resolve(name), to);
        }
    }

    private void run(List<String> steps) throws IOException, InterruptedException {
        String script = "set -euo pipefail\n"
                + String.join("\n", steps)
                        .replace("/opt/stillgate", directory + "/opt")
                        .replace("/etc/stillgate", directory + "/etc");
        Process shell = new ProcessBuilder("bash", "-c", script)
                .redirectErrorStream(true)
                .start();
        String output = new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(shell.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(shell.exitValue()).as(output).isZero();
    }

    private List<String> errors(Map<String, String> environment) {
        return Validation.of(directory.resolve("etc/stillgate.yaml"), environment::get).errors().stream()
                .map(Problem::toString)
                .toList();
    }

    @Test
    void stepsOfTheServiceLeadToAValidConfiguration() throws Exception {
        unpack();
        List<String> steps = page().stream()
                .dropWhile(line -> !line.equals("## systemd"))
                .dropWhile(line -> !line.startsWith("cp -r "))
                .takeWhile(line -> !line.contains("bin/stillgate validate"))
                .toList();
        run(steps);
        try (Stream<String> lines = Files.lines(directory.resolve("etc/environment"))) {
            Map<String, String> environment =
                    lines.map(line -> line.split("=", 2)).collect(Collectors.toMap(each -> each[0], each -> each[1]));
            assertThat(environment).containsOnlyKeys("STILLGATE_HASH_SECRET", "STILLGATE_CANARY_SECRET");
            assertThat(errors(environment)).isEmpty();
        }
        assertThat(directory.resolve("etc/policy.yaml")).content().doesNotContain("127.0.0.1", "name: regions");
        assertThat(directory.resolve("etc/stillgate.yaml"))
                .content()
                .contains("\nstate:\n  directory: /var/lib/stillgate\n");
    }

    @Test
    void policyOfTheImageIsValidWithoutWarnings() throws IOException {
        List<String> policy = page().stream()
                .dropWhile(line -> !line.startsWith("cat > gateway/policy.yaml"))
                .skip(1)
                .takeWhile(line -> !line.equals("YAML"))
                .toList();
        Files.write(directory.resolve("policy.yaml"), policy);
        Files.writeString(directory.resolve("stillgate.yaml"), "hashing: {h1: a secret of the test}\n");
        Validation.Result result = Validation.of(directory.resolve("stillgate.yaml"), name -> null);
        assertThat(result.errors()).isEmpty();
        assertThat(result.warnings()).isEmpty();
    }
}
