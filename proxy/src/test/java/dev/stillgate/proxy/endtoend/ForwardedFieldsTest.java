package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.Encodings;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests which fields of requests and responses are forwarded, and which the gateway sets. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class ForwardedFieldsTest {
    @Test
    void hopByHopFieldsAreNotForwardedInEitherDirection() throws IOException {
        String answer = "HTTP/1.1 200 OK\r\nConnection: keep-alive, x-private\r\nKeep-Alive: timeout=5\r\n"
                + "X-Private: 1\r\nProxy-Authenticate: Basic\r\nUpgrade: h2c\r\nTrailer: x\r\nX-Public: 2\r\n"
                + "Content-Length: 2\r\n\r\nok";
        try (UpstreamScript upstream = UpstreamScript.answering(answer);
                GatewayRig rig = GatewayRig.before(upstream)) {
            RawClient.Response got = rig.ask(Requests.messages(
                    "Connection: X-Secret ,\tkeep-alive, close",
                    "X-Secret: 1",
                    "Keep-Alive: 5",
                    "Proxy-Connection: x",
                    "TE: trailers",
                    "Trailer: x",
                    "Upgrade: websocket",
                    "Proxy-Authorization: Basic x",
                    "HTTP2-Settings: AAMAAABkAAQAAP__",
                    "X-Public: 3"));
            assertThat(got.head().toLowerCase(java.util.Locale.ROOT))
                    .contains("x-public: 2")
                    .doesNotContain("keep-alive", "x-private", "proxy-auth", "upgrade", "trailer");
            assertThat(upstream.requests().getFirst().fields())
                    .extracting(field -> field.substring(0, field.indexOf(':')).toLowerCase(java.util.Locale.ROOT))
                    .containsExactlyInAnyOrder(
                            "host",
                            "via",
                            "x-public",
                            "content-type",
                            "x-forwarded-for",
                            "x-forwarded-host",
                            "x-request-id",
                            "accept-encoding",
                            "content-length");
        }
    }

    @Test
    void contentLengthNamedByConnectionStaysInTheResponse() {
        String answer = "HTTP/1.1 200 OK\r\nConnection: content-length\r\nContent-Length: 2\r\n\r\nok";
        try (UpstreamScript upstream = UpstreamScript.answering(answer);
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                RawClient.Response got = client.send(Requests.messages()).answer();
                assertThat(got.text()).isEqualTo("ok");
                assertThat(got.values("content-length")).containsExactly("2");
            }
        }
    }

    @Test
    void viaAndForwardedForAreReplacedWithoutTrustedHops() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            rig.ask(Requests.messages(
                    "X-Forwarded-For: 6.6.6.6",
                    "Forwarded: for=6.6.6.6",
                    "X-Real-IP: 6.6.6.6",
                    "X-Forwarded-Host: evil",
                    "Via: 1.0 mine"));
            UpstreamScript.Request got = upstream.requests().getFirst();
            assertThat(got.values("x-forwarded-for")).containsExactly("127.0.0.1");
            assertThat(got.values("x-forwarded-host")).containsExactly("gateway.test");
            assertThat(got.values("forwarded")).isEmpty();
            assertThat(got.values("x-real-ip")).isEmpty();
            assertThat(got.values("via")).containsExactlyInAnyOrder("1.0 mine", "1.1 stillgate");
            assertThat(got.values("host")).containsExactly("127.0.0.1:" + upstream.port());
            assertThat(rig.finish().getFirst()).contains("\"downstream_remote_address\":\"127.0.0.1\"");
        }
    }

    @Test
    void authorityOfAnAbsoluteTargetReplacesHost() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            rig.ask(Requests.messages().replace("POST /v1", "POST https://other.example:81/v1"));
            UpstreamScript.Request got = upstream.requests().getFirst();
            assertThat(got.line()).isEqualTo("POST /v1/messages HTTP/1.1");
            assertThat(got.values("x-forwarded-host")).containsExactly("other.example:81");
            assertThat(got.values("host")).containsExactly("127.0.0.1:" + upstream.port());
            assertThat(rig.finish().getFirst()).contains("\"path\":\"/v1/messages\"");
        }
    }

    /** The line is in the cache of routes by then, where HTTP/1.1 has put its path. */
    @Test
    void absoluteTargetIsNoPathOfHttp2() throws IOException {
        String target = "http://other.example/v1/messages";
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            assertThat(rig.ask(Requests.messages().replace("/v1/messages", target))
                            .status())
                    .isEqualTo(200);
            assertThat(client.post(1, target, Requests.MESSAGES_BODY).answer(1).status())
                    .isEqualTo(400);
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    /** The second endpoint gets a request that was written for the first, which is gone. */
    @Test
    void absoluteTargetIsReaddressed() throws IOException {
        UpstreamScript gone = UpstreamScript.answering();
        gone.close();
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with().to(gone, upstream).start()) {
            String request = Requests.messages().replace("POST /v1", "POST http://other.example/v1");
            for (int i = 0; i < 4; i++) {
                assertThat(rig.ask(request).status()).isEqualTo(200);
            }
            assertThat(upstream.requests()).hasSize(4).allSatisfy(got -> {
                assertThat(got.line()).isEqualTo("POST /v1/messages HTTP/1.1");
                assertThat(got.values("host")).containsExactly("127.0.0.1:" + upstream.port());
                assertThat(got.values("x-forwarded-host")).containsExactly("other.example");
            });
        }
    }

    @Test
    void trustedHopNamesTheClientAndForgedEntriesDoNot() throws IOException {
        String[][] cases = {
            {"203.0.113.9", "203.0.113.9"},
            {"6.6.6.6, 203.0.113.9", "203.0.113.9"},
            {"203.0.113.9:4711", "203.0.113.9"},
            {"[2001:db8::5]:443", "2001:db8:"},
            {"[2001:db8::5]", "2001:db8:"},
            {"2001:db8::5", "2001:db8:"},
            {"nonsense", "0.0.0.0"},
            {"6.6.6.6, 999.0.0.1", "0.0.0.0"},
            {"203.0.113.9:", "0.0.0.0"},
            {"203.0.113.9:port", "0.0.0.0"},
            {"203.0.113.9:123456", "0.0.0.0"},
            {"[2001:db8::5]443", "0.0.0.0"},
            {"[2001:db8::5", "0.0.0.0"},
            {"6.6.6.6, unknown", "0.0.0.0"},
            {"6.6.6.6,", "0.0.0.0"},
        };
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with().to(upstream).trustedHops(1).start()) {
            for (String[] each : cases) {
                rig.ask(Requests.messages("X-Forwarded-For: " + each[0]));
            }
            rig.ask(Requests.messages("X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 203.0.113.77"));
            assertThat(rig.metric("stillgate_forwarded_unreadable_total")).isEqualTo(9);
            assertThat(upstream.requests().get(1).values("x-forwarded-for"))
                    .containsExactly("6.6.6.6, 203.0.113.9, 127.0.0.1");
            List<String> log = rig.finish();
            for (int i = 0; i < cases.length; i++) {
                assertThat(log.get(i)).contains("\"downstream_remote_address\":\"" + cases[i][1]);
            }
            assertThat(log.getLast()).contains("\"downstream_remote_address\":\"203.0.113.77\"");
        }
    }

    @Test
    void clientBehindAnUnreadableEntryIsNotTakenForTheProxy() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .trustedHops(1)
                        .filters("[{name: g, type: geo-restriction, config: {"
                                + "allow: {networks: [127.0.0.0/8]}, deny: {networks: [0.0.0.0/0]}}}]")
                        .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(rig.ask(Requests.messages("X-Forwarded-For: nonsense")).status())
                    .isEqualTo(403);
            assertThat(rig.ask(Requests.messages("X-Forwarded-For: 203.0.113.9:4711"))
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void twoTrustedHopsReadTheSecondEntryFromTheRight() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with().to(upstream).trustedHops(2).start()) {
            rig.ask(Requests.messages("X-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.0.0.1"));
            rig.ask(Requests.messages("X-Forwarded-For: 6.6.6.6, 203.0.113.8", "X-Forwarded-For: 10.0.0.1"));
            rig.ask(Requests.messages("X-Forwarded-For: 10.0.0.1"));
            List<String> log = rig.finish();
            assertThat(log.get(0)).contains("\"203.0.113.9\"");
            assertThat(log.get(1)).contains("\"203.0.113.8\"");
            assertThat(log.get(2)).contains("\"127.0.0.1\"");
        }
    }

    @Test
    void requestIdOfTheClientIsKeptEverywhere() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            assertThat(rig.ask(Requests.messages("X-Request-Id: abc-1")).values("request-id"))
                    .containsExactly("abc-1");
            assertThat(rig.ask(Requests.chat("Request-Id: abc-2")).values("x-request-id"))
                    .containsExactly("abc-2");
            assertThat(upstream.requests())
                    .extracting(request -> request.values("x-request-id").getFirst())
                    .containsExactly("abc-1", "abc-2");
            assertThat(rig.finish()).hasSize(2).allMatch(line -> line.contains("\"request_id\":\"abc-"));
        }
    }

    @Test
    void invalidRequestIdIsReplaced() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            String made = rig.ask(Requests.messages("X-Request-Id: a b\"c"))
                    .values("request-id")
                    .getFirst();
            assertThat(made).matches("req_[0-9a-f]{24}");
            assertThat(rig.ask(Requests.messages("X-Request-Id: " + "x".repeat(129)))
                            .values("request-id")
                            .getFirst())
                    .matches("req_[0-9a-f]{24}")
                    .isNotEqualTo(made);
            assertThat(upstream.requests().getFirst().values("x-request-id")).containsExactly(made);
        }
    }

    @Test
    void upstreamRequestIdReachesTheClientAlone() {
        String answer = "HTTP/1.1 200 OK\r\nrequest-id: req_up\r\ncontent-length: 2\r\n\r\n{}";
        try (UpstreamScript upstream = UpstreamScript.answering(answer);
                GatewayRig rig = GatewayRig.before(upstream)) {
            RawClient.Response got = rig.ask(Requests.messages());
            assertThat(got.values("request-id")).containsExactly("req_up");
            assertThat(got.has("x-request-id")).isFalse();
        }
    }

    @Test
    void dialectRoutesRequestIdentityAndOpaqueRoutesDoNot() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            rig.ask(Requests.messages("Accept-Encoding: gzip, br"));
            rig.ask(Requests.chat());
            rig.ask(Requests.get("/v1/models", "Accept-Encoding: gzip"));
            assertThat(upstream.requests())
                    .extracting(request -> request.values("accept-encoding"))
                    .containsExactly(List.of("identity"), List.of("identity"), List.of("gzip"));
        }
    }

    @Test
    void rangeIsDroppedOnDialectRoutesAndKeptOnOpaqueOnes() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            rig.ask(Requests.get("/v1/messages/batches/b1/results", "Range: bytes=0-99"));
            rig.ask(Requests.get("/v1/models", "Range: bytes=0-99"));
            assertThat(upstream.requests())
                    .extracting(request -> request.values("range"))
                    .containsExactly(List.of(), List.of("bytes=0-99"));
        }
    }

    @Test
    void encodedResponsePassesUnchangedAndItsUsageIsRead() throws IOException {
        byte[] gzip = Encodings.gzip(UpstreamScript.JSON_BODY);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\ncontent-length: "
                    + gzip.length + "\r\n\r\n");
            c.send(gzip);
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream)) {
            RawClient.Response answer = rig.ask(Requests.messages());
            assertThat(answer.content()).isEqualTo(gzip);
            assertThat(answer.values("content-encoding")).containsExactly("gzip");
            assertThat(rig.metric("stillgate_upstream_encoded_answers_total")).isEqualTo(1);
            assertThat(rig.finish().getFirst())
                    .contains("\"gen_ai.usage.input_tokens\":3", "\"gen_ai.usage.output_tokens\":7");
        }
    }

    @Test
    void traceAndConnectAreRefusedOnOpaqueRoutesToo() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            for (String method : List.of("TRACE", "CONNECT", "TRACK")) {
                assertThat(rig.ask(Requests.head(method, "/v1/models") + "\r\n").status())
                        .as(method)
                        .isBetween(400, 404);
            }
            assertThat(upstream.connections()).isEmpty();
        }
    }
}
