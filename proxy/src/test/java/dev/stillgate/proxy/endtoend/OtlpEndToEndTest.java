package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the OTLP export of a gateway to a collector on loopback. */
@Tag("slow")
@Timeout(60)
class OtlpEndToEndTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";

    @TempDir
    Path directory;

    private final UpstreamScript upstream = UpstreamScript.answering();
    private final LinkedBlockingQueue<JsonNode> metrics = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<JsonNode> traces = new LinkedBlockingQueue<>();
    private final List<String> authorized = new ArrayList<>();
    private volatile int status = 200;
    private HttpServer collector;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", asked -> {
            JsonNode message = new ObjectMapper().readTree(asked.getRequestBody());
            authorized.add(asked.getRequestHeaders().getFirst("authorization"));
            asked.sendResponseHeaders(status, -1);
            asked.close();
            if (status == 200) {
                (asked.getRequestURI().getPath().equals("/base/v1/traces") ? traces : metrics).add(message);
            }
        });
        collector.start();
        Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams: [{name: model, endpoints: ["http://127.0.0.1:%d"]}]
                routes: [{path: /v1/, upstream: model}]
                filters:
                  - {name: limits, type: token-bucket, config: {limits: [{name: requests, measure: requests, capacity: 100, refill: 1/1h}]}}
                """.formatted(upstream.port()));
        Path config = Files.writeString(directory.resolve("stillgate.yaml"), """
                listeners: [{address: "127.0.0.1:0"}]
                admin: {address: "127.0.0.1:0"}
                threads: 1
                hashing: {h1: "0123456789abcdef-test"}
                otlp: {url: "http://127.0.0.1:%d/base", interval: 1s, spans: 1, headers: {authorization: of the test}}
                """.formatted(
                        collector.getAddress().getPort()));
        gateway = Gateway.start(config, name -> null, Ticker.system());
    }

    @AfterEach
    void stop() {
        gateway.close();
        collector.stop(0);
        upstream.close();
    }

    private int ask(String... fields) {
        try (RawClient client = new RawClient(gateway.addresses().getFirst().getPort())) {
            return client.send(Requests.messages(fields)).answer().status();
        }
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static List<JsonNode> named(JsonNode message, String name) {
        return list(message.at("/resourceMetrics/0/scopeMetrics/0/metrics")).stream()
                .filter(metric -> metric.get("name").asText().equals(name))
                .toList();
    }

    private static JsonNode attribute(JsonNode of, String name) {
        return list(of.get("attributes")).stream()
                .filter(attribute -> attribute.get("key").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + of))
                .get("value");
    }

    /** Returns the next message that counts this many exchanges. */
    private JsonNode metricsOf(double served) throws InterruptedException {
        while (true) {
            JsonNode message = metrics.poll(30, TimeUnit.SECONDS);
            assertThat(message).as("a message within the timeout").isNotNull();
            double sum = list(named(message, "stillgate_exchanges").getFirst().at("/sum/dataPoints")).stream()
                    .filter(point -> attribute(point, "outcome")
                            .get("stringValue")
                            .asText()
                            .equals("served"))
                    .mapToDouble(point -> point.get("asDouble").asDouble())
                    .sum();
            if (sum == served) {
                return message;
            }
        }
    }

    @Test
    void metricsMatchAScrapeUnderOpenTelemetryNames() throws InterruptedException {
        assertThat(ask("x-api-key: sk-of-the-test")).isEqualTo(200);
        assertThat(ask("x-api-key: sk-of-the-test")).isEqualTo(200);
        JsonNode message = metricsOf(2);
        assertThat(attribute(message.at("/resourceMetrics/0/resource"), "service.name")
                        .get("stringValue")
                        .asText())
                .isEqualTo("stillgate");
        JsonNode exchanges = named(message, "stillgate_exchanges").getFirst().get("sum");
        assertThat(exchanges.get("isMonotonic").asBoolean()).isTrue();
        assertThat(exchanges.get("aggregationTemporality").asInt()).isEqualTo(2);
        JsonNode durations = named(message, "gen_ai.client.inference.duration").getFirst();
        assertThat(durations.get("unit").asText()).isEqualTo("s");
        JsonNode point = durations.at("/histogram/dataPoints/0");
        assertThat(point.get("count").asText()).isEqualTo("2");
        assertThat(list(point.get("bucketCounts")).stream()
                        .mapToLong(JsonNode::asLong)
                        .sum())
                .isEqualTo(2);
        assertThat(point.get("bucketCounts"))
                .hasSize(point.get("explicitBounds").size() + 1);
        assertThat(attribute(point, "gen_ai.operation.name").get("stringValue").asText())
                .isEqualTo("chat");
        assertThat(named(message, "gen_ai.client.inference.operation.input_tokens"))
                .hasSize(1);
        assertThat(named(message, "jvm_memory_used_bytes").getFirst().has("gauge"))
                .isTrue();
        assertThat(message.toString()).doesNotContain("sk-of-the-test", "h1:");
        assertThat(authorized).containsOnly("of the test");
    }

    @Test
    void onlyTracedExchangesHaveSpans() throws InterruptedException {
        ask("x-api-key: a");
        ask("x-api-key: a", "traceparent: 00-" + TRACE + "-" + PARENT + "-00");
        ask("x-api-key: a", "traceparent: nonsense");
        ask("x-api-key: a", "traceparent: 00-" + TRACE + "-" + PARENT + "-01");
        JsonNode message = traces.poll(30, TimeUnit.SECONDS);
        assertThat(message).isNotNull();
        List<JsonNode> spans = list(message.at("/resourceSpans/0/scopeSpans/0/spans"));
        assertThat(spans).hasSize(1);
        JsonNode span = spans.getFirst();
        assertThat(span.get("traceId").asText()).isEqualTo(TRACE);
        assertThat(span.get("parentSpanId").asText()).isEqualTo(PARENT);
        assertThat(span.get("spanId").asText()).matches("[0-9a-f]{16}").isNotEqualTo(PARENT);
        assertThat(span.get("name").asText()).isEqualTo("POST messages");
        assertThat(span.get("endTimeUnixNano").asLong())
                .isGreaterThan(span.get("startTimeUnixNano").asLong());
        assertThat(attribute(span, "http.response.status_code").get("intValue").asText())
                .isEqualTo("200");
        assertThat(attribute(span, "stillgate.outcome").get("stringValue").asText())
                .isEqualTo("served");
        assertThat(span.toString()).doesNotContain("h1:");
    }

    @Test
    void failingCollectorDoesNotAffectExchanges() throws InterruptedException, IOException {
        status = 503;
        assertThat(ask("x-api-key: a", "traceparent: 00-" + TRACE + "-" + PARENT + "-01"))
                .isEqualTo(200);
        GatewayRig.eventually(
                "the span is counted as lost", () -> scrape().contains("stillgate_otlp_spans_dropped_total 1.0"));
        status = 200;
        assertThat(ask("x-api-key: a")).isEqualTo(200);
        JsonNode message = metricsOf(2);
        assertThat(named(message, "stillgate_otlp_failed")
                        .getFirst()
                        .at("/sum/dataPoints/0/asDouble")
                        .asDouble())
                .isGreaterThanOrEqualTo(1);
        assertThat(traces).isEmpty();
    }

    private String scrape() {
        try (var in = java.net
                .URI
                .create("http://127.0.0.1:" + gateway.adminAddress().getPort() + "/metrics")
                .toURL()
                .openStream()) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
