package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that no request fails and no stream is cut while valid and invalid policies are reloaded. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ReloadUnderLoadTest {
    private static final int RELOADS = 200;
    private static final int EVENTS = 40;

    private static final String FILTERS =
            "[{name: limits, type: token-bucket, config: {limits: [{name: requests, measure:"
                    + " requests, capacity: %d, refill: 100000/1s}]}}, {name: watch, type: fingerprint, mode: %s}]";

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger streamed = new AtomicInteger();

    /** An upstream that responds to prompts at once, and to streaming prompts event by event. */
    private static void answer(UpstreamScript.Connection connection) throws IOException, InterruptedException {
        for (UpstreamScript.Request request = connection.request(); request != null; request = connection.request()) {
            if (request.text().contains("\"stream\":true")) {
                connection.send(
                        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
                for (int i = 0; i < EVENTS; i++) {
                    connection.send(UpstreamScript.chunk("data: {\"n\":" + i + "}\n\n"));
                    Thread.sleep(2); // a model's pace, so that streams outlive reloads
                }
                connection.send(UpstreamScript.chunk("data: [DONE]\n\n") + "0\r\n\r\n");
            } else {
                connection.send(UpstreamScript.JSON_ANSWER);
            }
        }
    }

    private Void requests(GatewayRig rig) {
        try (RawClient client = rig.connect()) {
            while (!over.get()) {
                RawClient.Response answer =
                        client.send(Requests.chat("x-api-key: k")).answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.whole()).isTrue();
                served.incrementAndGet();
            }
        }
        return null;
    }

    private Void streams(GatewayRig rig) {
        String body = "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        try (RawClient client = rig.connect()) {
            while (!over.get()) {
                RawClient.Response answer = client.send(Requests.post("/v1/chat/completions", body, "x-api-key: s"))
                        .answer();
                assertThat(answer.whole()).isTrue();
                assertThat(answer.text())
                        .contains("{\"n\":" + (EVENTS - 1) + "}")
                        .endsWith("data: [DONE]\n\n");
                streamed.incrementAndGet();
            }
        }
        return null;
    }

    @Test
    void reloadsAffectNoRequest() throws Exception {
        RigBuilder builder = GatewayRig.with().threads(2);
        try (UpstreamScript upstream = UpstreamScript.of(ReloadUnderLoadTest::answer);
                GatewayRig rig = builder.to(upstream)
                        .filters(FILTERS.formatted(100_000, "shadow"))
                        .start();
                ExecutorService callers = Executors.newCachedThreadPool()) {
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                running.add(callers.submit(() -> requests(rig)));
                running.add(callers.submit(() -> streams(rig)));
            }
            int refused = 0;
            try {
                for (int i = 0; i < RELOADS; i++) {
                    int before = served.get();
                    refused += reload(rig, builder, i) ? 0 : 1;
                    GatewayRig.eventually("a request was served", () -> served.get() > before);
                }
            } finally {
                over.set(true);
            }
            for (Future<Void> caller : running) {
                caller.get();
            }
            assertThat(refused).isEqualTo(RELOADS / 10);
            assertThat(served.get()).as("requests").isGreaterThanOrEqualTo(RELOADS);
            assertThat(streamed.get()).as("streams").isGreaterThan(4);
            assertThat(rig.metric("stillgate_config_generation")).isEqualTo(1 + RELOADS - refused);
            assertThat(rig.metric("stillgate_reasons_total")).as("failures").isZero();
            assertThat(rig.metric("stillgate_config_synchronized")).isEqualTo(1);
        }
    }

    /** Writes another policy, invalid every tenth time; returns whether it was accepted. */
    private static boolean reload(GatewayRig rig, RigBuilder builder, int number) throws IOException {
        boolean bad = number % 10 == 4;
        String policy = builder.filters(FILTERS.formatted(100_000 + number, number % 3 == 0 ? "enforce" : "shadow"))
                .policy();
        Path file = rig.directory().resolve("policy.yaml");
        Path next = Files.writeString(rig.directory().resolve("next"), bad ? policy + "accounts: [" : policy);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        try {
            rig.reload();
            return true;
        } catch (ConfigException e) {
            assertThat(e).hasMessageContaining("policy.yaml:");
            assertThat(bad).isTrue();
            return false;
        }
    }
}
