package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests HTTP/2 clients that send bodies or read responses too slowly, on a stream or on the whole connection, named
 * after their attacks. The limits equal those of HTTP/1.1.
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class Http2PaceTest {
    private static final int INITIAL_WINDOW = 4;
    private static final int CANCEL = 8;
    private static final int CALM = 11;
    private static final int STREAMS = 100;

    private static UpstreamScript endless() {
        return UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n");
            while (true) {
                c.send("data: {}\n\n".repeat(1000));
            }
        });
    }

    /** Returns a connection with a small receive buffer. */
    private static Http2Client narrow(GatewayRig rig) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), rig.port()));
        Http2Client client = new Http2Client(socket);
        return client.send(Http2Client.PREFACE).frame(Http2Client.SETTINGS, 0, 0);
    }

    private static void begin(Http2Client client, int stream, int length) {
        String[] fields = Http2Client.fields("POST", "/v1/messages", "content-length", Integer.toString(length));
        client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, stream, Http2Client.section(fields));
    }

    /**
     * R-U-Dead-Yet (RFC 9113 section 10.5): a byte now and then would keep a read timeout from expiring; other streams
     * continue.
     */
    @Test
    void rudyBodyIsRefusedOnItsStreamOnly() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{bodyTimeout: 2s, bodyRate: 256}")
                        .start();
                Http2Client client = new Http2Client(rig.port())) {
            begin(client, 1, 100_000);
            AtomicBoolean over = new AtomicBoolean();
            Thread drip = Thread.ofVirtual().start(() -> {
                while (!over.get() && client.offer(Http2Client.bytes(Http2Client.DATA, 0, 1, new byte[] {' '}))) {
                    java.util.concurrent.locks.LockSupport.parkNanos(50_000_000); // a drip is slow by nature
                }
            });
            Http2Client.Response refused = client.answer(1);
            over.set(true);
            drip.join();
            assertThat(refused.status()).isEqualTo(408);
            assertThat(rig.reason("body-too-slow")).isEqualTo(1);
            assertThat(upstream.connections()).isEmpty();
            assertThat(client.get(3, "/v1/models").answer(3).status()).isEqualTo(200);
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    /** The same on the maximum number of streams: the connection gets ENHANCE_YOUR_CALM. */
    @Test
    void rudyOnEveryStreamEndsTheConnection() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{bodyTimeout: 2s}")
                        .start();
                Http2Client client = new Http2Client(rig.port())) {
            rig.ticker().stop(); // time forgives aborted requests
            for (int i = 0; i < STREAMS; i++) {
                begin(client, 1 + 2 * i, 10);
            }
            GatewayRig.eventually("begun", () -> rig.metric("stillgate_exchanges_active") == STREAMS);
            Thread.sleep(300); // a few ticks
            rig.ticker().jump(Duration.ofSeconds(2));
            Http2Client.Frame end = client.readUntil(Http2Client.GOAWAY);
            assertThat(end.error()).isEqualTo(CALM);
            assertThat(rig.reason("body-timeout")).isEqualTo(STREAMS);
            assertThat(rig.reason("http2-resets")).isEqualTo(1);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    /** CVE-2019-9517 on a stream: a zero window would hold the response and its upstream request for ever. */
    @Test
    void slowReadWithZeroStreamWindowCancelsTheUpstream() throws Exception {
        try (UpstreamScript upstream = endless();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .timeouts("{idle: off}")
                        .limits("{answerTimeout: 1s}")
                        .start();
                Http2Client client = new Http2Client(rig.port())) {
            client.setting(INITIAL_WINDOW, 0).get(1, "/v1/models");
            Http2Client.Response broken = client.answer(1);
            assertThat(broken.status()).isEqualTo(200);
            assertThat(broken.content()).isEmpty();
            assertThat(broken.reset()).isEqualTo(CANCEL);
            upstream.connection(0).closedAt();
            assertThat(rig.reason("slow-reader")).isEqualTo(1);
            assertThat(rig.metric("stillgate_exchanges_active")).isZero();
        }
    }

    /** A zero connection window: every stream times out. */
    @Test
    void slowReadWithZeroConnectionWindowTimesOut() throws Exception {
        try (UpstreamScript upstream = endless();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .timeouts("{idle: off}")
                        .limits("{answerTimeout: 1s}")
                        .start();
                Http2Client client = new Http2Client(rig.port())) {
            client.get(1, "/v1/models?one").get(3, "/v1/models?two");
            Http2Client.Frame first = client.readUntil(Http2Client.RST_STREAM);
            Http2Client.Frame second = client.readUntil(Http2Client.RST_STREAM);
            assertThat(first.error()).isEqualTo(CANCEL);
            assertThat(second.error()).isEqualTo(CANCEL);
            assertThat(first.stream()).isNotEqualTo(second.stream());
            upstream.connection(0).closedAt();
            upstream.connection(1).closedAt();
            assertThat(rig.reason("slow-reader")).isEqualTo(2);
            client.number(Http2Client.WINDOW_UPDATE, 0, 1 << 20);
            client.frame(Http2Client.PING, 0, 0, new byte[8]);
            assertThat(client.readUntil(Http2Client.PING))
                    .as("the connection continues")
                    .isNotNull();
        }
    }

    /** CVE-2019-9517: the windows are wide open and the socket is never read. */
    @Test
    void internalDataBufferingEndsTheConnection() throws Exception {
        try (UpstreamScript upstream = endless();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .timeouts("{idle: off}")
                        .limits("{answerTimeout: 1s}")
                        .start();
                Http2Client client = narrow(rig)) {
            client.setting(INITIAL_WINDOW, Integer.MAX_VALUE);
            client.number(Http2Client.WINDOW_UPDATE, 0, Integer.MAX_VALUE - 65_535);
            client.get(1, "/v1/models");
            upstream.connection(0).closedAt();
            GatewayRig.eventually("it is told", () -> rig.reason("slow-reader") == 1);
            GatewayRig.eventually("it is closed", () -> !client.offer(new byte[1024]));
        }
    }

    /** As in CVE-2019-9514: unread responses of heads only, which no window limits. */
    @Test
    void unreadHeadsAreLimited() throws Exception {
        int flood = 60_000;
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = narrow(rig)) {
            int stream = 1;
            while (stream < 2 * flood
                    && client.offer(Http2Client.bytes(
                            Http2Client.HEADERS,
                            Http2Client.END_HEADERS | Http2Client.END_STREAM,
                            stream,
                            Http2Client.section(Http2Client.fields("HEAD", "/nowhere"))))) {
                stream += 2;
            }
            GatewayRig.eventually("it is told", () -> rig.reason("http2-flood") == 1);
            assertThat(rig.reason("no-route")).isLessThan(flood * 0.75);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    /** CVE-2019-9511: a window that grows by single bytes. The response progresses slowly, so it is not cut. */
    @Test
    void slowButSteadyClientIsNotCut() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{answerTimeout: 1s}")
                        .start();
                Http2Client client = new Http2Client(rig.port())) {
            client.setting(INITIAL_WINDOW, 0).get(1, "/v1/models");
            client.readUntil(Http2Client.HEADERS);
            for (int i = 0; i < 6; i++) {
                rig.ticker().jump(Duration.ofMillis(700));
                client.number(Http2Client.WINDOW_UPDATE, 1, 1);
                assertThat(client.readUntil(Http2Client.DATA).payload()).hasSize(1);
            }
            client.number(Http2Client.WINDOW_UPDATE, 1, 1000);
            assertThat(client.answer(1).text()).isEqualTo(UpstreamScript.JSON_BODY.substring(6));
        }
    }
}
