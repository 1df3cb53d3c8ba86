package dev.stillgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Upstreams that are spoken to in HTTP/2 in clear, by prior knowledge (RFC 9113 section 3.3). */
@ExtendWith(NoLeaks.class)
class Http2UpstreamTest {
    private static final String EVENTS = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":"
            + "{\"id\":\"m\",\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n";

    static GatewayRig.Builder before(Http2UpstreamScript upstream) {
        return GatewayRig.with().toPort(upstream.port()).care("protocol: http2");
    }

    @Test
    void aRequestAndItsAnswer() {
        try (Http2UpstreamScript upstream = Http2UpstreamScript.answering();
                GatewayRig rig = before(upstream).start()) {
            RawClient.Answer got = rig.ask(Requests.messages());
            assertThat(got.status()).isEqualTo(200);
            assertThat(got.text()).isEqualTo(UpstreamScript.JSON_BODY);
            List<String> head = upstream.heads().getFirst();
            assertThat(head)
                    .startsWith(
                            ":method: POST",
                            ":scheme: http",
                            ":path: /v1/messages",
                            ":authority: 127.0.0.1:" + upstream.port())
                    .noneMatch(line -> line.matches("(host|connection|transfer-encoding|te|keep-alive|upgrade): .*"));
        }
    }

    @Test
    void oneConnectionCarriesAll() {
        try (Http2UpstreamScript upstream = Http2UpstreamScript.answering();
                GatewayRig rig = before(upstream).start()) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(rig.connect().send(Requests.messages()));
            }
            for (RawClient client : clients) {
                assertThat(client.answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
                client.close();
            }
            assertThat(upstream.connections()).hasSize(1);
            assertThat(upstream.heads()).hasSize(20);
        }
    }

    @Test
    void aStreamOfEventsPassesAsItComes() {
        CountDownLatch passed = new CountDownLatch(1);
        try (Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
                    Http2UpstreamScript.Request request = c.greet().request();
                    c.head(request.stream(), false, ":status", "200", "content-type", "text/event-stream");
                    c.data(request.stream(), false, EVENTS);
                    passed.await();
                    c.data(request.stream(), true, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
                });
                GatewayRig rig = before(upstream).start();
                RawClient client = rig.connect().send(Requests.messages("connection: close"))) {
            assertThat(client.head()).startsWith("HTTP/1.1 200").contains("transfer-encoding: chunked");
            assertThat(client.read(EVENTS.length())).contains("message_start");
            passed.countDown();
            assertThat(client.rest()).contains("message_stop").endsWith("0\r\n\r\n");
        }
    }
}
