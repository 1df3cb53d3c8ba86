package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configurations written by {@code stillgate init}, up to a request through a gateway that uses them. */
class InitCommandTest {
    private static final List<String> SECRETS = List.of("hashing", "admin-token", "canary");

    @TempDir
    private Path directory;

    private String permissions(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @DisplayName("newcomer init: the configuration written for each provider is valid without warnings")
    @EnumSource(NewConfiguration.Provider.class)
    void writtenConfigurationIsValid(NewConfiguration.Provider provider) {
        Lines init = Lines.of("init", directory.resolve("new/etc").toString(), "--provider", provider.name());
        assertThat(init.err()).isEmpty();
        assertThat(init.exit()).isZero();
        Path config = directory.resolve("new/etc/stillgate.yaml");
        assertThat(init.out()).contains("stillgate run --config " + config, "_BASE_URL=http://127.0.0.1:8080");
        Lines valid = Lines.of("validate", "--strict", "--config", config.toString());
        assertThat(valid).isEqualTo(new Lines(0, config + ": valid" + System.lineSeparator(), ""));
    }

    @Test
    void uncommentedGeoRestrictionStandsBeforeTheAnalysis() {
        assertThat(Lines.of("init", directory.toString()).exit()).isZero();
        assertThat(read("policy.yaml")).containsSubsequence("# - name: regions", "- name: behaviour", "- name: limits");
    }

    @Test
    void portsAndDirectoriesAreNamed() {
        Lines init = Lines.of("init", directory.toString(), "--port", "18080", "--admin-port", "19090");
        assertThat(init.exit()).isZero();
        assertThat(init.out()).contains("ANTHROPIC_BASE_URL=http://127.0.0.1:18080", directory.resolve("state") + "/");
        assertThat(read("stillgate.yaml")).contains("127.0.0.1:18080", "127.0.0.1:19090");
        for (String invalid : List.of("-1", "65536", "x")) {
            assertThat(Lines.of("init", directory.resolve("other").toString(), "--port", invalid)
                            .exit())
                    .as(invalid)
                    .isEqualTo(2);
        }
        assertThat(directory.resolve("other")).doesNotExist();
    }

    @Test
    @DisplayName("newcomer init: secrets are random, long enough, and readable by their owner only")
    void secretsAreRandomAndReadableByOwnerOnly() throws IOException {
        assertThat(Lines.of("init", directory.toString()).exit()).isZero();
        assertThat(permissions("secrets")).isEqualTo("rwx------");
        assertThat(permissions("state")).isEqualTo("rwx------");
        for (String secret : SECRETS) {
            assertThat(permissions("secrets/" + secret)).isEqualTo("rw-------");
            assertThat(Files.readString(directory.resolve("secrets").resolve(secret)))
                    .matches("[0-9a-f]{64}\n");
        }
        assertThat(SECRETS.stream()
                        .map(secret -> read("secrets/" + secret))
                        .distinct()
                        .toList())
                .hasSize(SECRETS.size());
        assertThat(read("stillgate.yaml") + read("policy.yaml")).doesNotContain(read("secrets/hashing"), "@");
    }

    private String read(String file) {
        try {
            return Files.readString(directory.resolve(file)).strip();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @DisplayName("newcomer init: an existing file is not overwritten, and no other file is written")
    @ValueSource(strings = {"stillgate.yaml", "accounts.yaml", "secrets/canary"})
    void existingFileIsNotOverwritten(String existing) throws IOException {
        Files.createDirectories(directory.resolve(existing).getParent());
        Files.writeString(directory.resolve(existing), "mine");
        Lines init = Lines.of("init", directory.toString());
        assertThat(init.exit()).isOne();
        assertThat(init.err()).contains(directory.resolve(existing) + " exists already: nothing was written");
        assertThat(files()).containsExactly(existing);
        assertThat(read(existing)).isEqualTo("mine");
    }

    @Test
    @DisplayName("newcomer init: a dangling link counts as an existing file and is not followed")
    void danglingLinkIsNotFollowed() throws IOException {
        Files.createSymbolicLink(directory.resolve("policy.yaml"), directory.resolve("elsewhere"));
        assertThat(Lines.of("init", directory.toString()).exit()).isOne();
        assertThat(files()).isEmpty();
    }

    @Test
    @DisplayName("newcomer init: a failure removes the files written before it")
    void failureRemovesWrittenFiles() throws IOException {
        Files.writeString(directory.resolve("state"), "no directory");
        Lines init = Lines.of("init", directory.toString());
        assertThat(init.exit()).isOne();
        assertThat(init.err()).contains(directory.resolve("state").toString());
        assertThat(files()).containsExactly("state");
        assertThat(directory.resolve("secrets")).doesNotExist();
    }

    @ParameterizedTest
    @DisplayName("newcomer init: an invalid upstream is refused")
    @ValueSource(strings = {"api.example", "ftp://x", "http://a b", "http://h/\"]}", "http://u:p@h", "http://h:0"})
    void invalidUpstreamIsRefused(String upstream) throws IOException {
        Lines init = Lines.of("init", directory.toString(), "--upstream", upstream);
        assertThat(init.exit()).isEqualTo(2);
        assertThat(init.err()).contains("--upstream");
        assertThat(files()).isEmpty();
        assertThat(Lines.of("init").exit()).isEqualTo(2);
        assertThat(Lines.of("init", directory.toString(), "--provider", "other").exit())
                .isEqualTo(2);
    }

    @Test
    @DisplayName(
            "newcomer init: a gateway with the written files starts, requires a key, and serves a request with one")
    void gatewayStartsWithWrittenConfiguration() throws Exception {
        com.sun.net.httpserver.HttpServer model =
                com.sun.net.httpserver.HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        model.createContext("/v1/messages", exchange -> {
            byte[] body = "{\"id\":\"msg_1\",\"content\":[]}".getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        model.start();
        try {
            String upstream = "http://127.0.0.1:" + model.getAddress().getPort();
            assertThat(Lines.of("init", directory.toString(), "--upstream", upstream)
                            .exit())
                    .isZero();
            Path config = directory.resolve("stillgate.yaml");
            Files.writeString(config, read("stillgate.yaml").replaceAll("127\\.0\\.0\\.1:[0-9]+", "127.0.0.1:0"));
            try (Gateway gateway = Gateway.start(config, name -> null, Ticker.system());
                    HttpClient client = HttpClient.newHttpClient()) {
                String base =
                        "http://127.0.0.1:" + gateway.addresses().getFirst().getPort();
                assertThat(client.send(post(base).build(), HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(401);
                assertThat(client.send(
                                        post(base)
                                                .header("x-api-key", "sk-test")
                                                .build(),
                                        HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(200);
                String admin = "127.0.0.1:" + gateway.adminAddress().getPort();
                assertThat(Lines.of("healthcheck", "--admin", admin).exit()).isZero();
                HttpRequest metrics = HttpRequest.newBuilder(URI.create("http://" + admin + "/metrics"))
                        .build();
                assertThat(client.send(metrics, HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .as("the admin requires its token")
                        .isEqualTo(401);
            }
        } finally {
            model.stop(0);
        }
    }

    private static HttpRequest.Builder post(String base) {
        return HttpRequest.newBuilder(URI.create(base + "/v1/messages"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"m-1\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));
    }
}
