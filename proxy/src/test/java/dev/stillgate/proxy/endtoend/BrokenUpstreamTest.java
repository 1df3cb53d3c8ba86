package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RefusingPorts;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests upstreams that fail, stall or violate HTTP: a response is complete, or visibly incomplete. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class BrokenUpstreamTest {
    private final RefusingPorts refusing = new RefusingPorts();

    @AfterEach
    void close() throws IOException {
        refusing.close();
    }

    private static final String SSE =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n" + "transfer-encoding: chunked\r\n\r\n";
    private static final String EVENT = "event: ping\ndata: {\"type\":\"ping\"}\n\n";

    private static UpstreamScript once(String answer) {
        return UpstreamScript.of(c -> {
            c.request();
            c.send(answer).close();
        });
    }

    private static UpstreamScript stalling(String answer) {
        return UpstreamScript.of(c -> {
            c.request();
            c.send(answer).drain();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\ncontent-le",
                "garbage\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
                "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
                "HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\ncontent-length: 0\n\n",
                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\ncontent-length: 0\r\n\r\n",
                "HTTP/2 200\r\n\r\n",
                "HTTP/1.1 999 X\r\n\r\n",
            })
    void invalidResponseHeadIs502(String answer) {
        try (UpstreamScript upstream = once(answer);
                GatewayRig rig = GatewayRig.before(upstream)) {
            RawClient.Response got = rig.ask(Requests.messages());
            assertThat(got.status()).isEqualTo(502);
            assertThat(got.text()).contains("\"type\":\"api_error\"");
            assertThat(rig.metric("stillgate_reasons_total", "outcome=\"upstream_failed\""))
                    .isEqualTo(1);
            assertThat(rig.finish().getFirst()).contains("\"outcome\":\"upstream_failed\"", "\"upstream-");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n",
            })
    void truncatedResponseIsNeverEndedCleanly(String answer) {
        for (String version : List.of("1.1", "1.0")) {
            try (UpstreamScript upstream = once(answer);
                    GatewayRig rig = GatewayRig.before(upstream)) {
                RawClient.Response got = rig.ask(Requests.messages().replace("HTTP/1.1", "HTTP/" + version));
                assertThat(got.status()).isEqualTo(200);
                assertThat(got.whole()).isFalse();
                assertThat(rig.finish().getFirst()).contains("\"outcome\":\"truncated\"");
            }
        }
    }

    @Test
    void streamCutBetweenEventsEndsWithAnErrorEvent() {
        try (UpstreamScript upstream = once(SSE + UpstreamScript.chunk(EVENT));
                GatewayRig rig = GatewayRig.before(upstream)) {
            RawClient.Response got = rig.ask(Requests.messages());
            assertThat(got.text())
                    .startsWith(EVENT + "event: error\ndata: {\"type\":\"error\"")
                    .endsWith("\n\n");
            assertThat(got.whole()).isFalse();
        }
    }

    @Test
    void streamCutWithinAnEventIsNotExtended() {
        try (UpstreamScript upstream = once(SSE + UpstreamScript.chunk("event: ping\ndata: {"));
                GatewayRig rig = GatewayRig.before(upstream)) {
            RawClient.Response got = rig.ask(Requests.messages());
            assertThat(got.text()).isEqualTo("event: ping\ndata: {");
            assertThat(got.whole()).isFalse();
        }
    }

    @Test
    void resetBeforeTheResponseIs502() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.reset();
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream)) {
            assertThat(rig.ask(Requests.chat()).status()).isEqualTo(502);
        }
    }

    @Test
    void bytesAfterAResponseCloseTheConnectionAndAreDropped() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(UpstreamScript.JSON_ANSWER + "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")
                    .drain();
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(Requests.messages()).answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
            }
            assertThat(upstream.connections()).hasSize(3);
            assertThat(rig.metric("stillgate_upstream_unsolicited_total")).isEqualTo(3);
        }
    }

    @Test
    void contentBeforeInvalidFramingIsForwarded() throws IOException {
        try (UpstreamScript upstream = once(SSE + UpstreamScript.chunk(EVENT) + "zz\r\n");
                GatewayRig rig = GatewayRig.before(upstream)) {
            RawClient.Response got = rig.ask(Requests.messages());
            assertThat(got.whole()).isFalse();
            assertThat(got.text()).isEqualTo(EVENT);
            assertThat(rig.reason("upstream-chunked")).isEqualTo(1);
        }
    }

    @Test
    void errorsInTheJsonOfAResponseAreCountedAndItsUsageIsRead() throws IOException {
        String body = UpstreamScript.JSON_BODY.replace("}}", ",}}");
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(UpstreamScript.json(body));
            c.request();
            c.send(UpstreamScript.JSON_ANSWER);
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            assertThat(client.send(Requests.messages()).answer().text()).isEqualTo(body);
            client.send(Requests.messages()).answer();
            assertThat(rig.metric("stillgate_upstream_unreadable_answers_total"))
                    .isEqualTo(1);
            assertThat(rig.finish().getFirst())
                    .contains("\"gen_ai.usage.input_tokens\":3", "\"gen_ai.usage.output_tokens\":7");
        }
    }

    @Test
    void bytesOnAnIdleConnectionCloseIt() throws InterruptedException {
        CountDownLatch idle = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(UpstreamScript.JSON_ANSWER);
            idle.await();
            c.send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil").drain();
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send(Requests.messages()).answer();
            idle.countDown();
            upstream.connection(0).closedAt();
            assertThat(client.send(Requests.messages()).answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(rig.metric("stillgate_upstream_unsolicited_total")).isGreaterThanOrEqualTo(1);
        }
    }

    @Test
    void closedIdleConnectionIsNotReused() throws InterruptedException {
        try (UpstreamScript upstream = once(UpstreamScript.JSON_ANSWER);
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(Requests.messages()).answer().status()).isEqualTo(200);
                Thread.sleep(30); // the close is noticed a moment later
            }
            assertThat(upstream.connections()).hasSize(3);
        }
    }

    @Test
    void deadUpstreamIs502InTheDialectOfThePath() throws IOException {
        try (GatewayRig rig = GatewayRig.with().toPort(refusing.next()).start()) {
            assertThat(rig.ask(Requests.messages()).text()).contains("\"type\":\"api_error\"");
            RawClient.Response got = rig.ask(Requests.chat());
            assertThat(got.status()).isEqualTo(502);
            assertThat(got.text()).contains("\"code\":\"server_error\"");
            assertThat(rig.reason("connect-failed")).isEqualTo(2);
        }
    }

    @Test
    void nextEndpointIsTriedWithItsOwnHost() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().toPort(refusing.next()).to(upstream).start()) {
            for (int i = 0; i < 6; i++) {
                assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            }
            assertThat(upstream.requests())
                    .hasSize(6)
                    .allMatch(request -> request.values("host").equals(List.of("127.0.0.1:" + upstream.port())))
                    .allMatch(request -> request.text().equals(Requests.MESSAGES_BODY));
        }
    }

    @Test
    void missingFirstByteIs504() throws InterruptedException {
        try (UpstreamScript upstream = stalling("");
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .timeouts("{firstByte: 10s}")
                        .start();
                RawClient client = rig.connect()) {
            client.send(Requests.messages());
            GatewayRig.eventually(
                    "asked", () -> upstream.connection(0).received().endsWith("]}"));
            rig.ticker().jump(Duration.ofSeconds(11));
            assertThat(client.answer().status()).isEqualTo(504);
            upstream.connection(0).closedAt();
            assertThat(rig.reason("first-byte-timeout")).isEqualTo(1);
        }
    }

    @Test
    void drippingHeadDoesNotDelayTheFirstByteTimeout() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            for (int i = 0; i < 400; i++) {
                c.send("HTTP/1.1 103 Early Hints\r\n\r\n");
                Thread.sleep(10);
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .timeouts("{firstByte: 300ms}")
                        .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(504);
        }
    }

    @Test
    void stalledStreamIsCutWithAnErrorEvent() {
        try (UpstreamScript upstream = stalling(SSE + UpstreamScript.chunk(EVENT));
                GatewayRig rig =
                        GatewayRig.with().to(upstream).timeouts("{idle: 10s}").start();
                RawClient client = rig.connect()) {
            client.send(Requests.messages()).head();
            client.read(UpstreamScript.chunk(EVENT).length());
            rig.ticker().jump(Duration.ofSeconds(11));
            assertThat(client.rest()).contains("event: error").doesNotEndWith("0\r\n\r\n");
            assertThat(rig.finish().getFirst()).contains("\"truncated\"", "\"idle-timeout\"");
        }
    }

    @Test
    void totalTimeoutEndsAFlowingResponse() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(SSE);
            for (int i = 0; i < 400; i++) {
                c.send(UpstreamScript.chunk(EVENT));
                Thread.sleep(10);
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .timeouts("{total: 300ms}")
                        .start()) {
            RawClient.Response got = rig.ask(Requests.chat());
            assertThat(got.whole()).isFalse();
            assertThat(rig.finish().getFirst()).contains("\"total-timeout\"");
        }
    }

    @Test
    void connectTimeoutIs504() throws IOException {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                java.net.Socket first = new java.net.Socket(full.getInetAddress(), full.getLocalPort());
                java.net.Socket second = new java.net.Socket(full.getInetAddress(), full.getLocalPort());
                GatewayRig rig = GatewayRig.with()
                        .toPort(full.getLocalPort())
                        .timeouts("{connect: 200ms}")
                        .start()) {
            assertThat(first.isConnected() && second.isConnected()).isTrue();
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(504);
            assertThat(rig.reason("connect-timeout")).isEqualTo(1);
        }
    }

    @Test
    void longUploadDoesNotCountForTheFirstByteTimeout() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .timeouts("{firstByte: 1s}")
                        .start();
                RawClient client = rig.connect()) {
            client.send(Requests.head("POST", "/v1/blobs/1", "Content-Length: 80") + "\r\n");
            for (int i = 0; i < 8; i++) {
                client.send("0123456789");
                java.util.concurrent.locks.LockSupport.parkNanos(150_000_000);
            }
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }
}
