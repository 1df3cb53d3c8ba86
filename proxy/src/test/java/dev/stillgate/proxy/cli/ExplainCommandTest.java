package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import picocli.CommandLine;

/** Requests, output and exit codes of {@code stillgate explain}. */
@Isolated("replaces the standard input of the JVM")
class ExplainCommandTest {
    private static final String ACCOUNT = "{\"id\":\"a-17\",\"account\":null,\"standing\":\"marked\",\"filters\":"
            + "{\"fingerprint\":{\"evidence\":4.25,\"since\":1770000000123,\"pinned\":false,\"reasons\":[\"under-dispersion\","
            + "\"template\"],\"timeline\":[{\"at\":\"2026-02-02T02:40:00Z\",\"standing\":\"pooled\",\"evidence\":2.5,"
            + "\"cluster\":\"c-3\",\"reasons\":[\"synchrony\",\"topic-concentration\"]},"
            + "{\"at\":\"2026-02-02T03:40:00Z\",\"standing\":\"marked\"}],\"agent\":\"x\\u001b[2Jy\\u202ez\","
            + "\"empty\":\"\"}}}\n";

    @TempDir
    private Path directory;

    private HttpServer admin;
    private final List<String> asked = new ArrayList<>();
    private String answer = ACCOUNT;
    private int status = 200;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void start() throws IOException {
        admin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        admin.createContext("/", exchange -> {
            asked.add(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath());
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        admin.start();
    }

    @AfterEach
    void stop() {
        admin.stop(0);
    }

    private String address() {
        return "127.0.0.1:" + admin.getAddress().getPort();
    }

    private int run(String... args) {
        CommandLine command = Main.command();
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return command.execute(args);
    }

    @Test
    void accountIsPrintedAsText() {
        assertThat(run("explain", "account", "a/17 ü", "--admin", address())).isZero();
        assertThat(asked).containsExactly("GET /accounts/a%2F17%20%C3%BC");
        assertThat(out).hasToString("""
                id: a-17
                standing: marked
                filters:
                  fingerprint:
                    evidence: 4.25
                    since: 1770000000123
                    pinned: false
                    reasons: [under-dispersion, template]
                    timeline:
                      - at: 2026-02-02T02:40:00Z
                        standing: pooled
                        evidence: 2.5
                        cluster: c-3
                        reasons: [synchrony, topic-concentration]
                      - {at: 2026-02-02T03:40:00Z, standing: marked}
                    agent: x\\u001b[2Jy\\u202ez
                    empty: ""
                """);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void clusterIsPrintedUnchangedWithJsonOption() {
        assertThat(run("explain", "cluster", "c-3", "--json", "--admin", address()))
                .isZero();
        assertThat(asked).containsExactly("GET /clusters/c-3");
        assertThat(out).hasToString(ACCOUNT);
    }

    @Test
    void adminAddressIsReadFromConfiguration() throws IOException {
        Path config = Files.writeString(
                directory.resolve("stillgate.yaml"),
                "admin: {open: true, address: \"0.0.0.0:" + admin.getAddress().getPort() + "\"}\n");
        assertThat(run("explain", "account", "a-17", "--config", config.toString()))
                .isZero();
        assertThat(asked).hasSize(1);
        assertThat(run(
                        "explain",
                        "account",
                        "a-17",
                        "--config",
                        directory.resolve("none.yaml").toString()))
                .isOne();
        assertThat(err.toString()).contains("none.yaml");
    }

    @Test
    void unknownAccountIsReportedInOneLine() {
        status = 404;
        answer = "{\"error\":\"not known\"}\n";
        assertThat(run("explain", "cluster", "c\u001b9", "--admin", address())).isOne();
        assertThat(err.toString()).isEqualToIgnoringNewLines("stillgate: no cluster \"c\\u001b9\" is known");
    }

    @Test
    void refusalIsReportedInOneLine() {
        status = 400;
        answer = "{\"error\":\"invalid id\"}\n";
        assertThat(run("explain", "account", " ", "--admin", address())).isOne();
        assertThat(err.toString()).isEqualToIgnoringNewLines("stillgate: " + address() + " refuses: invalid id");
    }

    @Test
    void otherServerIsReported() {
        answer = "<html>";
        assertThat(run("explain", "account", "a", "--admin", address())).isOne();
        assertThat(err.toString())
                .isEqualToIgnoringNewLines("stillgate: " + address() + " is not the admin API of a gateway");
    }

    @Test
    void stoppedGatewayIsReportedInOneLine() throws IOException {
        String nobody;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = "127.0.0.1:" + taken.getLocalPort();
        }
        assertThat(run("explain", "account", "a", "--admin", nobody)).isOne();
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "stillgate: " + nobody
                                + " does not respond: connection refused; is the gateway running, and is this its admin address? (--config FILE, --admin HOST:PORT or STILLGATE_ADMIN names another)");
    }

    @Test
    @DisplayName("newcomer F18: explain request reads standard input if the file is -")
    void requestIsReadFromStandardInput() throws IOException {
        InputStream before = System.in;
        String line = "{\"start_time\":\"t\",\"request_id\":\"r\",\"path\":\"/\",\"response_code\":429,"
                + "\"outcome\":\"rejected\",\"filter\":\"limits\",\"response_code_details\":\"rate\","
                + "\"refusal_details\":\"account's limit: 0.01 USD, used 0.0052, requested 0.0051\"}\n";
        try {
            System.setIn(new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)));
            assertThat(run("explain", "request", "-")).isZero();
            assertThat(out.toString())
                    .contains("the filter limits refused the request: rate")
                    .contains("account's limit: 0.01 USD, used 0.0052, requested 0.0051");
            System.setIn(new ByteArrayInputStream(" \n".getBytes(StandardCharsets.UTF_8)));
            assertThat(run("explain", "request", "-", "--config", config())).isOne();
            assertThat(err.toString()).contains("standard input is empty");
        } finally {
            System.setIn(before);
        }
    }

    private String config() throws IOException {
        Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams: [{name: model, endpoints: ["http://127.0.0.1:9000"]}]
                routes: [{path: /v1/, upstream: model}]
                """);
        return Files.writeString(directory.resolve("stillgate.yaml"), "{}").toString();
    }

    @Test
    void wrongUsageExitsWithTwo() {
        assertThat(run("explain")).isEqualTo(2);
        assertThat(run("explain", "account")).isEqualTo(2);
        assertThat(run("explain", "nobody", "x")).isEqualTo(2);
        assertThat(run("explain", "account", "a", "--admin", "nowhere")).isEqualTo(2);
        assertThat(asked).isEmpty();
    }
}
