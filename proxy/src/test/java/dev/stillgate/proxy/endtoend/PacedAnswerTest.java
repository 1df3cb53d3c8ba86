package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests responses paced at reading speed: they arrive gradually and complete, and no timeout expires. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class PacedAnswerTest {
    private static final String EVENT = "event: e\ndata: {\"delta\":{\"text\":\"Lime mortar breathes.\"}}\n\n";
    private static final String EVENTS = EVENT.repeat(3);
    private static final String SSE = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
    private static final String CHUNKS = "transfer-encoding: chunked\r\n\r\n";
    private static final String EVENTS_IN_CHUNKS = UpstreamScript.chunk(EVENT).repeat(3) + "0\r\n\r\n";
    private static final String BODY =
            "{\"content\":[{\"type\":\"text\",\"text\":\"" + "Old walls. ".repeat(15) + "\"}]}";

    @TempDir
    private Path directory;

    /** An upstream's response and the content expected at the client. */
    record Case(String path, String answer, String content, boolean closes) {
        @Override
        public String toString() {
            return path + " " + answer.lines().skip(2).findFirst().orElse("");
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case("/v1/messages", UpstreamScript.json(BODY), BODY, false),
                new Case("/v1/messages", SSE + CHUNKS + EVENTS_IN_CHUNKS, EVENTS, false),
                new Case("/v1/chat/completions", UpstreamScript.json(BODY), BODY, false),
                new Case("/v1/chat/completions", SSE + CHUNKS + EVENTS_IN_CHUNKS, EVENTS, false),
                new Case("/v1/responses", SSE + "connection: close\r\n\r\n" + EVENTS, EVENTS, true),
                new Case(
                        "/v1/responses",
                        SSE + "content-length: " + EVENTS.length() + "\r\n\r\n" + EVENTS,
                        EVENTS,
                        false));
    }

    private GatewayRig rig(UpstreamScript upstream, int pace, String timeouts) throws IOException {
        return GatewayRig.with()
                .to(upstream)
                .plugins(TestPlugins.pacing(directory, pace))
                .timeouts(timeouts)
                .filters("[{name: p, type: pacing}]")
                .start();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void pacedResponseArrivesGraduallyAndComplete(Case c) throws IOException {
        UpstreamScript upstream = UpstreamScript.of(connection -> {
            while (connection.request() != null) {
                connection.send(c.answer);
                if (c.closes) {
                    connection.close();
                    return;
                }
            }
        });
        try (upstream;
                GatewayRig rig = rig(upstream, 200, "{}");
                RawClient client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                client.send(Requests.post(c.path, Requests.CHAT_BODY));
                client.in().mark(64 * 1024);
                client.head();
                client.read(60);
                assertThat(rig.metric("stillgate_exchanges_active"))
                        .as("content is not held until the response is complete")
                        .isEqualTo(1);
                client.in().reset();
                RawClient.Answer answer = client.answer();
                assertThat(answer.whole()).isTrue();
                assertThat(answer.text()).isEqualTo(c.content);
                assertThat(answer.has("content-length")).isEqualTo(c.answer.contains("content-length"));
            }
            assertThat(rig.finish())
                    .hasSize(2)
                    .allMatch(line ->
                            line.contains("\"served\"") && line.contains("\"bytes_sent\":" + c.content.length()));
        }
    }

    @Test
    void noTimeoutCutsAPacedResponse() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(SSE + CHUNKS + EVENTS_IN_CHUNKS);
                GatewayRig rig = rig(upstream, 200, "{idle: 60s, total: 90s}");
                RawClient client = rig.connect()) {
            client.send(Requests.messages()).in().mark(64 * 1024);
            client.head();
            client.read(40);
            rig.ticker().jump(Duration.ofSeconds(100));
            client.in().reset();
            RawClient.Answer answer = client.answer();
            assertThat(answer.whole()).isTrue();
            assertThat(answer.text()).isEqualTo(EVENTS);
        }
    }

    @Test
    void silentUpstreamTimesOutAfterPacing() throws IOException {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(SSE + CHUNKS + UpstreamScript.chunk(EVENT));
            c.drain();
        });
        try (upstream;
                GatewayRig rig = rig(upstream, 2_000, "{idle: 60s}");
                RawClient client = rig.connect()) {
            client.send(Requests.messages()).head();
            client.read(UpstreamScript.chunk(EVENT).length());
            rig.ticker().jump(Duration.ofSeconds(61));
            client.rest();
            assertThat(rig.finish().getFirst()).contains("idle-timeout");
        }
    }

    @Test
    void ordinaryResponseDoesNotBlockTheUpstream() throws IOException, InterruptedException {
        CountDownLatch sent = new CountDownLatch(1);
        String long1 = EVENT.repeat(1 + 600_000 / EVENT.length());
        UpstreamScript upstream = UpstreamScript.narrow(c -> {
            c.request();
            c.send(SSE + CHUNKS);
            c.send(UpstreamScript.chunk(long1));
            c.send("0\r\n\r\n");
            sent.countDown();
            c.request();
        });
        try (upstream;
                GatewayRig rig = rig(upstream, 200, "{}");
                RawClient client = rig.connect()) {
            client.send(Requests.messages()).head();
            assertThat(sent.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(client.read(20)).isNotEmpty();
            client.reset();
            GatewayRig.eventually("noticed", () -> rig.metric("stillgate_exchanges_active") == 0);
            assertThat(rig.finish().getFirst())
                    .contains("\"gone-streaming\"")
                    .matches(".*\"bytes_sent\":[0-9]{1,4}[,}].*");
        }
    }

    @Test
    void disconnectedClientCancelsTheUpstream() throws IOException, InterruptedException {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(SSE + CHUNKS + UpstreamScript.chunk(EVENTS));
            c.drain();
        });
        try (upstream;
                GatewayRig rig = rig(upstream, 200, "{}");
                RawClient client = rig.connect()) {
            client.send(Requests.messages()).head();
            client.read(20);
            client.reset();
            upstream.connection(0).closedAt();
            assertThat(rig.finish().getFirst()).contains("\"gone-streaming\"");
        }
    }
}
