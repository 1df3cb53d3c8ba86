package dev.stillgate.loadtests.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.GatewayFiles;
import dev.stillgate.loadtests.deploy.Chart.Node;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.proxy.validate.Validation;
import dev.stillgate.spi.Ticker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gateways that start with the files of the rendered ConfigMap. */
class ChartGatewayTest {
    private static final String TOKEN = "a.token.of.the.chart.test";
    private static final Map<String, String> SECRET = Map.of(
            "STILLGATE_HASH_SECRET", "a secret of the chart's test",
            "STILLGATE_ADMIN_TOKEN", TOKEN,
            "STILLGATE_STORE_PASSWORD", "a password of the chart's test",
            "STILLGATE_WEBHOOK_SECRET", "another secret of the chart's test");
    private static final Environment KEYS = SECRET::get;

    @TempDir
    private Path directory;

    /** Writes the files of the ConfigMap, with the paths of the pod and its addresses replaced by those of this test. */
    private Path files(String rendering) throws Exception {
        Node map = Chart.ofKind(Chart.objects(rendering), "ConfigMap").getFirst();
        for (Map.Entry<?, ?> file : map.map("data").entrySet()) {
            String text = file.getValue()
                    .toString()
                    .replace("api.anthropic.com", "127.0.0.1:9")
                    .replace("0.0.0.0:8080", "127.0.0.1:0")
                    .replace("0.0.0.0:9090", "127.0.0.1:0")
                    .replaceAll("path: ['\"]?-['\"]?\n", "path: " + directory.resolve("log") + "\n")
                    .replace("/var/lib/stillgate", directory.resolve("state").toString())
                    .replace(
                            "/var/lib/geo",
                            GatewayFiles.root().resolve("config/geo").toString())
                    .replace("/etc/accounts", directory.toString());
            assertThat(text).doesNotContain("0.0.0.0", "/var/lib", "/etc");
            Files.writeString(directory.resolve(file.getKey().toString()), text);
        }
        return directory.resolve("stillgate.yaml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"minimal", "production", "fleet"})
    void gatewayStartsWithTheConfigurationOfTheExample(String example) throws Exception {
        Path file = files(Chart.render("stillgate", Chart.example(example)));

        Validation.Result found = Validation.of(file, KEYS);
        assertThat(found.errors()).isEmpty();
        // The databases of the tests are of 2019, and the canary's secret is in the environment of pods only.
        assertThat(found.warnings())
                .extracting(Problem::message)
                .allMatch(text ->
                        text.contains(" days ago") || text.contains("set secretFile or STILLGATE_CANARY_SECRET"));
        try (Gateway gateway = Gateway.start(file, KEYS, Ticker.system());
                HttpClient client = HttpClient.newHttpClient()) {
            String admin = "http://127.0.0.1:" + gateway.adminAddress().getPort();
            assertThat(status(client, admin + "/healthz", "")).isEqualTo(200);
            assertThat(status(client, admin + "/readyz", "")).isEqualTo(200);
            assertThat(status(client, admin + "/metrics", "")).isEqualTo(401);
            assertThat(status(client, admin + "/metrics", TOKEN)).isEqualTo(200);
            String listener =
                    "http://127.0.0.1:" + gateway.addresses().getFirst().getPort();
            assertThat(status(client, listener + "/elsewhere", "")).isEqualTo(404);
        }
        assertThat(directory.resolve("state")).isDirectory();
    }

    @Test
    void stateIsInTheMountedVolume() {
        List<Node> objects = Chart.objects(Chart.render("stillgate", Chart.example("minimal")));

        Node mounts = Chart.ofKind(objects, "StatefulSet").getFirst().at("spec.template.spec.containers.0");
        String directory = stillgateYaml(objects).text("state.directory");
        assertThat(mounts.items("volumeMounts"))
                .filteredOn(mount -> mount.text("name").equals("state"))
                .singleElement()
                .satisfies(mount -> assertThat(mount.text("mountPath")).isEqualTo(directory));
    }

    @Test
    void noProxyIsTrustedUnlessTheValuesNameOne() {
        List<Node> objects = Chart.objects(Chart.render("stillgate", Chart.example("minimal")));

        assertThat(stillgateYaml(objects).text("listeners.0.trustedHops")).isEqualTo("0");
    }

    /** Returns the parsed stillgate.yaml of a rendering. */
    private static Node stillgateYaml(List<Node> objects) {
        Map<?, ?> files = Chart.ofKind(objects, "ConfigMap").getFirst().map("data");
        return Chart.objects(files.get("stillgate.yaml").toString()).getFirst();
    }

    @Test
    void invalidPolicyIsReported() throws Exception {
        Path file = files(Chart.template("stillgate").set("policy.filtres", 1).call());

        assertThat(Validation.of(file, KEYS).errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("filtres"));
    }

    /** A key that the configuration of an example needs is in the table of the chart's README. */
    @ParameterizedTest
    @ValueSource(strings = {"minimal", "production", "fleet"})
    void keysOfTheSecretAreDocumented(String example) throws Exception {
        String yaml = Files.readString(files(Chart.render("stillgate", Chart.example(example))));
        TreeSet<String> keys = new TreeSet<>();
        Pattern.compile("\\$\\{([A-Z_]+)}").matcher(yaml).results().forEach(found -> keys.add(found.group(1)));

        assertThat(keys)
                .contains("STILLGATE_HASH_SECRET", "STILLGATE_ADMIN_TOKEN")
                .isSubsetOf(SECRET.keySet());
        String readme = Files.readString(Chart.DIRECTORY.resolve("README.md"));
        assertThat(keys).allSatisfy(key -> assertThat(readme).contains("| `" + key + "` |"));
    }

    private static int status(HttpClient client, String url, String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (!token.isEmpty()) {
            request.header("authorization", "Bearer " + token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
