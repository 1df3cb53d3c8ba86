package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests connection persistence and message framing in HTTP/1.1. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class ForwardingTest {
    @Test
    void sequentialRequestsShareOneUpstreamConnection() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            for (int i = 0; i < 5; i++) {
                RawClient.Response answer = client.send(Requests.messages()).answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo(UpstreamScript.JSON_BODY);
                assertThat(answer.has("connection")).isFalse();
            }
            assertThat(upstream.connections()).hasSize(1);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws IOException {
        UpstreamScript echo = UpstreamScript.of(c -> {
            for (UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                c.send(UpstreamScript.json(r.line()));
            }
        });
        try (echo;
                GatewayRig rig = GatewayRig.before(echo);
                RawClient client = rig.connect()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                all.append(i % 3 == 0 ? Requests.get("/v1/nowhere") : Requests.get("/v1/models/" + i));
            }
            client.send(all.toString());
            for (int i = 0; i < 20; i++) {
                RawClient.Response answer = client.answer();
                assertThat(answer.status()).isEqualTo(i % 3 == 0 ? 404 : 200);
                if (i % 3 != 0) {
                    assertThat(answer.text()).isEqualTo("GET /v1/models/" + i + " HTTP/1.1");
                }
            }
            assertThat(echo.requests()).hasSize(13);
        }
    }

    @Test
    void manyPipelinedRequestsAreNeitherLostNorMixed() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            int count = 600;
            Thread sender = Thread.ofVirtual()
                    .start(() -> client.send(
                            Requests.messages("x-pad: " + "p".repeat(200)).repeat(count)));
            for (int i = 0; i < count; i++) {
                assertThat(client.answer().status()).isEqualTo(200);
            }
            assertThat(sender.isAlive()).isFalse();
            assertThat(upstream.requests()).hasSize(count);
        }
    }

    @Test
    void http10IsClosedUnlessItAsksForKeepAlive() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            try (RawClient client = rig.connect()) {
                client.send("GET /v1/models HTTP/1.0\r\n\r\n");
                RawClient.Response answer = client.answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.values("connection")).containsExactly("close");
                assertThat(client.rest()).isEmpty();
            }
            try (RawClient client = rig.connect()) {
                for (int i = 0; i < 2; i++) {
                    client.send("GET /v1/models HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
                    assertThat(client.answer().values("connection")).containsExactly("keep-alive");
                }
            }
        }
    }

    @Test
    void http10GetsChunkedResponsesUnchunked() {
        String chunked =
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";
        try (UpstreamScript upstream = UpstreamScript.answering(chunked);
                GatewayRig rig = GatewayRig.before(upstream)) {
            RawClient.Response answer = rig.ask("GET /v1/models HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(answer.has("transfer-encoding")).isFalse();
            assertThat(answer.values("connection")).containsExactly("close");
            assertThat(answer.text()).isEqualTo("hello world");
            assertThat(rig.ask(Requests.get("/v1/models")).text()).isEqualTo("hello world");
        }
    }

    @Test
    void responseUntilCloseIsChunkedForTheClient() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\n\r\nhello ").send("world").close();
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                RawClient.Response answer =
                        client.send(Requests.get("/v1/models")).answer();
                assertThat(answer.values("transfer-encoding")).containsExactly("chunked");
                assertThat(answer.text()).isEqualTo("hello world");
                assertThat(answer.whole()).isTrue();
            }
        }
    }

    @Test
    void closeIsHonoured() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            RawClient.Response answer =
                    client.send(Requests.messages("Connection: close")).answer();
            assertThat(answer.values("connection")).containsExactly("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void headResponseHasNoContentWhateverItsLengthSays() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            while (c.request() != null) {
                c.send("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                RawClient.Response answer = client.send(Requests.head("HEAD", "/v1/models") + "\r\n")
                        .answer(true);
                assertThat(answer.values("content-length")).containsExactly("1000");
            }
            client.send(Requests.head("HEAD", "/v1/nowhere") + "\r\n");
            assertThat(client.answer(true).status()).isEqualTo(404);
            assertThat(client.send(Requests.head("HEAD", "/v1/models") + "\r\n")
                            .answer(true)
                            .status())
                    .isEqualTo(200);
            assertThat(upstream.connections()).hasSize(1);
        }
    }

    @Test
    void statusesWithoutContentKeepTheConnection() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 204 No Content\r\n\r\n");
            c.request();
            c.send("HTTP/1.1 304 Not Modified\r\ncontent-length: 12\r\n\r\n");
            c.request();
            c.send(UpstreamScript.JSON_ANSWER);
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            assertThat(client.send(Requests.get("/v1/models")).answer().status())
                    .isEqualTo(204);
            assertThat(client.send(Requests.get("/v1/models")).answer().status())
                    .isEqualTo(304);
            assertThat(client.send(Requests.get("/v1/models")).answer().status())
                    .isEqualTo(200);
            assertThat(upstream.connections()).hasSize(1);
        }
    }

    @Test
    void interimResponsesAreSkipped() {
        try (UpstreamScript upstream = UpstreamScript.answering("HTTP/1.1 100 Continue\r\n\r\n"
                        + "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + UpstreamScript.JSON_ANSWER);
                GatewayRig rig = GatewayRig.before(upstream)) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
        }
    }

    @Test
    void expectContinueIsHandledByTheGateway() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            String request = Requests.messages("Expect: 100-continue");
            int body = request.indexOf("\r\n\r\n") + 4;
            client.send(request.substring(0, body));
            assertThat(client.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(upstream.connections()).isEmpty();
            client.send(request.substring(body));
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(upstream.requests().getFirst().values("expect")).isEmpty();
        }
    }

    @Test
    void refusedExpectationClosesTheConnection() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            // A client that gets a refusal instead of 100 Continue may omit the body. Its next bytes are then a request
            // to the client and a body to the gateway, so the connection must close.
            client.send(Requests.head("POST", "/v1/nowhere", "Expect: 100-continue", "Content-Length: 60") + "\r\n");
            RawClient.Response answer = client.answer();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.values("connection")).containsExactly("close");
            client.send(Requests.get("/v1/models"));
            assertThat(client.rest()).isEmpty();
            assertThat(upstream.connections()).isEmpty();
        }
    }
}
