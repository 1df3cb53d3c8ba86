package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A backtest that the admin API starts: the recorded traffic of a gateway under a stricter policy. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class BacktestPageTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LIMIT = "[{name: limit, type: token-bucket, config: {limits:"
            + " [{name: requests, measure: requests, capacity: 1, refill: 1/1h}]}}]";

    @TempDir
    private Path directory;

    private static RawClient.Response post(GatewayRig rig, String path, String body) {
        try (RawClient client = new RawClient(rig.adminPort())) {
            return client.send("POST " + path + " HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + body.length()
                            + "\r\ncontent-type: application/json\r\n\r\n" + body)
                    .answer();
        }
    }

    private static JsonNode page(GatewayRig rig) {
        try {
            return JSON.readTree(rig.admin("GET /backtests/1").text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void recordedTrafficIsReplayedUnderACandidate() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .record("{path: " + directory.resolve("log.jsonl") + "}")
                        .start()) {
            for (int i = 0; i < 3; i++) {
                rig.ask(Requests.messages("x-api-key: a"));
            }
            GatewayRig.eventually("recorded", () -> rig.metric("stillgate_record_written_total") == 3);
            RigBuilder stricter = GatewayRig.with().to(upstream).filters(LIMIT);
            String body = JsonNodeFactory.instance
                    .objectNode()
                    .put("policy", stricter.policy())
                    .toString();
            assertThat(post(rig, "/backtests", body).status()).isEqualTo(200);
            assertThat(post(rig, "/backtests", body).status()).isEqualTo(409);
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1); // two processes start
            while (page(rig).get("state").asText().equals("running") && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
            JsonNode page = page(rig);
            assertThat(page.get("state").asText()).as(page.toString()).isEqualTo("done");
            assertThat(page.get("result").toString())
                    .contains("{\"outcome\":\"exchanges\",\"inForce\":3,\"candidate\":3,\"difference\":0}")
                    .contains("{\"outcome\":\"refused\",\"inForce\":0,\"candidate\":2,\"difference\":2}");
            assertThat(post(rig, "/backtests/1/cancel", "").status()).isEqualTo(200);
            assertThat(post(rig, "/backtests/2/cancel", "").status()).isEqualTo(404);
            assertThat(post(rig, "/backtests", "{}").status()).isEqualTo(400);
            assertThat(rig.admin("GET /backtests/0").status()).isEqualTo(404);
            assertThat(JSON.readTree(rig.admin("GET /backtests").text()).get("logs"))
                    .hasSize(1);
        }
    }

    /** Reads server-sent events up to a text. */
    private static void readTo(RawClient events, String text) {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            String next = events.read(1);
            assertThat(next).as("%s in %s", text, read).isNotEmpty();
            read.append(next);
        }
    }

    @Test
    void openConsoleIsToldOfABacktest() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .record("{path: " + directory.resolve("log.jsonl") + "}")
                        .start();
                RawClient events = new RawClient(rig.adminPort())) {
            rig.ask(Requests.messages("x-api-key: a"));
            GatewayRig.eventually("recorded", () -> rig.metric("stillgate_record_written_total") == 1);
            events.send("GET /console/events HTTP/1.1\r\nhost: localhost\r\n\r\n");
            readTo(events, "event: now");
            String body = JsonNodeFactory.instance
                    .objectNode()
                    .put("policy", GatewayRig.with().to(upstream).policy())
                    .toString();
            assertThat(post(rig, "/backtests", body).status()).isEqualTo(200);
            readTo(events, "event: changed\ndata: {\"what\":[\"backtests\"]}\n\n");
        }
    }

    @Test
    void invalidCandidateIsRefusedAtOnce() throws IOException {
        Files.writeString(directory.resolve("log.jsonl"), "{}\n");
        try (GatewayRig rig = GatewayRig.with()
                .toPort(1)
                .record("{path: " + directory.resolve("log.jsonl") + "}")
                .start()) {
            String policy = GatewayRig.with()
                    .toPort(1)
                    .filters("[{name: f, type: fingerprnt}]")
                    .policy();
            RawClient.Response answer = post(
                    rig,
                    "/backtests",
                    JsonNodeFactory.instance.objectNode().put("policy", policy).toString());
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text())
                    .contains("candidate:", "there is no filter type \\\"fingerprnt\\\"")
                    .doesNotContain("policy.yaml");
            assertThat(JSON.readTree(rig.admin("GET /backtests").text()).get("backtests"))
                    .isEmpty();
        }
    }

    @Test
    void nothingRecordedIsSaid() {
        try (GatewayRig rig = GatewayRig.with().toPort(1).start()) {
            String body = JsonNodeFactory.instance
                    .objectNode()
                    .put("policy", GatewayRig.with().toPort(1).policy())
                    .toString();
            RawClient.Response answer = post(rig, "/backtests", body);
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.text()).contains("set record.path");
        }
    }
}
