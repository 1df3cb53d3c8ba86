package dev.stillgate.loadtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks that {@code gatling.sh} makes before it sends any load. */
class GatlingScriptTest {
    @TempDir
    private Path directory;

    /** Exit code and output of the script. */
    private record Run(int exit, String text) {}

    private static Path script() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("load-tests/release/gatling.sh"))) {
            at = at.getParent();
        }
        assertThat(at).isNotNull();
        return at.resolve("load-tests/release/gatling.sh");
    }

    private static Run run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", script().toString(), "SteadyRate"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), text);
    }

    @Test
    @DisplayName("newcomer F24: a missing or empty key file is reported in one line")
    void missingAndEmptyKeyFilesAreReported() throws Exception {
        Path none = directory.resolve("none.txt");
        assertThat(run("--keys", none.toString()))
                .isEqualTo(new Run(1, "gatling: --keys: " + none + " is not a readable file\n"));
        Path empty = Files.writeString(directory.resolve("empty.txt"), " \n\n");
        assertThat(run("--keys", empty.toString()))
                .isEqualTo(new Run(1, "gatling: --keys: " + empty + " has no keys; expected one per line\n"));
    }

    @ParameterizedTest
    @DisplayName("newcomer F24: an invalid first key and an invalid model name are refused")
    @ValueSource(strings = {"a key", "quo\"te", "back\\slash", "ümlaut"})
    void invalidKeyIsRefused(String line) throws Exception {
        Path keys = Files.writeString(directory.resolve("keys.txt"), line + "\n");
        Run run = run("--keys", keys.toString(), "--url", "http://127.0.0.1:1");
        assertThat(run).isEqualTo(new Run(1, "gatling: --keys: the first line of " + keys + " is not an API key\n"));
        assertThat(run("--model", line).text()).contains("is not a model name");
    }

    @Test
    void optionsOfAReportAreChecked() throws Exception {
        assertThat(run("--slo", "ttft=1")).isEqualTo(new Run(1, "gatling: --slo needs --report\n"));
        String out = directory.resolve("report").toString();
        assertThat(run("--report", out, "--p99", "5").text()).contains("--p99 is not for --report");
        assertThat(run("--report", out, "--beside-direct", "--url", "http://127.0.0.1:1")
                        .text())
                .contains("needs --direct");
        assertThat(run("Burst", "--report", out).text()).contains("--report works with Streaming and SteadyRate");
    }

    @Test
    @DisplayName("newcomer F24: an unreachable URL is reported after one request, and no load is sent")
    void unreachableUrlIsReported() throws Exception {
        String url;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://127.0.0.1:" + taken.getLocalPort();
        }
        Run run = run("--url", url);
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.text())
                .startsWith("gatling: " + url + " does not respond: ")
                .contains("No load was sent");
    }

    @Test
    @DisplayName("newcomer F24: a response other than 200 to the probe is reported, and no load is sent")
    void refusedProbeIsReported() throws Exception {
        assumeTrue(FleetThreadsTest.runs("curl", "--version"), "curl is not installed");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        List<String> asked = new ArrayList<>();
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("x-api-key"));
            exchange.getRequestBody().readAllBytes();
            byte[] body = "{\"error\":\"unknown key\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(401, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            Path keys = Files.writeString(directory.resolve("keys.txt"), "\n  sk-one \nsk-two\n");
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            Run run = run("--url", url + "/", "--keys", keys.toString());
            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.text())
                    .isEqualTo("gatling: one request to " + url
                            + "/v1/messages got status 401: {\"error\":\"unknown key\"}. No load was sent\n");
            assertThat(asked).containsExactly("/v1/messages sk-one");
        } finally {
            server.stop(0);
        }
    }
}
