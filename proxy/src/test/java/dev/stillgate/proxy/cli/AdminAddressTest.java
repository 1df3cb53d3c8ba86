package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.stillgate.proxy.config.OperatorToken;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Resolution of the admin API's address by commands. */
class AdminAddressTest {
    @TempDir
    private Path directory;

    private HttpServer admin;
    private final List<String> asked = new ArrayList<>();
    private final List<String> tokens = new ArrayList<>();
    private int status = 200;

    @BeforeEach
    void start() throws IOException {
        admin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        admin.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            tokens.add(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] bytes = "ready\n".getBytes(StandardCharsets.UTF_8);
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

    @ParameterizedTest
    @DisplayName("newcomer F21: --admin accepts HOST:PORT and a URL")
    @CsvSource({"healthcheck,GET /readyz", "reload,POST /reload"})
    void adminOptionAcceptsBothFormats(String verb, String request) {
        for (String given : List.of(address(), "http://" + address(), "http://" + address() + "/")) {
            assertThat(Lines.of(verb, "--admin", given).exit()).as(given).isZero();
        }
        assertThat(asked).containsExactly(request, request, request);
    }

    @ParameterizedTest
    @DisplayName("newcomer F21: an invalid admin address is refused, and the message shows the expected format")
    @ValueSource(
            strings = {
                "nowhere",
                "https://127.0.0.1:9090",
                "http://127.0.0.1:9090/x",
                "http://a@127.0.0.1:9090",
                "http://127.0.0.1:9090?x",
                "http://",
                "http://127.0.0.1:99999",
                "ftp://127.0.0.1:1",
                "127.0.0.1:9090\n",
                ""
            })
    void otherFormatsAreRefused(String given) {
        assertThatThrownBy(() -> AdminAddress.parse(given)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Lines.of("healthcheck", "--admin", given).exit()).isEqualTo(2);
    }

    @Test
    @DisplayName("newcomer F21: a URL may contain an IPv6 address; its default port is 80")
    void urlIsParsedAsAddress() {
        assertThat(AdminAddress.parse("http://[::1]:9090")).hasToString("[::1]:9090");
        assertThat(AdminAddress.parse("http://gateway/")).hasToString("gateway:80");
    }

    @Test
    @DisplayName("newcomer F21: healthcheck reads the admin address from the configuration")
    void healthcheckReadsTheConfiguration() throws IOException {
        Path config = Files.writeString(
                directory.resolve("stillgate.yaml"),
                "admin: {open: true, address: \"0.0.0.0:" + admin.getAddress().getPort() + "\"}\n");
        assertThat(Lines.of("healthcheck", "--config", config.toString())).isEqualTo(new Lines(0, "ready\n", ""));
        status = 503;
        assertThat(Lines.of("healthcheck", "--config", config.toString()).exit())
                .isOne();
        assertThat(Lines.of(
                                "healthcheck",
                                "--config",
                                directory.resolve("none.yaml").toString())
                        .err())
                .contains("none.yaml: does not exist");
    }

    @Test
    void tokenIsReadFromAFile() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "of-the-file\n");
        Path config = Files.writeString(
                directory.resolve("stillgate.yaml"),
                "admin: {address: \"" + address() + "\", token: an-other-token-of-it}\n");
        for (List<String> where : List.of(List.of("--config", config.toString()), List.of("--admin", address()))) {
            assertThat(Lines.of("reload", where.get(0), where.get(1), "--token-file", token.toString())
                            .exit())
                    .isZero();
        }
        assertThat(tokens).containsExactly("Bearer of-the-file", "Bearer of-the-file");
        for (String bad : List.of("", "two\nlines", "a b", "a\u0000")) {
            Files.writeString(token, bad);
            Lines run = Lines.of("reload", "--admin", address(), "--token-file", token.toString());
            assertThat(run.exit()).as(bad).isNotZero();
            assertThat(run.err()).contains("--token-file");
        }
        assertThat(Lines.of("reload", "--admin", address(), "--token-file", directory + "/none")
                        .err())
                .contains("/none cannot be read");
        assertThat(tokens).hasSize(2);
    }

    @Test
    void hashOfAnOperatorIsSentNowhere() throws IOException {
        String hash = OperatorToken.of("a-token-of-the-test-0123456789", new SecureRandom())
                .toString();
        Path config = Files.writeString(
                directory.resolve("stillgate.yaml"),
                "admin: {address: \"" + address() + "\", operators: [{name: ann, role: admin, token: \"" + hash
                        + "\"}]}\n");
        assertThat(Lines.of("reload", "--config", config.toString()).exit()).isZero();
        assertThat(tokens).containsExactly((String) null);
    }

    @Test
    void secretsOfOtherSectionsAreNotNeeded() throws IOException {
        Path config = Files.writeString(
                directory.resolve("stillgate.yaml"),
                "admin: {address: \"" + address() + "\"}\nhashing: {h1: \"${STILLGATE_UNSET_SECRET}\"}\n");
        assertThat(Lines.of("reload", "--config", config.toString()).exit()).isZero();
        assertThat(asked).containsExactly("POST /reload");
        Files.writeString(config, "admin: {address: \"" + address() + "\", token: \"${STILLGATE_UNSET_TOKEN}\"}\n");
        Lines unset = Lines.of("reload", "--config", config.toString());
        assertThat(unset.exit()).isOne();
        assertThat(unset.err())
                .contains(config + ":1:", "STILLGATE_UNSET_TOKEN is not set")
                .contains("--config", "--admin", "STILLGATE_ADMIN");
    }

    @Test
    @DisplayName("newcomer F21, plugins 17: the address and the reason are printed if the admin does not respond")
    void reasonOfFailureIsPrinted() throws IOException {
        String unused;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = "127.0.0.1:" + taken.getLocalPort();
        }
        Lines run = Lines.of("healthcheck", "--admin", "http://" + unused);
        assertThat(run.exit()).isOne();
        assertThat(run.err()).startsWith("stillgate: " + unused + " does not respond: connection refused");
        assertThat(run.err()).contains("--config", "--admin", "STILLGATE_ADMIN");
        assertThat(Lines.of("healthcheck", "--admin", "no-such-host.invalid:9090")
                        .err())
                .contains("does not respond: its name cannot be resolved");
    }

    @Test
    @DisplayName("plugins 17: the command starts without HOME")
    void commandStartsWithoutHome() throws IOException, InterruptedException {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("proxy/bin/stillgate"))) {
            at = at.getParent();
        }
        assertThat(at).isNotNull();
        // Outside a source tree and without jars, so Java itself fails.
        Path bin = Files.createDirectories(directory.resolve("bin"));
        for (String file : List.of("stillgate", "jvm.options")) {
            Files.copy(at.resolve("proxy/bin").resolve(file), bin.resolve(file));
        }
        ProcessBuilder command =
                new ProcessBuilder("bash", bin.resolve("stillgate").toString(), "version").redirectErrorStream(true);
        command.environment().remove("HOME");
        command.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process run = command.start();
        String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("dev.stillgate.proxy.cli.Main").doesNotContain("unbound", "no JDK");
    }
}
