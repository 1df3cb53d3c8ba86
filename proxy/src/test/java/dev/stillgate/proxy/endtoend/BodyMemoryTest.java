package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.Encodings;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.Http2UpstreamScript;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests how long a prompt is held in memory and charged to the memory budget. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class BodyMemoryTest {
    private static final String EVENTS =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

    private static String prompt(int length) {
        return "{\"model\":\"m-1\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\""
                + "hi ".repeat(length / 3) + "\"}]}";
    }

    private static double charged(GatewayRig rig) {
        return rig.metric("stillgate_body_memory_bytes");
    }

    @ParameterizedTest
    @DisplayName("engine C1: a prompt that was forwarded completely is no longer charged while its response streams")
    @ValueSource(ints = {100, 30_000, 60_000, 70_000, 1_000_000, 3_000_000})
    void forwardedPromptIsNoLongerCharged(int length) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            while (c.request() != null) {
                c.send(EVENTS + UpstreamScript.chunk("data: 1\n\n"));
                go.await();
                c.send("0\r\n\r\n");
            }
        });
        List<RawClient> clients = new ArrayList<>();
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{body: 4MiB, bodyMemory: 8MiB, bodyMemoryPerAddress: 8MiB}")
                        .start()) {
            for (int i = 0; i < 5; i++) { // of 3 MB, more than the budget holds at once
                RawClient client = rig.connect();
                clients.add(client.send(Requests.post("/v1/messages", prompt(length))));
                assertThat(client.head()).startsWith("HTTP/1.1 200");
            }
            assertThat(rig.metric("stillgate_exchanges_active")).isEqualTo(5);
            assertThat(charged(rig)).isZero();
            go.countDown();
            for (RawClient client : clients) {
                assertThat(client.read(19)).endsWith("0\r\n\r\n");
            }
            assertThat(upstream.requests()).hasSize(5).allMatch(r -> r.text().equals(prompt(length)));
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    @Test
    @DisplayName("engine C1: neither a compressed prompt nor its decoded form is charged while its response streams")
    void forwardedCompressedPromptIsNoLongerCharged() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(EVENTS + UpstreamScript.chunk("data: 1\n\n"));
            go.await();
            c.send("0\r\n\r\n");
        });
        String numbers = IntStream.range(0, 50_000).mapToObj(i -> i + " ").collect(Collectors.joining());
        byte[] body = Encodings.gzip(prompt(3).replace("hi ", numbers));
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send(
                    Requests.post("/v1/messages", body, "content-type: application/json", "content-encoding: gzip"));
            assertThat(client.head()).startsWith("HTTP/1.1 200");
            assertThat(charged(rig)).isZero();
            go.countDown();
            assertThat(client.read(19)).endsWith("0\r\n\r\n");
        }
    }

    @Test
    @DisplayName("engine C1: a prompt that the upstream has not accepted completely stays charged")
    void pendingPromptStaysCharged() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.narrow(c -> {
            go.await();
            c.request();
            c.send(UpstreamScript.JSON_ANSWER);
        });
        String prompt = prompt(16_000_000);
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send(Requests.post("/v1/messages", prompt));
            GatewayRig.eventually("it is charged", () -> charged(rig) >= prompt.length());
            upstream.connection(0);
            assertThat(charged(rig)).isGreaterThanOrEqualTo(prompt.length());
            go.countDown();
            assertThat(client.answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(upstream.requests().getFirst().body()).hasSize(prompt.length());
        }
    }

    @ParameterizedTest
    @DisplayName("engine C1: a prompt to an HTTP/2 upstream is charged until the response starts, and no longer")
    @ValueSource(ints = {100, 30_000, 60_000, 70_000, 1_000_000})
    void http2PromptIsChargedUntilTheResponseStarts(int length) throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            c.greet();
            int stream = c.request().stream();
            begin.await();
            c.head(stream, false, ":status", "200", "content-type", "text/event-stream");
            c.data(stream, false, "data: 1\n\n");
            go.await();
            c.data(stream, true, "data: 2\n\n");
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start();
                RawClient client = rig.connect()) {
            client.send(Requests.post("/v1/messages", prompt(length)));
            GatewayRig.eventually(
                    "it has come",
                    () -> upstream.connection(0).frames(Http2Client.DATA).stream()
                            .anyMatch(Http2Client.Frame::ends));
            assertThat(charged(rig)).as("it can be retried").isGreaterThanOrEqualTo(length / 3 * 3);
            begin.countDown();
            assertThat(client.head()).startsWith("HTTP/1.1 200");
            assertThat(charged(rig)).isZero();
            go.countDown();
        }
    }
}
