package dev.stillgate.loadtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.loadtests.stub.StubModel;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example plugin, which is not part of the gateway, is loaded from a jar in the plugin directory. */
class PluginDropInTest {
    private static final String FILTERS = """
            filters:
              - name: team
                type: require-header
                config: {header: x-team, values: [search]}
            """;

    @TempDir
    private Path work;

    private StubModel stub;
    private GatewayFiles files;

    @BeforeEach
    void start() {
        stub = StubModel.start();
        files = GatewayFiles.write(stub.baseUrl(), FILTERS);
    }

    @AfterEach
    void stop() {
        files.close();
        stub.close();
    }

    @Test
    void pluginInDirectoryIsUsed() throws Exception {
        pack(files.plugins().resolve("example.jar"));
        try (Gateway gateway = gateway();
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> refused = send(client, gateway, "x-other", "search");
            HttpResponse<String> passed = send(client, gateway, "x-team", "search");

            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("must carry the header x-team");
            assertThat(passed.statusCode()).isEqualTo(200);
            assertThat(stub.stats().requests("POST /v1/messages")).isEqualTo(1);
        }
        assertThat(files.accessLog().getFirst())
                .contains("\"outcome\":\"rejected\"", "\"filter\":\"team\"", "\"response_code_details\":\"header\"");
    }

    @Test
    void missingPluginIsReportedWithPositionAndKnownTypes() {
        assertThatThrownBy(this::gateway)
                .isInstanceOf(ConfigException.class)
                .hasMessageMatching("(?s).*policy\\.yaml:8:\\d+: .*require-header.*geo-restriction.*token-bucket.*");
    }

    private Gateway gateway() throws ConfigException {
        return Gateway.start(files.config(), name -> null, Ticker.system());
    }

    private static HttpResponse<String> send(HttpClient client, Gateway gateway, String header, String value)
            throws IOException, InterruptedException {
        int port = gateway.addresses().getFirst().getPort();
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/messages"))
                        .header("x-api-key", "sk-team")
                        .header("content-type", "application/json")
                        .header(header, value)
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"model\":\"stub-1\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Builds the plugin's jar from its sources and resources. */
    private void pack(Path jar) throws IOException {
        Path example = GatewayFiles.root().resolve("plugins/example/src/main");
        Path classes = Files.createDirectory(work.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
        files(example.resolve("java")).forEach(source -> arguments.add(source.toString()));
        assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (Path root : List.of(classes, example.resolve("resources"))) {
                for (Path path : files(root)) {
                    out.putNextEntry(new JarEntry(root.relativize(path).toString()));
                    Files.copy(path, out);
                    out.closeEntry();
                }
            }
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
