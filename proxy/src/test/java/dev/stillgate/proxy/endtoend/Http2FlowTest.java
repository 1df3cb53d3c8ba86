package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.UpstreamScript;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests HTTP/2 flow control and timeouts towards clients, and graceful shutdown by both sides. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class Http2FlowTest {
    private static final int PIECE = 16 * 1024;
    private static final int TOTAL = 1024 * PIECE;
    private static final long BOUND = 8L << 20;
    private static final int INITIAL_WINDOW = 4;

    private static UpstreamScript large(AtomicLong sent) {
        return UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-length: " + TOTAL + "\r\n\r\n");
            for (int i = 0; i < TOTAL / PIECE; i++) {
                c.send("x".repeat(PIECE));
                sent.addAndGet(PIECE);
            }
            c.drain();
        });
    }

    private static long directMemory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private static void standsStill(AtomicLong count) throws InterruptedException {
        long before = -1;
        while (count.get() != before || before == 0) {
            before = count.get();
            Thread.sleep(250);
        }
    }

    /** RFC 9113 section 5.2: an exhausted window pauses the upstream and costs no memory. */
    @Test
    void fullWindowPausesTheUpstreamAndLosesNothing() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (UpstreamScript upstream = large(sent);
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            long before = directMemory();
            client.get(1, "/v1/models");
            standsStill(sent);
            assertThat(sent.get()).isLessThan(TOTAL);
            assertThat(directMemory() - before).isLessThan(BOUND);
            client.number(Http2Client.WINDOW_UPDATE, 0, TOTAL);
            client.number(Http2Client.WINDOW_UPDATE, 1, TOTAL);
            Http2Client.Response got = client.answer(1);
            assertThat(got.ended()).isTrue();
            assertThat(got.content()).hasSize(TOTAL);
        }
    }

    /** CVE-2019-9517: a client with a zero window is dropped after the response timeout. */
    @Test
    void clientWithoutWindowTimesOut() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (UpstreamScript upstream = large(sent);
                GatewayRig rig =
                        GatewayRig.with().to(upstream).timeouts("{idle: 300ms}").start();
                Http2Client client = new Http2Client(rig.port())) {
            client.setting(INITIAL_WINDOW, 0).get(1, "/v1/models");
            Http2Client.Frame end = client.readUntil(Http2Client.RST_STREAM);
            assertThat(end.stream()).isEqualTo(1);
            upstream.connection(0).closedAt();
            assertThat(rig.finish().getFirst()).contains("\"slow-reader\"");
        }
    }

    /** The same when the upstream's response is complete and pending in the gateway. */
    @Test
    void unreadSmallResponseTimesOut() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{answerTimeout: 300ms, keepAlive: 300ms}")
                        .start();
                Http2Client client = new Http2Client(rig.port())) {
            client.setting(INITIAL_WINDOW, 0).get(1, "/v1/models");
            assertThat(client.readUntil(Http2Client.RST_STREAM).error()).isEqualTo(8);
            assertThat(client.readUntil(Http2Client.GOAWAY).error()).isZero();
        }
    }

    @Test
    void smallWindowPassesAResponseInPieces() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            client.setting(INITIAL_WINDOW, 1).get(1, "/v1/models");
            assertThat(client.readUntil(Http2Client.DATA).payload()).hasSize(1);
            client.setting(INITIAL_WINDOW, 3);
            assertThat(client.readUntil(Http2Client.DATA).payload()).hasSize(2);
            client.setting(INITIAL_WINDOW, 0).setting(INITIAL_WINDOW, 10_000);
            Http2Client.Response rest = client.answer(1);
            assertThat(rest.text()).isEqualTo(UpstreamScript.JSON_BODY.substring(3));
            assertThat(rest.ended()).isTrue();
        }
    }

    /** CVE-2019-9511 in reverse: a stream whose body waits for the upstream uses no other stream's credit. */
    @Test
    void pausedUploadDoesNotGrow() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.narrow(c -> {
            read.await();
            while (c.request() != null) {
                c.send(UpstreamScript.JSON_ANSWER);
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            String[] fields = Http2Client.fields("POST", "/v1/blobs/1");
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 1, Http2Client.section(fields));
            client.frame(Http2Client.DATA, 0, 1, new byte[16_000]);
            client.frame(Http2Client.DATA, Http2Client.END_STREAM, 1, new byte[16_000]);
            read.countDown();
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(upstream.requests().getFirst().body()).hasSize(32_000);
        }
    }

    /** RFC 9113 section 5.2.1: overrunning a window is a connection error. */
    @Test
    void windowOverrunIsAConnectionError() throws InterruptedException {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            synchronized (c) {
                c.wait(5_000);
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .timeouts("{connect: 60s}")
                        .start();
                Http2Client client = new Http2Client(rig.port())) {
            client.frame(
                    Http2Client.HEADERS,
                    Http2Client.END_HEADERS,
                    1,
                    Http2Client.section(Http2Client.fields("POST", "/v1/blobs/1")));
            Thread sender = Thread.ofVirtual().start(() -> {
                byte[] piece = Http2Client.bytes(Http2Client.DATA, 0, 1, new byte[16_000]);
                for (int i = 0; i < 2_000 && client.offer(piece); i++) {
                    Thread.onSpinWait();
                }
            });
            Http2Client.Frame end = client.readUntil(Http2Client.GOAWAY);
            assertThat(end.error()).isEqualTo(3);
            sender.join();
        }
    }

    @Test
    void resetStreamCancelsItsUpstreamOnly() throws Exception {
        UpstreamScript upstream = UpstreamScript.of(UpstreamScript.Connection::drain);
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            client.get(1, "/v1/models?one");
            GatewayRig.eventually(
                    "asked", () -> upstream.connection(0).received().endsWith("\r\n\r\n"));
            client.get(3, "/v1/models?two");
            GatewayRig.eventually(
                    "asked", () -> upstream.connection(1).received().endsWith("\r\n\r\n"));
            long since = System.nanoTime();
            client.number(Http2Client.RST_STREAM, 1, 8);
            Duration took = Duration.ofNanos(upstream.connection(0).closedAt() - since);
            assertThat(took).isLessThan(Duration.ofMillis(500));
            assertThat(upstream.connection(1).isClosed()).isFalse();
            assertThat(rig.metric("stillgate_exchanges_active")).isEqualTo(1);
            client.number(Http2Client.RST_STREAM, 3, 8);
            upstream.connection(1).closedAt();
            assertThat(rig.finish()).hasSize(2).allMatch(line -> line.contains("\"downstream_gone\""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "reset", "goaway"})
    void closedConnectionCancelsAllItsStreams(String how) throws Exception {
        UpstreamScript upstream = UpstreamScript.of(UpstreamScript.Connection::drain);
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            for (int stream = 1; stream < 20; stream += 2) {
                client.get(stream, "/v1/models");
            }
            GatewayRig.eventually("begun", () -> rig.metric("stillgate_exchanges_active") == 10);
            upstream.connection(9);
            switch (how) {
                case "close" -> client.leave();
                case "reset" -> client.reset();
                default -> client.frame(Http2Client.GOAWAY, 0, 0, new byte[] {0, 0, 0, 0, 0, 0, 0, 2});
            }
            for (int i = 0; i < 10; i++) {
                upstream.connection(i).closedAt();
            }
            assertThat(rig.finish()).hasSize(10).allMatch(line -> line.contains("\"downstream_gone\""));
        }
    }

    /** RFC 9113 section 6.8: a client that sent GOAWAY gets its pending responses. */
    @Test
    void clientGoAwayLetsOpenStreamsComplete() {
        CountDownLatch left = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            left.await();
            c.send(UpstreamScript.JSON_ANSWER);
            c.drain();
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            client.get(1, "/v1/models");
            client.frame(Http2Client.GOAWAY, 0, 0, new byte[8]);
            left.countDown();
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(client.rest()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing
                "PRI * HTTP/2.0\r\n\r\nSM", // half of the preface
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", // no SETTINGS
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", // no request
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0\0\0\2\1\0\0\0\0\1\0\0", // half of a field section
            })
    void incompleteRequestTimesOut(String said) {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{headTimeout: 300ms}")
                        .start();
                Http2Client client = Http2Client.silent(rig.port())) {
            client.send(said.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            client.rest();
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void missingBodyTimesOut() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{bodyTimeout: 300ms}")
                        .start();
                Http2Client client = new Http2Client(rig.port())) {
            String[] fields = Http2Client.fields("POST", "/v1/messages", "content-length", "100");
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 1, Http2Client.section(fields));
            client.frame(Http2Client.DATA, 0, 1, new byte[10]);
            assertThat(client.answer(1).status()).isEqualTo(408);
            assertThat(client.get(3, "/v1/models").answer(3).status()).isEqualTo(200);
        }
    }

    @Test
    void idleConnectionIsClosedWithGoAway() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{keepAlive: 300ms}")
                        .start();
                Http2Client client = new Http2Client(rig.port())) {
            assertThat(client.get(1, "/v1/models").answer(1).status()).isEqualTo(200);
            assertThat(client.rest())
                    .isNotEmpty()
                    .allMatch(frame -> frame.type() == Http2Client.GOAWAY && frame.error() == 0
                            || frame.type() == Http2Client.SETTINGS);
        }
    }

    /** Starts an upload of unknown length, whose window grows to 1 MiB and which is refused after 100 KiB. */
    private static void beginRefused(Http2Client client) {
        client.frame(
                Http2Client.HEADERS,
                Http2Client.END_HEADERS,
                1,
                Http2Client.section(Http2Client.fields("POST", "/v1/messages", "content-type", "application/json")));
        Http2Client.Frame widened = client.readUntil(Http2Client.WINDOW_UPDATE);
        while (widened.stream() != 1) {
            widened = client.readUntil(Http2Client.WINDOW_UPDATE);
        }
        for (int i = 0; i < 8; i++) {
            client.frame(Http2Client.DATA, 0, 1, new byte[16_000]);
        }
        assertThat(client.answer(1).status()).isEqualTo(413);
    }

    @Test
    @DisplayName("engine D4: frames of a refused upload within its former window cost nothing")
    void lateFramesOfARefusedUploadAreFree() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).limits("{body: 100KiB}").start();
                Http2Client client = new Http2Client(rig.port())) {
            beginRefused(client);
            for (int i = 0; i < 1700; i++) {
                client.frame(Http2Client.DATA, 0, 1, new byte[512]);
            }
            assertThat(client.get(3, "/v1/models").answer(3).status()).isEqualTo(200);
            assertThat(rig.reason("http2-flood")).isZero();
        }
    }

    @Test
    @DisplayName("engine D4: late frames beyond the refused stream's window end the connection")
    void lateFramesBeyondTheWindowEndTheConnection() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).limits("{body: 100KiB}").start();
                Http2Client client = new Http2Client(rig.port())) {
            beginRefused(client);
            for (int i = 0; i < 60; i++) {
                client.frame(Http2Client.DATA, 0, 1, new byte[16_000]);
            }
            for (int i = 0; i < 1500; i++) {
                client.offer(Http2Client.bytes(Http2Client.DATA, 0, 1, new byte[1]));
            }
            assertThat(client.readUntil(Http2Client.GOAWAY).error()).isEqualTo(11);
            assertThat(rig.reason("http2-flood")).isEqualTo(1);
        }
    }
}
