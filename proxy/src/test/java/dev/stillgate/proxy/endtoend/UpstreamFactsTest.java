package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests what the admin page and the metrics show of upstreams. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class UpstreamFactsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static JsonNode upstream(GatewayRig rig) {
        try {
            return JSON.readTree(rig.admin("GET /upstreams").text())
                    .get("upstreams")
                    .get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode endpoint(GatewayRig rig, UpstreamScript script) {
        for (JsonNode each : upstream(rig).get("endpoints")) {
            if (each.get("endpoint").asText().equals("127.0.0.1:" + script.port())) {
                return each;
            }
        }
        throw new AssertionError("not on the page: " + script.port());
    }

    private static double metric(GatewayRig rig, String name, UpstreamScript script, String... more) {
        String[] labels = java.util.Arrays.copyOf(more, more.length + 2);
        labels[more.length] = "upstream=\"model\"";
        labels[more.length + 1] = "endpoint=\"127.0.0.1:" + script.port() + "\"";
        return rig.metric(name, labels);
    }

    /** An endpoint that responds to requests with one status and to health checks with another. */
    private static UpstreamScript answering(String status, String toChecks) {
        return UpstreamScript.of(c -> {
            for (UpstreamScript.Request asked = c.request(); asked != null; asked = c.request()) {
                boolean check = asked.line().startsWith("GET /health");
                c.send("HTTP/1.1 " + (check ? toChecks : status.replace("|", "\r\n"))
                        + "\r\ncontent-length: 0\r\n\r\n");
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "500 x, 200 x, ejected, true",
        "503 x|retry-after: 20, 200 x, paused, true",
        "200 x, 500 x, unwell, false"
    })
    void unavailableEndpointIsShownWithReasonAndTime(String status, String toChecks, String condition, boolean timed) {
        try (UpstreamScript bad = answering(status, toChecks);
                UpstreamScript good = answering("200 x", "200 x");
                GatewayRig rig = GatewayRig.with()
                        .to(bad, good)
                        .upstreamKeys(
                                "ejection: {failures: 2}, health: {path: /health, unhealthyAfter: 1, interval: 1h}")
                        .start()) {
            rig.ticker().stop();
            GatewayRig.eventually("left alone", () -> {
                rig.ask(Requests.messages());
                return endpoint(rig, bad).get("condition").asText().equals(condition);
            });
            assertThat(endpoint(rig, bad).get("forMillis").asLong() > 0).isEqualTo(timed);
            assertThat(endpoint(rig, bad).get("address").asText()).isEqualTo("127.0.0.1");
            assertThat(endpoint(rig, good).get("condition").asText()).isEqualTo("available");
            assertThat(endpoint(rig, good).get("forMillis").asLong()).isZero();
            String label = "condition=\"" + condition + "\"";
            assertThat(metric(rig, "stillgate_upstream_addresses", bad, label)).isEqualTo(1);
            assertThat(metric(rig, "stillgate_upstream_addresses", good, label)).isZero();
            assertThat(metric(rig, "stillgate_upstream_addresses", good, "condition=\"available\""))
                    .isEqualTo(1);
            assertThat(rig.metric("stillgate_upstream_endpoints_" + condition, "upstream=\"model\""))
                    .isEqualTo(1);
        }
    }

    @Test
    void countsOfRequestsQueueAndConnectionsReturnToZero() {
        Semaphore answers = new Semaphore(0);
        AtomicInteger asked = new AtomicInteger();
        UpstreamScript script = UpstreamScript.of(c -> {
            while (c.request() != null) {
                asked.incrementAndGet();
                answers.acquire();
                c.send(UpstreamScript.JSON_ANSWER);
            }
        });
        try (script;
                GatewayRig rig = GatewayRig.with()
                        .to(script)
                        .upstreamKeys("concurrency: {most: 2, queue: 7, queueTimeout: 60s}")
                        .start();
                RawClient first = rig.connect();
                RawClient second = rig.connect();
                RawClient third = rig.connect()) {
            first.send(Requests.messages());
            second.send(Requests.messages());
            GatewayRig.eventually("two are there", () -> asked.get() == 2);
            third.send(Requests.messages());
            GatewayRig.eventually(
                    "one waits", () -> upstream(rig).get("waiting").asInt() == 1);
            JsonNode page = upstream(rig);
            assertThat(page.get("name").asText()).isEqualTo("model");
            assertThat(page.get("most").asInt()).isEqualTo(2);
            assertThat(page.get("taken").asInt()).isEqualTo(2);
            assertThat(page.get("queue").asInt()).isEqualTo(7);
            assertThat(endpoint(rig, script).get("underWay").asInt()).isEqualTo(2);
            assertThat(endpoint(rig, script).get("connections").asInt()).isEqualTo(2);
            assertThat(metric(rig, "stillgate_upstream_in_flight", script)).isEqualTo(2);
            assertThat(metric(rig, "stillgate_upstream_connections_open", script))
                    .isEqualTo(2);
            assertThat(rig.metric("stillgate_upstream_places", "upstream=\"model\""))
                    .isEqualTo(2);
            assertThat(rig.metric("stillgate_upstream_waiting", "upstream=\"model\""))
                    .isEqualTo(1);
            answers.release(3);
            for (RawClient each : java.util.List.of(first, second, third)) {
                assertThat(each.answer().status()).isEqualTo(200);
            }
            GatewayRig.eventually(
                    "nothing is under way",
                    () -> endpoint(rig, script).get("underWay").asInt() == 0
                            && upstream(rig).get("taken").asInt() == 0);
            assertThat(upstream(rig).get("waiting").asInt()).isZero();
            script.close();
            GatewayRig.eventually(
                    "nothing is connected",
                    () -> endpoint(rig, script).get("connections").asInt() == 0);
        }
    }

    @Test
    void failedConnectionIsNotCountedAsOpen() throws IOException {
        UpstreamScript dead = UpstreamScript.answering();
        dead.close();
        try (GatewayRig rig = GatewayRig.with().to(dead).start()) {
            for (int i = 0; i < 3; i++) {
                assertThat(rig.ask(Requests.messages()).status()).isEqualTo(502);
            }
            assertThat(endpoint(rig, dead).get("connections").asInt()).isZero();
            assertThat(endpoint(rig, dead).get("failures").asInt()).isEqualTo(3);
        }
    }

    @Test
    void metricsOfARemovedUpstreamAreRemoved() throws Exception {
        try (UpstreamScript one = UpstreamScript.answering();
                UpstreamScript other = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(one)) {
            rig.ask(Requests.messages());
            rig.policy(GatewayRig.with().to(other).policy().replace("model", "newer"));
            rig.reload();
            assertThat(upstream(rig).get("name").asText()).isEqualTo("newer");
            assertThat(rig.scrape().lines())
                    .filteredOn(line -> line.startsWith("stillgate_upstream_addresses")
                            || line.startsWith("stillgate_upstream_waiting"))
                    .isNotEmpty()
                    .allMatch(line -> line.contains("upstream=\"newer\""));
        }
    }
}
