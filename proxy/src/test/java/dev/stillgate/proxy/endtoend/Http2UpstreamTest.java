package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.Http2UpstreamScript;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests clear-text HTTP/2 upstreams with prior knowledge (RFC 9113 section 3.3). */
@Tag("slow")
@ExtendWith(NoLeaks.class)
public class Http2UpstreamTest {
    private static final String EVENTS = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":"
            + "{\"id\":\"m\",\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n";

    public static RigBuilder before(Http2UpstreamScript upstream) {
        return GatewayRig.with().toPort(upstream.port()).upstreamKeys("protocol: http2");
    }

    @Test
    void requestAndResponsePass() {
        try (Http2UpstreamScript upstream = Http2UpstreamScript.answering();
                GatewayRig rig = before(upstream).start()) {
            RawClient.Response got = rig.ask(Requests.messages());
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
    void concurrentRequestsShareOneConnection() {
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
    void eventStreamPassesAsItArrives() {
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

    @Test
    void interimHeadsTrailersAndPaddingAreDropped() {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            int stream = c.greet().request().stream();
            c.head(stream, false, ":status", "103", "link", "</a>");
            c.head(stream, false, ":status", "200", "content-type", "application/json", "x-own", "1");
            byte[] padded = ("\3" + UpstreamScript.JSON_BODY + "\0\0\0").getBytes(StandardCharsets.ISO_8859_1);
            c.frame(Http2Client.DATA, 8, stream, padded);
            c.data(stream, false, "");
            c.head(stream, true, "x-trailer", "1");
        });
        try (upstream;
                GatewayRig rig = before(upstream).start()) {
            RawClient.Response got = rig.ask(Requests.messages());
            assertThat(got.text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(got.head())
                    .startsWith("HTTP/1.1 200 \r\n")
                    .contains("x-own: 1")
                    .doesNotContain("link", "trailer");
        }
    }

    @Test
    void continuationFramesAreJoined() {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            int stream = c.greet().request().stream();
            byte[] section = Http2Client.section(":status", "200", "x-long", "y".repeat(20_000), "content-length", "2");
            c.frame(Http2Client.HEADERS, 0, stream, Arrays.copyOf(section, 10_000));
            int rest = Http2Client.END_HEADERS;
            c.frame(Http2Client.CONTINUATION, rest, stream, Arrays.copyOfRange(section, 10_000, section.length));
            c.data(stream, true, "{}");
        });
        try (upstream;
                GatewayRig rig = before(upstream).start()) {
            RawClient.Response got = rig.ask(Requests.messages());
            assertThat(got.values("x-long").getFirst()).hasSize(20_000);
            assertThat(got.text()).isEqualTo("{}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"200", "204", "304"})
    void bodilessResponsesEndWithTheirHead(String status) {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            c.greet();
            for (Http2UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                c.head(r.stream(), true, ":status", status);
            }
        });
        try (upstream;
                GatewayRig rig = before(upstream).start();
                RawClient client = rig.connect()) {
            for (int i = 0; i < 3; i++) {
                RawClient.Response got = client.send(Requests.get("/v1/models")).answer();
                assertThat(got.status()).isEqualTo(Integer.parseInt(status));
                assertThat(got.content()).isEmpty();
            }
        }
    }

    @Test
    void headResponseHasNoContentWhateverItsLengthSays() {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            int stream = c.greet().request().stream();
            c.head(stream, true, ":status", "200", "content-length", "1000");
        });
        try (upstream;
                GatewayRig rig = before(upstream).start();
                RawClient client = rig.connect()) {
            RawClient.Response got =
                    client.send(Requests.head("HEAD", "/v1/models") + "\r\n").answer(true);
            assertThat(got.values("content-length")).containsExactly("1000");
            assertThat(upstream.heads().getFirst()).startsWith(":method: HEAD");
        }
    }

    @Test
    void rfc7541Section713CredentialsAreNeverIndexed() {
        try (Http2UpstreamScript upstream = Http2UpstreamScript.answering();
                GatewayRig rig = before(upstream).start()) {
            rig.ask(Requests.messages("X-Api-Key: secret"));
            rig.ask(Requests.messages("Authorization: Bearer b"));
            List<String> sections = upstream.connection(0).frames(Http2Client.HEADERS).stream()
                    .map(frame -> new String(frame.payload(), StandardCharsets.ISO_8859_1))
                    .toList();
            assertThat(sections.get(0)).contains("\20\11x-api-key\6secret");
            assertThat(sections.get(1)).contains("\20\15authorization\10Bearer b");
        }
    }

    @Test
    void settingsAndPingsAreAcknowledged() {
        try (Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
                    c.greet(4, 70_000);
                    int stream = c.request().stream();
                    c.frame(Http2Client.PING, 0, 0, "12345678".getBytes(StandardCharsets.US_ASCII));
                    c.readUntil(Http2Client.PING);
                    c.json(stream, UpstreamScript.JSON_BODY);
                });
                GatewayRig rig = before(upstream).start()) {
            assertThat(rig.ask(Requests.messages()).text()).isEqualTo(UpstreamScript.JSON_BODY);
            Http2UpstreamScript.Connection connection = upstream.connection(0);
            Http2Client.Frame ping = connection.await(Http2Client.PING);
            assertThat(ping.flags()).isEqualTo(1);
            assertThat(new String(ping.payload(), StandardCharsets.US_ASCII)).isEqualTo("12345678");
            assertThat(connection.frames(Http2Client.SETTINGS))
                    .extracting(Http2Client.Frame::flags)
                    .containsExactly(0, 1);
            assertThat(connection.frames(Http2Client.SETTINGS).getFirst().payload())
                    .as("push is disabled")
                    .startsWith((byte) 0, (byte) 2, (byte) 0, (byte) 0, (byte) 0, (byte) 0);
        }
    }

    @Test
    void http2ClientsCookiesAreJoined() {
        try (Http2UpstreamScript upstream = Http2UpstreamScript.answering();
                GatewayRig rig = before(upstream).start();
                Http2Client client = new Http2Client(rig.port())) {
            client.post(1, "/v1/messages", Requests.MESSAGES_BODY, "cookie", "a=1", "cookie", "b=2", "te", "trailers");
            assertThat(client.answer(1).text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(upstream.heads().getFirst())
                    .contains("cookie: a=1; b=2", "x-forwarded-host: gateway.example")
                    .noneMatch(line -> line.startsWith("te: "));
        }
    }
}
