package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests reports of reached shares of limits from a request to the operator's webhook. */
@Tag("slow")
@Timeout(120)
@ExtendWith(NoLeaks.class)
class ShareReportEndToEndTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final UpstreamScript upstream = UpstreamScript.answering();
    private HttpServer receiver;

    @BeforeEach
    void listen() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/hook", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
        upstream.close();
    }

    private void policy(String shares) throws IOException {
        Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams: [{name: model, endpoints: ["http://127.0.0.1:%d"]}]
                routes: [{path: /v1/, upstream: model}]
                filters:
                  - name: limits
                    type: token-bucket
                    config:
                      limits:
                        - {name: day, measure: requests, capacity: 4, refill: 4/1d, notifyAt: %s}
                """.formatted(upstream.port(), shares));
    }

    private Gateway gateway() throws Exception {
        Path config = Files.writeString(directory.resolve("stillgate.yaml"), """
                listeners: [{address: "127.0.0.1:0"}]
                admin: {address: "127.0.0.1:0"}
                threads: 1
                watch: false
                hashing: {h1: "0123456789abcdef-test"}
                webhook: {url: "http://127.0.0.1:%d/hook", secret: "a secret of the test"}
                """.formatted(
                        receiver.getAddress().getPort()));
        return Gateway.start(config, name -> null, Ticker.system());
    }

    private static int ask(Gateway gateway) {
        try (RawClient client = new RawClient(gateway.addresses().getFirst().getPort())) {
            return client.send(Requests.messages("x-api-key: sk-test")).answer().status();
        }
    }

    private JsonNode next() throws Exception {
        String body = received.poll(30, TimeUnit.SECONDS);
        assertThat(body).as("a message").isNotNull();
        return JSON.readTree(body);
    }

    @Test
    @DisplayName("a share of a limit is reported once by each gateway, also after a reload, with one id")
    void shareIsReportedOnceByEachGateway() throws Exception {
        policy("[0.5, 1.0]");
        JsonNode half;
        try (Gateway gateway = gateway()) {
            for (int i = 0; i < 3; i++) { // the first is charged to the prefix of its address
                assertThat(ask(gateway)).isEqualTo(200);
            }
            half = next();
            assertThat(half.get("type").asText()).isEqualTo("limit.share");
            assertThat(half.get("limit").asText()).isEqualTo("day");
            assertThat(half.get("share").asText()).isEqualTo("0.5");
            assertThat(half.get("used").asText()).isEqualTo("2");
            assertThat(half.get("account").asText()).startsWith("h1:");
            assertThat(half.get("policy_generation").asText()).isEqualTo("1");
            policy("[0.5, 0.75, 1.0]");
            gateway.reload();
            assertThat(ask(gateway)).isEqualTo(200);
            JsonNode more = next();
            assertThat(more.get("share").asText()).as("not 0.5 again").isEqualTo("0.75");
            assertThat(more.get("policy_generation").asText()).isEqualTo("2");
            assertThat(ask(gateway)).isEqualTo(200);
            assertThat(ask(gateway)).isEqualTo(429);
            assertThat(next().get("share").asText()).isEqualTo("1");
        }
        try (Gateway other = gateway()) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(other)).isEqualTo(200);
            }
            assertThat(next().get("id").asText()).isEqualTo(half.get("id").asText());
        }
        assertThat(received).isEmpty();
    }
}
