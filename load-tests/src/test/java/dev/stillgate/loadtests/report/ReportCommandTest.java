package dev.stillgate.loadtests.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.loadtests.FleetThreadsTest;
import dev.stillgate.loadtests.GatewayFiles;
import dev.stillgate.loadtests.stub.StubModel;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class ReportCommandTest {
    private static final String STUB = "delay=20,pace=5,events=12,size=44";

    private static final String LIMIT = """
            filters:
              - name: limits
                type: token-bucket
                config:
                  limits:
                    - {name: requests, measure: requests, capacity: 9, refill: 9/366d}
            """;

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(List<String> arguments) throws IOException, InterruptedException {
        return ReportCommand.run(
                arguments.toArray(String[]::new),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private int load(Path to, String url, String... more) throws IOException, InterruptedException {
        List<String> all =
                new ArrayList<>(List.of("run", "--out", to.toString(), "--url", url, "--stub", STUB, "--waking", "0"));
        all.addAll(List.of(more));
        return run(all);
    }

    private static int readIndependently(Path report) throws IOException, InterruptedException {
        assumeTrue(FleetThreadsTest.runs("python3", "--version"), "python3 is not installed");
        String script = GatewayFiles.root()
                .resolve("load-tests/release/report-check.py")
                .toString();
        Process process = new ProcessBuilder("python3", script, report.toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static JsonNode json(Path report) throws IOException {
        return new ObjectMapper().readTree(report.resolve("report.json").toFile());
    }

    @Test
    void anIndependentReaderGetsTheSameFigures() throws Exception {
        Path to = directory.resolve("report");
        try (StubModel stub = StubModel.start();
                GatewayFiles files = GatewayFiles.write(stub.baseUrl(), LIMIT);
                Gateway gateway = Gateway.start(files.config(), name -> null, Ticker.system())) {
            Path keys = Files.writeString(directory.resolve("keys.txt"), "sk-one\nsk-two\nsk-three\n");
            String url = "http://127.0.0.1:" + gateway.addresses().getFirst().getPort();
            assertThat(load(
                            to,
                            url,
                            "--direct",
                            stub.baseUrl(),
                            "--keys",
                            keys.toString(),
                            "--arrivals",
                            "poisson:30",
                            "--seconds",
                            "2",
                            "--api",
                            "messages",
                            "--slo",
                            "ttft=500,e2e=1000"))
                    .isZero();
        }
        JsonNode report = json(to);
        int completed = report.path("request_count").path("avg").asInt();
        int refused = report.path("refused_request_count").path("avg").asInt();
        assertThat(completed).isGreaterThanOrEqualTo(27);
        assertThat(refused).isPositive();
        assertThat(report.path("refused_by_code").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("429 rate_limit_error");
        assertThat(report.path("failed_request_count").path("avg").asInt()).isZero();
        assertThat(report.path("direct").path("request_count").path("avg").asInt())
                .isEqualTo(completed + refused);
        assertThat(report.path("gateway_share").path("pairs").asInt()).isEqualTo(completed);
        assertThat(readIndependently(to)).isZero();
        assertThat(to.resolve("report.md")).isNotEmptyFile();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("### Load report", "report.json");
        assertThat(run(List.of("compare", to.toString(), to.toString()))).isZero();
    }

    @Test
    void theIndependentReaderNoticesAWrongFigure() throws Exception {
        Path to = directory.resolve("report");
        try (StubModel stub = StubModel.start()) {
            assertThat(load(to, stub.baseUrl(), "--rate", "20", "--seconds", "0.5"))
                    .isZero();
        }
        assertThat(readIndependently(to)).isZero();
        Path file = to.resolve("report.json");
        JsonNode wrong = json(to);
        ((ObjectNode) wrong.path("time_to_first_token"))
                .put("p99", wrong.path("time_to_first_token").path("p99").asDouble() + 0.5);
        Files.writeString(file, wrong.toString());
        assertThat(readIndependently(to)).isEqualTo(1);
    }

    @Test
    void aSlowerServerIsARegression() throws Exception {
        Path fast = directory.resolve("fast");
        Path slow = directory.resolve("slow");
        try (StubModel stub = StubModel.start()) {
            load(fast, stub.baseUrl(), "--rate", "40", "--seconds", "1.5", "--waking", "1");
            load(
                    slow,
                    stub.baseUrl(),
                    "--rate",
                    "40",
                    "--seconds",
                    "1.5",
                    "--stub",
                    STUB.replace("delay=20", "delay=900"));
        }
        assertThat(run(List.of("compare", fast.toString(), slow.toString(), "--threshold", "ttft_p50=50%")))
                .isEqualTo(1);
        assertThat(run(List.of("compare", slow.toString(), fast.toString(), "--threshold", "ttft_p50=50%")))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("**regression**", "allowed");
    }

    @Test
    void aReportThatIsMissingIsNamed() throws Exception {
        assertThat(run(List.of("compare", directory.toString(), directory.toString())))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("report.json does not exist");
    }

    @Test
    void failedRequestsAreReportedAndChangeTheExitCode() throws Exception {
        Path to = directory.resolve("report");
        try (StubModel stub = StubModel.start()) {
            assertThat(load(
                            to,
                            stub.baseUrl(),
                            "--stub",
                            "status=500",
                            "--api",
                            "messages",
                            "--rate",
                            "5",
                            "--seconds",
                            "1"))
                    .isEqualTo(1);
        }
        assertThat(json(to).path("failed_by_reason").path("500 api_error").asInt())
                .isEqualTo(5);
    }

    @Test
    void aRunInWhichEveryRequestIsRefusedFails() throws Exception {
        try (StubModel stub = StubModel.start()) {
            assertThat(load(
                            directory.resolve("report"),
                            stub.baseUrl(),
                            "--stub",
                            "status=403",
                            "--api",
                            "messages",
                            "--rate",
                            "5",
                            "--seconds",
                            "1"))
                    .isEqualTo(1);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("5 requests: 0 complete, 5 refused, 0 failed.");
    }

    @Test
    void reportsWithoutStreamsAreComparedByDefault() throws Exception {
        Path to = directory.resolve("report");
        try (StubModel stub = StubModel.start()) {
            assertThat(load(to, stub.baseUrl(), "--scenario", "SteadyRate", "--rate", "20", "--seconds", "0.5"))
                    .isZero();
        }
        assertThat(run(List.of("compare", to.toString(), to.toString()))).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("e2e_p99").doesNotContain("ttft_p99");
    }

    @Test
    void textsOfAServerStayTexts() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        String code = "\\u202e\\ud800`<script>\\n|" + "x".repeat(10_000);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] body = ("{\"error\":{\"code\":\"" + code + "\"}}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(500, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        Path to = directory.resolve("report");
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            assertThat(load(to, url, "--api", "chat", "--rate", "20", "--seconds", "0.3"))
                    .isEqualTo(1);
        } finally {
            server.stop(0);
        }
        assertThat(readIndependently(to)).isZero();
        assertThat(Files.readString(to.resolve("report.md")))
                .contains("`500 \ufffd?'<script>\ufffd|x")
                .doesNotContain("\u202e", "x".repeat(200));
        assertThat(Files.readString(to.resolve("records.jsonl"))).doesNotContain("x".repeat(301));
    }

    @ParameterizedTest
    @CsvSource({
        "--url, gateway, '--url: expected an http or https URL, found gateway'",
        "--slo, ttft, '--slo: expected FIGURE=MILLISECONDS, found ttft'",
        "--arrivals, bursts, '--arrivals: expected constant:RATE or poisson:RATE, found bursts'",
        "--scenario, Burst, '--scenario: expected one of [Streaming, SteadyRate], found Burst'",
    })
    void invalidOptionsAreReportedInOneLine(String option, String value, String message) throws Exception {
        assertThat(load(directory.resolve("x"), "http://127.0.0.1:1", option, value))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("gatling: " + message + System.lineSeparator());
    }
}
