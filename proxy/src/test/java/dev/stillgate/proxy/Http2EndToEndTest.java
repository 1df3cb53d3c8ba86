package dev.stillgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Requests in HTTP/2 with prior knowledge: they reach the upstream as HTTP/1.1, and answers come back on their streams. */
@ExtendWith(NoLeaks.class)
class Http2EndToEndTest {
    private static final String PROMPT = Requests.MESSAGES_BODY;

    @Test
    void anAnswerComesBackOnItsStream() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            Http2Client.Answer got = client.post(1, "/v1/messages", PROMPT).answer(1);
            assertThat(got.status()).isEqualTo(200);
            assertThat(got.text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(got.ended()).isTrue();
            assertThat(got.values("via")).containsExactly("1.1 stillgate");
            UpstreamScript.Request seen = upstream.requests().getFirst();
            assertThat(seen.line()).isEqualTo("POST /v1/messages HTTP/1.1");
            assertThat(seen.values("x-forwarded-host")).containsExactly("gateway.example");
            assertThat(seen.values("content-length")).containsExactly(Integer.toString(PROMPT.length()));
            assertThat(seen.text()).isEqualTo(PROMPT);
            assertThat(rig.finish().getFirst()).contains("\"protocol\":\"2\"", "\"outcome\":\"served\"");
        }
    }

    @Test
    void aStreamOfEventsPassesAsItComes() {
        String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        java.util.concurrent.CountDownLatch read = new java.util.concurrent.CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(head + UpstreamScript.chunk("data: 1\n\n"));
            read.await();
            c.send(UpstreamScript.chunk("data: 2\n\n") + "0\r\n\r\n");
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            client.post(1, "/v1/messages", PROMPT);
            assertThat(Http2Client.decode(client.readUntil(Http2Client.HEADERS).payload()))
                    .contains(":status: 200", "content-type: text/event-stream")
                    .noneMatch(field -> field.startsWith("transfer-encoding"));
            assertThat(new String(
                            client.readUntil(Http2Client.DATA).payload(), java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("data: 1\n\n");
            read.countDown();
            Http2Client.Answer rest = client.answer(1);
            assertThat(rest.text()).isEqualTo("data: 2\n\n");
            assertThat(rest.ended()).isTrue();
        }
    }
}
