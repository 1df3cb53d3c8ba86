package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.Encodings;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests filters that require usage: it is requested from the upstream, and the client's view does not change. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class UsageInjectionTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASKS = "{\"model\":\"m-2\",\"stream\":true,\"messages\":[]}";
    private static final String ASKED =
            "{\"stream_options\":{\"include_usage\":true},\"model\":\"m-2\",\"stream\":true,\"messages\":[]}";
    private static final String CONTENT =
            "data: {\"id\":\"chatcmpl-7\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}],"
                    + "\"usage\":null}\n\n";
    private static final String USAGE = "data: {\"id\":\"chatcmpl-7\",\"model\":\"m\",\"choices\":[],"
            + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":41}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";
    private static final String STREAM = CONTENT + CONTENT + USAGE + DONE;
    private static final String SEEN = CONTENT + CONTENT + DONE;
    private static final String SSE = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n";
    private static final String CHUNKED = SSE + "transfer-encoding: chunked\r\n\r\n";
    private static final String LENGTH = SSE + "content-length: " + STREAM.length() + "\r\n\r\n" + STREAM;

    @TempDir
    private Path directory;

    private Path plugins;

    @BeforeEach
    void build() throws IOException {
        plugins = TestPlugins.metering(directory);
    }

    private GatewayRig rig(UpstreamScript upstream, String mode) {
        return GatewayRig.with()
                .to(upstream)
                .plugins(plugins)
                .filters("[{name: m, type: metering, mode: " + mode + "}]")
                .start();
    }

    private static String post(String body, String... fields) {
        return Requests.post(CHAT, body, fields);
    }

    private static String shown(GatewayRig rig, String requestId) {
        try (RawClient admin = new RawClient(rig.adminPort())) {
            return admin.send("GET /answers/" + requestId + " HTTP/1.1\r\nhost: localhost\r\n\r\n")
                    .answer()
                    .text();
        }
    }

    @Test
    void usageIsRequestedAndHiddenFromTheClient() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(CHUNKED + UpstreamScript.chunk(STREAM) + "0\r\n\r\n");
                GatewayRig rig = rig(upstream, "enforce");
                RawClient client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                RawClient.Response answer =
                        client.send(post(ASKS, "x-request-id: r-" + i)).answer();
                assertThat(answer.whole()).isTrue();
                assertThat(answer.text()).isEqualTo(SEEN);
            }
            assertThat(upstream.requests())
                    .extracting(UpstreamScript.Request::text)
                    .containsExactly(ASKED, ASKED);
            assertThat(rig.metric("stillgate_usage_injected_total")).isEqualTo(2);
            assertThat(shown(rig, "r-1")).contains("\"m\":\"chatcmpl-7 41\"");
            assertThat(rig.finish().getLast())
                    .contains("\"served\"", "\"gen_ai.usage.output_tokens\":41", "\"bytes_sent\":" + SEEN.length());
        }
    }

    @Test
    @DisplayName("engine B6: a response without a body stays without one, whatever its content type says")
    void bodilessResponseStaysBodiless() {
        String none = "HTTP/1.1 204 No Content\r\ncontent-type: text/event-stream\r\n\r\n";
        try (UpstreamScript upstream = UpstreamScript.answering(none);
                GatewayRig rig = rig(upstream, "enforce");
                RawClient client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                RawClient.Response answer = client.send(post(ASKS)).answer();
                assertThat(answer.status()).isEqualTo(204);
                assertThat(answer.has("transfer-encoding")).isFalse();
            }
            client.send(Requests.get("/v1/models", "connection: close"));
            assertThat(client.answer().status())
                    .as("nothing precedes the next response")
                    .isEqualTo(204);
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void shadowFilterChangesNothing() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(CHUNKED + UpstreamScript.chunk(STREAM) + "0\r\n\r\n");
                GatewayRig rig = rig(upstream, "shadow")) {
            assertThat(rig.ask(post(ASKS, "x-request-id: r-1")).text()).isEqualTo(STREAM);
            assertThat(upstream.requests().getFirst().text()).isEqualTo(ASKS);
            assertThat(rig.metric("stillgate_usage_injected_total")).isZero();
            assertThat(shown(rig, "r-1")).contains("\"m\":\"chatcmpl-7 41\"");
        }
    }

    @Test
    void requestedUsageReachesTheClient() throws IOException {
        List<String> bodies = List.of(ASKED, ASKS.replace("true", "false"), Requests.CHAT_BODY);
        try (UpstreamScript upstream = UpstreamScript.answering(LENGTH);
                GatewayRig rig = rig(upstream, "enforce")) {
            for (String body : bodies) {
                RawClient.Response answer = rig.ask(post(body));
                assertThat(answer.text()).isEqualTo(STREAM);
                assertThat(answer.has("content-length")).isTrue();
            }
            assertThat(rig.ask(Requests.post("/v1/messages", ASKS)).text()).isEqualTo(STREAM);
            assertThat(rig.ask(Requests.post("/v1/responses", ASKS)).text()).isEqualTo(STREAM);
            assertThat(upstream.requests())
                    .extracting(UpstreamScript.Request::text)
                    .startsWith(bodies.toArray(String[]::new))
                    .endsWith(ASKS, ASKS);
            assertThat(rig.metric("stillgate_usage_injected_total")).isZero();
        }
    }

    @Test
    void everyUpstreamFramingReachesEveryClient() {
        List<String> answers =
                List.of(LENGTH, CHUNKED + UpstreamScript.chunk(STREAM) + "0\r\n\r\n", SSE + "\r\n" + STREAM);
        for (String sent : answers) {
            UpstreamScript upstream = UpstreamScript.of(c -> {
                c.request();
                c.send(sent.replaceFirst("\r\n", "\r\nConnection: close\r\n")).close(); // so that it is not reused
            });
            try (upstream;
                    GatewayRig rig = rig(upstream, "enforce")) {
                RawClient.Response answer = rig.ask(post(ASKS));
                assertThat(answer.whole()).isTrue();
                assertThat(answer.text()).isEqualTo(SEEN);
                assertThat(answer.values("transfer-encoding")).containsExactly("chunked");
                assertThat(answer.has("content-length")).isFalse();
                RawClient.Response old = rig.ask(post(ASKS).replace("HTTP/1.1", "HTTP/1.0"));
                assertThat(old.text()).isEqualTo(SEEN);
                assertThat(old.has("transfer-encoding") || old.has("content-length"))
                        .isFalse();
                assertThat(rig.ask(post(ASKS, "Connection: close")).text()).isEqualTo(SEEN);
            }
        }
    }

    @Test
    void fragmentedResponseLosesTheUsageEventOnly() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            for (UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                int size = Integer.parseInt(r.values("x-size").getFirst());
                c.send(CHUNKED);
                for (int p = 0; p < STREAM.length(); p += size) {
                    c.send(UpstreamScript.chunk(STREAM.substring(p, Math.min(p + size, STREAM.length()))));
                }
                c.send("0\r\n\r\n");
            }
        });
        try (upstream;
                GatewayRig rig = rig(upstream, "enforce");
                RawClient client = rig.connect()) {
            for (int size : IntStream.concat(IntStream.rangeClosed(1, 70), IntStream.of(100, 150, 200, 300, 400))
                    .toArray()) {
                RawClient.Response answer =
                        client.send(post(ASKS, "x-size: " + size)).answer();
                assertThat(answer.whole()).isTrue();
                assertThat(answer.text()).as("pieces of %d", size).isEqualTo(SEEN);
            }
            assertThat(rig.finish()).allMatch(line -> line.contains("\"gen_ai.usage.output_tokens\":41"));
        }
    }

    @Test
    void eventPassesWithTheReadThatCompletesIt() {
        CountDownLatch[] steps = {new CountDownLatch(1), new CountDownLatch(1)};
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(CHUNKED + UpstreamScript.chunk(CONTENT + CONTENT.substring(0, 30)));
            steps[0].await();
            c.send(UpstreamScript.chunk(CONTENT.substring(30) + ": ping\n"));
            steps[1].await();
            c.send(UpstreamScript.chunk(USAGE + DONE) + "0\r\n\r\n");
        });
        try (upstream;
                GatewayRig rig = rig(upstream, "enforce");
                RawClient client = rig.connect()) {
            client.send(post(ASKS)).head();
            assertThat(client.read(4 + CONTENT.length() + 2)).contains(CONTENT);
            steps[0].countDown();
            assertThat(client.read(4 + 30 + 2)).contains(CONTENT.substring(0, 30));
            assertThat(client.read(4 + CONTENT.length() - 30 + 7 + 2)).contains(": ping\n");
            steps[1].countDown();
            assertThat(client.read(3 + DONE.length() + 2 + 5)).isEqualTo("e\r\n" + DONE + "\r\n0\r\n\r\n");
        }
    }

    @Test
    void largeAndEncodedBodiesAreChangedInOnePlace() throws IOException {
        String tail = ",\"x\":\"" + "y".repeat(300_000) + "\"}";
        String large = ASKS.substring(0, ASKS.length() - 1) + tail;
        String mixed = IntStream.range(0, 40_000).mapToObj(Integer::toString).collect(Collectors.joining());
        String late = "{\"x\":\"" + mixed + "\",\"stream_options\": null ,\"stream\":true}";
        String edge =
                ASKS.substring(0, ASKS.length() - 1) + ",\"x\":\"" + "z".repeat(65_536 - ASKS.length() - 7) + "\"}";
        try (UpstreamScript upstream = UpstreamScript.answering(LENGTH);
                GatewayRig rig = rig(upstream, "enforce")) {
            for (String body : List.of(large, late, edge)) {
                assertThat(rig.ask(post(body)).text()).isEqualTo(SEEN);
            }
            for (String body : List.of(ASKS, late)) {
                try (RawClient client = rig.connect()) {
                    client.send(Requests.post(
                            CHAT, Encodings.gzip(body), "content-encoding: gzip", "content-type: application/json"));
                    assertThat(client.answer().text()).isEqualTo(SEEN);
                }
            }
            String added = ASKED.substring(0, ASKED.length() - ASKS.length() + 1);
            String lateAsked = late.replace(" null ", " {\"include_usage\":true} ");
            assertThat(upstream.requests())
                    .extracting(UpstreamScript.Request::text)
                    .containsExactly(
                            added + large.substring(1), lateAsked, added + edge.substring(1), ASKED, lateAsked);
        }
    }

    @Test
    void otherResponsesPassUnchanged() {
        String error = "{\"error\":{\"message\":\"slow down\"},\"choices\":[],\"usage\":{}}";
        String gzip = new String(Encodings.gzip(STREAM), StandardCharsets.ISO_8859_1);
        List<String> answers = List.of(
                "HTTP/1.1 429 Too Many\r\ncontent-type: text/event-stream\r\ncontent-length: " + USAGE.length()
                        + "\r\n\r\n" + USAGE,
                UpstreamScript.json(error),
                "HTTP/1.1 200 OK\r\ncontent-length: " + STREAM.length() + "\r\n\r\n" + STREAM,
                SSE + "content-encoding: gzip\r\ncontent-length: " + gzip.length() + "\r\n\r\n" + gzip);
        for (String sent : answers) {
            try (UpstreamScript upstream = UpstreamScript.answering(sent);
                    GatewayRig rig = rig(upstream, "enforce")) {
                RawClient.Response answer = rig.ask(post(ASKS));
                assertThat(new String(answer.content(), StandardCharsets.ISO_8859_1))
                        .isEqualTo(sent.substring(sent.indexOf("\r\n\r\n") + 4));
                assertThat(answer.has("content-length")).isTrue();
            }
        }
    }

    @Test
    void heldEventOfATruncatedResponsePassesUnlessUsage() {
        String half = CONTENT.substring(0, 40);
        for (String end : List.of(half, USAGE, USAGE.strip(), USAGE.substring(0, 60), USAGE + half)) {
            UpstreamScript upstream = UpstreamScript.of(c -> {
                c.request();
                c.send(CHUNKED + UpstreamScript.chunk(CONTENT + end));
                c.close();
            });
            try (upstream;
                    GatewayRig rig = rig(upstream, "enforce")) {
                RawClient.Response answer = rig.ask(post(ASKS));
                assertThat(answer.whole()).isFalse();
                String kept = end.replace(USAGE, "").replace(USAGE.strip(), "");
                assertThat(answer.text()).startsWith(CONTENT + kept);
                boolean told = answer.text().contains("cut short");
                assertThat(told).as(end).isEqualTo(end.equals(USAGE));
                assertThat(answer.text()).doesNotContain("41");
                assertThat(rig.finish().getLast()).contains("\"truncated\"");
            }
        }
    }

    @Test
    void clientLeavingWhileBytesAreHeldLeavesNothingBehind() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(CHUNKED + UpstreamScript.chunk(CONTENT + USAGE.substring(0, 50)));
        });
        try (upstream;
                GatewayRig rig = rig(upstream, "enforce")) {
            try (RawClient client = rig.connect()) {
                client.send(post(ASKS)).head();
                client.read(CONTENT.length());
            }
            GatewayRig.eventually("gone", () -> rig.reason("gone-streaming") == 1);
        }
    }
}
