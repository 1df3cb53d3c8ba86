package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that are too large for the heap, in a process that exits on its first OutOfMemoryError, as the launcher
 * configures it.
 */
@Tag("slow")
@Timeout(180)
class SmallHeapTest {
    private static final String SECRET = "the-secret-of-the-test";
    private static final int TOO_MANY = 600_000;

    @TempDir
    private Path directory;

    @Test
    @DisplayName("plugins 2: an accounts file too large for the heap is refused, and the gateway keeps serving")
    void largeAccountsFileIsRefusedOnReload() throws IOException, InterruptedException {
        configure("filters: []");
        Files.writeString(directory.resolve("accounts.yaml"), "accounts: []\n");
        Process gateway = stillgate("run");
        try (BufferedReader out = gateway.inputReader()) {
            assertThat(lineWith(out, "listening on")).isNotNull();
            for (boolean plain : List.of(true, false)) { // parsed line by line, and by the YAML parser
                replaceAccounts(plain);
                assertThat(lineWith(out, "policy not reloaded", "accounts.yaml: not enough free heap for its accounts"))
                        .as("plain %s", plain)
                        .isNotNull();
            }
            Files.writeString(directory.resolve("accounts.yaml"), "accounts: [{id: a-17, keys: []}]\n");
            assertThat(lineWith(out, "policy generation 2 is in force")).isNotNull();
            assertThat(gateway.isAlive()).isTrue();
        } finally {
            gateway.destroyForcibly().waitFor();
        }
    }

    @Test
    @DisplayName("plugins 2: a start with an accounts file too large for the heap reports it and exits with 1")
    void largeAccountsFileIsRefusedOnStart() throws IOException, InterruptedException {
        configure("filters: []");
        replaceAccounts(true);
        Process gateway = stillgate("run");
        try (BufferedReader out = gateway.inputReader()) {
            assertThat(lineWith(out, "accounts.yaml: not enough free heap for its accounts"))
                    .contains("MiB more are needed, and the heap of 48 MiB has not that much free");
            assertThat(gateway.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(gateway.exitValue()).isEqualTo(1);
        } finally {
            gateway.destroyForcibly().waitFor();
        }
    }

    @Test
    @DisplayName("plugins 2: a database and a policy too large for the heap are refused")
    void largeDatabaseAndPolicyAreRefused() throws IOException, InterruptedException {
        configure("filters: [{name: geo, type: geo-restriction, config:"
                + " {databases: {country: big.mmdb}, deny: {countries: [KP]}}}]");
        Files.writeString(directory.resolve("accounts.yaml"), "accounts: []\n");
        try (RandomAccessFile sparse =
                new RandomAccessFile(directory.resolve("big.mmdb").toFile(), "rw")) {
            sparse.setLength(48 << 20);
        }
        assertThat(validated()).contains("a file of 50331648 bytes, more than the free heap can hold");
        Path policy = directory.resolve("policy.yaml");
        Files.writeString(policy, Files.readString(policy) + ("# " + "x".repeat(1021) + "\n").repeat(8 << 10));
        assertThat(validated()).contains("policy.yaml: not enough free heap to read it");
    }

    private String validated() throws IOException, InterruptedException {
        Process process = stillgate("validate");
        try (BufferedReader out = process.inputReader()) {
            String all = String.join("\n", out.lines().toList());
            assertThat(process.waitFor()).as(all).isEqualTo(1);
            return all;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void configure(String filters) throws IOException {
        Files.writeString(
                directory.resolve("stillgate.yaml"),
                "listeners: [{address: '127.0.0.1:0'}]\nadmin: {address: '127.0.0.1:0'}\nthreads: 1\n"
                        + "transport: nio\nhashing: {h1: \"" + SECRET + "\"}\n");
        Files.writeString(
                directory.resolve("policy.yaml"),
                "version: 1\nupstreams: [{name: model, endpoints: [\"http://127.0.0.1:9\"]}]\n"
                        + "routes: [{path: /v1/, upstream: model}]\naccounts: {file: accounts.yaml}\n" + filters
                        + "\n");
    }

    private void replaceAccounts(boolean plain) throws IOException {
        Path written = directory.resolve("accounts.tmp");
        String entry = plain
                ? "  - {id: a%07d, keys: [\"h1:%016x%016x\"]}\n"
                : "  - id: a%07d\n    keys: [\"h1:%016x%016x\"]\n";
        try (BufferedWriter out = Files.newBufferedWriter(written)) {
            out.write("accounts:\n");
            for (int i = 0; i < TOO_MANY; i++) {
                out.write(String.format(entry, i, i * 0x9E3779B97F4A7C15L, i));
            }
        }
        Files.move(written, directory.resolve("accounts.yaml"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Starts a process that is ended after at most one minute. */
    private Process stillgate(String verb) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx48m",
                        "-XX:+UseG1GC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:+ExplicitGCInvokesConcurrent",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        verb,
                        "--config",
                        directory.resolve("stillgate.yaml").toString())
                .redirectErrorStream(true)
                .start();
        CompletableFuture.delayedExecutor(1, TimeUnit.MINUTES).execute(process::destroyForcibly);
        return process;
    }

    /**
     * Reads until all parts occurred in this order. Returns the line with the last part. Fails at the end of the
     * output.
     */
    private static String lineWith(BufferedReader out, String... parts) throws IOException {
        StringBuilder before = new StringBuilder();
        int next = 0;
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            before.append(line).append('\n');
            while (next < parts.length && line.contains(parts[next])) {
                next++;
            }
            if (next == parts.length) {
                return line;
            }
        }
        throw new AssertionError("the process ended without " + String.join(", ", parts) + ":\n" + before);
    }
}
