package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the logs, metrics and trace fields of exchanges. */
class ObserveEndToEndTest {
    @TempDir
    Path directory;

    private final UpstreamScript upstream = UpstreamScript.of(c -> {
        for (UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
            c.send(UpstreamScript.json(
                    "{\"id\":\"msg_1\",\"model\":\"m-1-2026\",\"seen\":\"" + String.join(",", r.values("traceparent"))
                            + "\",\"usage\":{\"input_tokens\":3,\"output_tokens\":7}}"));
        }
    });
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(directory.resolve("policy.yaml"), """
            version: 1
            upstreams: [{name: model, endpoints: ["http://127.0.0.1:%d"]}]
            routes: [{path: /v1/, upstream: model}]
            filters:
              - {name: limits, type: token-bucket, config: {limits: [{name: requests, measure: requests, capacity: 1, refill: 1/1h}]}}
            """.formatted(upstream.port()));
        Path config = Files.writeString(directory.resolve("stillgate.yaml"), """
            listeners: [{address: "127.0.0.1:0"}]
            admin: {address: "127.0.0.1:0"}
            threads: 1
            watch: false
            hashing: {h1: "0123456789abcdef-test"}
            accessLog: {path: access.log, decisions: decisions.log}
            audit: {path: audit.log}
            webhook: {url: "http://127.0.0.1:9/hook", secret: "a secret of the test"}
            """);
        gateway = Gateway.start(config, name -> null, Ticker.system());
    }

    @AfterEach
    void stop() {
        gateway.close();
        upstream.close();
    }

    private RawClient.Response ask(String... fields) {
        try (RawClient client = new RawClient(gateway.addresses().getFirst().getPort())) {
            return client.send(Requests.messages(fields)).answer();
        }
    }

    private HttpURLConnection admin(String path) throws IOException {
        URI url = URI.create("http://127.0.0.1:" + gateway.adminAddress().getPort() + path);
        return (HttpURLConnection) url.toURL().openConnection();
    }

    @Test
    @DisplayName("newcomer F22: every metric has a description")
    void everyMetricHasADescription(@TempDir Path state) throws IOException {
        Path database = state.resolve("country.mmdb");
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/GeoLite2-Country.mmdb"))) {
            Files.copy(in, database);
        }
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .state(state.resolve("kept"))
                        .record("{path: " + state.resolve("exchanges.jsonl") + "}")
                        .filters("[{name: geo, type: geo-restriction, config: {databases: {country: " + database
                                + "}, deny: {countries: [KP]}}},"
                                + " {name: behaviour, type: fingerprint, mode: shadow, config: {}},"
                                + " {name: limits, type: token-bucket, config: {limits:"
                                + " [{name: r, measure: requests, capacity: 1, refill: 1/1h}]}},"
                                + " {name: mark, type: canary, mode: shadow, config: {}}]")
                        .start()) {
            rig.ask(Requests.messages());
            rig.ask(Requests.messages());
            List<String> help = rig.scrape()
                    .lines()
                    .filter(line -> line.startsWith("# HELP "))
                    .toList();
            assertThat(help).hasSizeGreaterThan(90);
            assertThat(help).noneMatch(line -> line.strip().split(" ", 4).length < 4);
            assertThat(help).noneMatch(line -> line.contains("Not described"));
        }
    }

    @Test
    void traceFieldsAreForwardedUnchanged() {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assertThat(ask("traceparent: " + parent).text()).contains("\"seen\":\"" + parent + "\"");
    }

    @Test
    void decisionsHaveAFileOfTheirOwn() throws IOException {
        while (ask("x-api-key: sk-one").status() == 200) {
            assertThat(Files.exists(directory.resolve("decisions.log"))).isTrue();
        }
        gateway.close();
        List<String> all = Files.readAllLines(directory.resolve("access.log"));
        List<String> decisions = Files.readAllLines(directory.resolve("decisions.log"));
        assertThat(all).hasSizeGreaterThan(1).first().asString().contains("\"outcome\":\"served\"");
        assertThat(decisions).containsExactly(all.getLast());
        assertThat(decisions.getFirst()).contains("\"filter\":\"limits\"").doesNotContain("sk-one");
    }

    @Test
    void metricsNameModelsAndNoAccounts() throws IOException {
        ask("x-api-key: sk-one");
        GatewayRig.eventually("the exchange is counted", () -> metrics().contains("_tokens_total{api=\"messages\""));
        String metrics = metrics();
        assertThat(metrics)
                .contains(
                        "gen_ai_client_inference_usage_output_tokens_total{api=\"messages\",gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"anthropic\",gen_ai_response_model=\"m-1-2026\",gen_ai_token_modality=\"unknown\"}"
                                + " 7.0")
                .contains("stillgate_webhook_dropped_total 0.0")
                .contains("stillgate_build_info{")
                .doesNotContain("sk-one", "h1:");
        assertThat(metrics.lines()).noneMatch(line -> line.contains("127.0.0.1") && !line.contains("endpoint=\""));
    }

    private String metrics() {
        try (var in = admin("/metrics").getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void filterTimeIsMeasuredByFilterAndPhase() throws IOException {
        try (RawClient client = new RawClient(gateway.addresses().getFirst().getPort())) {
            for (int i = 0; i < 128; i++) {
                client.send(Requests.messages("x-api-key: sk-" + i)).answer();
            }
        }
        try (var in = admin("/metrics").getInputStream()) {
            String metrics = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(metrics)
                    .contains("stillgate_filter_seconds_count{filter=\"limits\",phase=\"request\"} 2")
                    .contains("stillgate_filter_seconds_bucket{filter=\"limits\",phase=\"completion\",le=\"0.01\"}");
        }
    }

    @Test
    void drainingGatewayIsNotReadyAndServes() throws IOException {
        assertThat(admin("/readyz").getResponseCode()).isEqualTo(200);
        gateway.retire();
        assertThat(admin("/readyz").getResponseCode()).isEqualTo(503);
        assertThat(ask().status()).isEqualTo(200);
    }

    private int change(String method, String path) throws IOException {
        HttpURLConnection asked = admin(path);
        asked.setRequestMethod(method);
        return asked.getResponseCode();
    }

    private List<JsonNode> audited() throws IOException {
        gateway.close();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve("audit.log"))) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    @Test
    void auditLogNamesActorAndOutcome() throws IOException {
        Path policy = directory.resolve("policy.yaml");
        String good = Files.readString(policy);
        Files.writeString(policy, good + "accounts: {required: true}\n");
        assertThat(change("POST", "/reload")).isEqualTo(200);
        Files.writeString(policy, good + "filtres: []\n");
        assertThat(change("POST", "/reload")).isEqualTo(422);
        assertThat(change("POST", "/rollback")).isEqualTo(200);
        assertThat(change("POST", "/reload?x")).isEqualTo(400);
        List<JsonNode> lines = audited();
        assertThat(lines)
                .extracting(line -> line.get("type").asText())
                .startsWith("policy.applied")
                .contains("policy.refused")
                .endsWith("gateway.stopped");
        List<JsonNode> acts = lines.stream()
                .filter(line -> line.get("type").asText().equals("admin.request"))
                .toList();
        assertThat(acts)
                .extracting(act ->
                        act.get("method").asText() + " " + act.get("path").asText() + " " + act.get("status"))
                .containsExactly("POST /reload 200", "POST /reload 422", "POST /rollback 200", "POST /reload?x 400");
        assertThat(acts).allSatisfy(act -> {
            assertThat(act.get("peer").asText()).matches("127\\.0\\.0\\.1:[0-9]+");
            assertThat(act.get("token").asText()).isEqualTo("none");
        });
        assertThat(acts.get(1).get("outcome").asText()).contains("policy.yaml:").contains("filtres");
        assertThat(acts.get(2).get("outcome").asText()).contains("pinned until the policy file changes");
        assertThat(lines)
                .filteredOn(line -> line.path("cause").asText().startsWith("rollback"))
                .singleElement()
                .satisfies(line -> assertThat(line.get("changes").asText()).isEqualTo("-accounts"));
    }
}
