package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.proxy.rig.RealtimeModel;
import dev.stillgate.proxy.rig.ResponsesModel;
import dev.stillgate.proxy.rig.SocketClient;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.proxy.rig.WebSocketFrames;
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

    @ParameterizedTest
    @DisplayName("newcomer init: each agent's paths are served, two requests in a second and a WebSocket among them")
    @EnumSource(NewConfiguration.Provider.class)
    void agentsAreServed(NewConfiguration.Provider provider) throws Exception {
        try (UpstreamScript model = UpstreamScript.of(InitCommandTest::anyApi)) {
            assertThat(Lines.of(
                                    "init",
                                    directory.toString(),
                                    "--provider",
                                    provider.name(),
                                    "--upstream",
                                    "http://127.0.0.1:" + model.port())
                            .exit())
                    .isZero();
            Path config = directory.resolve("stillgate.yaml");
            Files.writeString(config, read("stillgate.yaml").replaceAll("127\\.0\\.0\\.1:[0-9]+", "127.0.0.1:0"));
            try (Gateway gateway = Gateway.start(config, name -> null, Ticker.system());
                    HttpClient client = HttpClient.newHttpClient()) {
                int port = gateway.addresses().getFirst().getPort();
                String prompt = "Read the file. ".repeat(8_000); // some 30,000 tokens, as of Claude Code
                for (String[] call : new String[][] {
                    {
                        "/v1/messages",
                        "{\"model\":\"m\",\"max_tokens\":32000,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                    },
                    {"/v1/chat/completions", "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"},
                    {"/v1/responses", "{\"model\":\"m\",\"input\":\"%s\"}"},
                    {"/v1beta/models/m:generateContent", "{\"contents\":[{\"parts\":[{\"text\":\"%s\"}]}]}"},
                    {"/v1/models", ""},
                    {"/v1beta/models", ""}
                }) {
                    HttpRequest.Builder request = HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + port + call[0]))
                            .header("content-type", "application/json")
                            .header(call[0].startsWith("/v1beta/") ? "x-goog-api-key" : "x-api-key", "sk-" + call[0]);
                    if (!call[1].isEmpty()) {
                        request.POST(HttpRequest.BodyPublishers.ofString(call[1].formatted(prompt)));
                    }
                    for (int i = 0; i < 2; i++) {
                        HttpResponse<String> response =
                                client.send(request.build(), HttpResponse.BodyHandlers.ofString());
                        assertThat(response.statusCode())
                                .as(call[0] + ": " + response.body())
                                .isEqualTo(200);
                    }
                }
                try (SocketClient socket = new SocketClient(port)) {
                    String create = "{\"type\":\"response.create\",\"model\":\"m\",\"input\":\"%s\"}".formatted(prompt);
                    for (int i = 0; i < 2; i++) {
                        assertThat(socket.send(create).next()).isEqualTo(ResponsesModel.completed(9, 9));
                    }
                }
            }
        }
    }

    /** Answers each request with a response without content, and each message of a WebSocket with a last event. */
    private static void anyApi(UpstreamScript.Connection connection) throws IOException {
        for (UpstreamScript.Request request = connection.request(); request != null; request = connection.request()) {
            if (request.values("upgrade").isEmpty()) {
                connection.send(UpstreamScript.json("{\"id\":\"r\"}"));
            } else {
                connection.send(RealtimeModel.switched(request));
                for (RealtimeModel.Frame frame = RealtimeModel.frame(connection.in());
                        frame != null && frame.opcode() == WebSocketFrames.TEXT;
                        frame = RealtimeModel.frame(connection.in())) {
                    connection.send(WebSocketFrames.text(ResponsesModel.completed(9, 9)));
                }
                return;
            }
        }
    }

    private static HttpRequest.Builder post(String base) {
        return HttpRequest.newBuilder(URI.create(base + "/v1/messages"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"m-1\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));
    }
}
