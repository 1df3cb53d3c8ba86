package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.Http2UpstreamScript;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests flow control and streams on a shared upstream connection (RFC 9113 sections 5 and 6.9). */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class Http2UpstreamFlowTest {
    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int CANCEL = 8;
    private static final Duration SOON = Duration.ofMillis(500);
    private static final String BIG = Requests.get("/v1/blobs/big", "Connection: close");

    private static long standsStillAt(Http2UpstreamScript.Connection connection, int stream)
            throws InterruptedException {
        long before = -1;
        while (connection.sent(stream) != before || before == 0) {
            before = connection.sent(stream);
            Thread.sleep(250);
        }
        return before;
    }

    private static void leave(RawClient client, boolean reset) {
        if (reset) {
            client.reset();
        } else {
            client.close();
        }
    }

    private static long readAll(RawClient client) throws Exception {
        return client.in().readAllBytes().length;
    }

    @Test
    void rfc9113Section522SlowClientBlocksItsOwnStreamOnly() throws Exception {
        long total = 24L << 20;
        try (Http2UpstreamScript upstream =
                        Http2UpstreamScript.of(c -> c.greet().pour(total));
                GatewayRig rig = Http2UpstreamTest.before(upstream).start();
                RawClient slow = new RawClient(rig.port(), 16 * 1024)) {
            slow.send(BIG).head();
            long stalled = standsStillAt(upstream.connection(0), 1);
            assertThat(stalled).isLessThan(total / 2);
            for (int i = 0; i < 2; i++) {
                try (RawClient fast = rig.connect().send(BIG)) {
                    fast.head();
                    assertThat(readAll(fast)).isEqualTo(total);
                }
            }
            assertThat(upstream.connection(0).sent(1)).isEqualTo(stalled);
            assertThat(readAll(slow)).isEqualTo(total);
            assertThat(upstream.connections()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void uploadLargerThanTheWindowsPasses(boolean chunked) {
        String content = "abcdefghij".repeat(40_000);
        String head = Requests.head("POST", "/v1/blobs/1");
        String request = chunked
                ? head + "transfer-encoding: chunked\r\n\r\n" + UpstreamScript.chunk(content.substring(0, 70_000))
                        + UpstreamScript.chunk(content.substring(70_000)) + UpstreamScript.chunk("")
                : head + "content-length: " + content.length() + "\r\n\r\n" + content;
        List<Http2UpstreamScript.Request> got = new ArrayList<>();
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            Http2UpstreamScript.Request whole = c.greet().request();
            got.add(whole);
            c.json(whole.stream(), UpstreamScript.JSON_BODY);
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(rig.ask(request).text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(got.getFirst().text()).isEqualTo(content);
            assertThat(got.getFirst().values("content-length"))
                    .isEqualTo(chunked ? List.of() : List.of(Integer.toString(content.length())));
            assertThat(got.getFirst().values("transfer-encoding")).isEmpty();
        }
    }

    @Test
    void rfc9113Section69UpstreamWithoutWindowPausesTheUpload() throws Exception {
        byte[] head = (Requests.head("POST", "/v1/blobs/1") + "content-length: 20000000\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        try (Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
                    c.greet().grantNothing().drain();
                });
                GatewayRig rig = Http2UpstreamTest.before(upstream).start();
                RawClient client = rig.connect().send(head)) {
            Thread sending = Thread.ofVirtual().start(() -> {
                try {
                    client.send(new byte[20_000_000]);
                } catch (UncheckedIOException closed) {
                    // at the end of the test
                }
            });
            Http2UpstreamScript.Connection connection = upstream.connection(0);
            GatewayRig.eventually("the window is used up", () -> contentOf(connection) == 65_535);
            assertThat(sending.join(SOON)).as("the client waits").isFalse();
            assertThat(contentOf(connection)).isEqualTo(65_535);
            connection.reset(); // a paused upload does not notice that its client leaves
        }
    }

    private static int contentOf(Http2UpstreamScript.Connection connection) {
        return connection.frames(Http2Client.DATA).stream()
                .mapToInt(frame -> frame.payload().length)
                .sum();
    }

    @Test
    void tenByteWindowPassesARequestInPieces() {
        try (Http2UpstreamScript upstream = Http2UpstreamScript.of(
                        c -> c.greet(INITIAL_WINDOW_SIZE, 10).serveAll());
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(rig.ask(Requests.messages()).text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(upstream.connection(0).frames(Http2Client.DATA))
                    .allMatch(frame -> frame.payload().length <= 10)
                    .hasSizeGreaterThan(Requests.MESSAGES_BODY.length() / 10);
        }
    }

    @Test
    void rfc9113Section692WindowEnlargedBySettingsIsUsed() {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            c.greet(INITIAL_WINDOW_SIZE, 0).readUntil(Http2Client.HEADERS);
            c.frame(
                    Http2Client.SETTINGS,
                    0,
                    0,
                    (byte) 0,
                    (byte) INITIAL_WINDOW_SIZE,
                    (byte) 0,
                    (byte) 1,
                    (byte) 0,
                    (byte) 0);
            c.serveAll();
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(rig.ask(Requests.messages()).text()).isEqualTo(UpstreamScript.JSON_BODY);
        }
    }

    @Test
    void rfc9113Section512ExcessStreamsUseFurtherConnections() throws Exception {
        CountDownLatch asked = new CountDownLatch(5);
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            c.greet(MAX_CONCURRENT_STREAMS, 2);
            List<Integer> streams = new ArrayList<>();
            for (int i = 0; i < (c.number() < 2 ? 2 : 1); i++) {
                streams.add(c.request().stream());
                asked.countDown();
            }
            asked.await();
            streams.forEach(stream -> c.json(stream, UpstreamScript.JSON_BODY));
            c.serveAll();
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(rig.connect().send(Requests.messages()));
            }
            for (RawClient client : clients) {
                assertThat(client.answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
                assertThat(client.send(Requests.messages()).answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
                client.close();
            }
            assertThat(upstream.connections()).hasSize(3);
        }
    }

    @Test
    void upstreamThatAllowsNoStreamsIsUnreachable() {
        try (Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> c.greet(MAX_CONCURRENT_STREAMS, 0));
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(502);
            assertThat(rig.reason("connect-failed")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void disconnectedClientEndsItsOwnStreamOnly(boolean reset) {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            int first = c.greet().request().stream();
            c.head(first, false, ":status", "200", "content-type", "text/event-stream");
            c.data(first, false, "data: {}\n\n");
            int second = c.request().stream();
            int given = c.readUntil(Http2Client.RST_STREAM).stream();
            for (int i = 0; i < 20; i++) { // was in transit
                c.data(given, false, "data: {}\n\n");
            }
            c.head(given, true, "x-late", "1");
            c.json(second, UpstreamScript.JSON_BODY);
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start();
                RawClient leaves = rig.connect().send(Requests.messages())) {
            leaves.head();
            try (RawClient stays = rig.connect().send(Requests.messages())) {
                GatewayRig.eventually("both are asked", () -> upstream.heads().size() == 2);
                long since = System.nanoTime();
                leave(leaves, reset);
                Http2Client.Frame given = upstream.connection(0).await(Http2Client.RST_STREAM);
                assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(SOON);
                assertThat(given.stream()).isEqualTo(1);
                assertThat(given.error()).isEqualTo(CANCEL);
                assertThat(stays.answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
            }
            assertThat(upstream.connections()).hasSize(1);
        }
    }

    @Test
    void lateResponsesAreNotChargedToTheUpstream() {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            c.greet();
            for (Http2Client.Frame frame = c.read(); frame != null; frame = c.read()) {
                if (frame.type() == Http2Client.RST_STREAM) {
                    c.head(frame.stream(), false, ":status", "200", "content-type", "text/event-stream");
                    for (int i = 0; i < 12; i++) {
                        c.data(frame.stream(), false, "data: {}\n\n");
                    }
                } else if (frame.ends() && !c.text(frame.stream()).contains("hi")) {
                    c.json(frame.stream(), UpstreamScript.JSON_BODY);
                }
            }
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            for (int i = 0; i < 120; i++) {
                int asked = i + 1;
                RawClient leaves = rig.connect().send(Requests.messages());
                GatewayRig.eventually("it is asked", () -> upstream.heads().size() == asked);
                leaves.reset();
            }
            assertThat(rig.ask(Requests.get("/v1/models")).text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(upstream.connections()).hasSize(1);
        }
    }

    /**
     * Returns an upstream that learns late of streams that clients have left. It sends content on each after the reset, and
     * then responds to the first request, which stays.
     */
    private static Http2UpstreamScript learningLate(int leaving, int frames, int length) {
        return Http2UpstreamScript.of(c -> {
            int stays = c.greet().request().stream();
            for (int i = 0; i < leaving; i++) {
                c.head(c.request().stream(), false, ":status", "200", "content-type", "text/event-stream");
            }
            List<Integer> left = new ArrayList<>();
            for (int i = 0; i < leaving; i++) {
                left.add(c.readUntil(Http2Client.RST_STREAM).stream());
            }
            for (int i = 0; i < frames; i++) {
                for (int stream : left) {
                    c.frame(Http2Client.DATA, 0, stream, new byte[length]);
                }
            }
            c.json(stays, UpstreamScript.JSON_BODY);
        });
    }

    private static RawClient.Response staysWhileOthersLeave(Http2UpstreamScript upstream, GatewayRig rig, int leaving) {
        try (RawClient stays = rig.connect().send(Requests.messages())) {
            GatewayRig.eventually("it is asked", () -> upstream.heads().size() == 1);
            List<RawClient> others = new ArrayList<>();
            for (int i = 0; i < leaving; i++) {
                RawClient leaves = rig.connect().send(Requests.messages());
                leaves.head();
                others.add(leaves);
            }
            others.forEach(RawClient::reset);
            return stays.answer();
        }
    }

    @Test
    @DisplayName("content in transit of streams that a client has left is free, however many frames it is")
    void lateContentWithinTheWindowIsNotCharged() {
        try (Http2UpstreamScript upstream = learningLate(40, 100, 60);
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(staysWhileOthersLeave(upstream, rig, 40).text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(upstream.connections()).hasSize(1);
        }
    }

    @Test
    @DisplayName("content beyond the window of a stream that was reset is a flood in the end")
    void lateContentBeyondTheWindowIsCharged() {
        try (Http2UpstreamScript upstream = learningLate(1, 65 + 1_100, 1_000);
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(staysWhileOthersLeave(upstream, rig, 1).status()).isEqualTo(502);
            assertThat(rig.reason("upstream-http2-flood")).isEqualTo(1);
        }
    }

    @Test
    void clientLeavingWhileConnectingSendsNothing() {
        CountDownLatch left = new CountDownLatch(1);
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            left.await();
            c.greet().serveAll();
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            RawClient leaves = rig.connect().send(Requests.messages());
            GatewayRig.eventually("it waits", () -> rig.metric("stillgate_exchanges_active") == 1);
            leaves.close();
            GatewayRig.eventually("it has left", () -> rig.metric("stillgate_exchanges_active") == 0);
            left.countDown();
            assertThat(rig.ask(Requests.messages()).text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(upstream.heads()).hasSize(1);
        }
    }

    @Test
    void rfc9113Section81EarlyResponseStopsTheRequest() {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            int stream = c.greet().grantNothing().readUntil(Http2Client.HEADERS).stream();
            c.json(stream, UpstreamScript.JSON_BODY);
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start();
                RawClient client = rig.connect()) {
            client.send(Requests.head("POST", "/v1/blobs/1") + "content-length: 100000\r\n\r\n" + "x".repeat(10));
            assertThat(client.answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(upstream.connection(0).await(Http2Client.RST_STREAM).error())
                    .isEqualTo(CANCEL);
        }
    }

    /** A connection without timeouts, as after a connection error of the upstream. */
    @Test
    @DisplayName("engine C3: the connection to an upstream that violates the protocol and does not read is closed")
    void failedConnectionIsClosedIfTheUpstreamDoesNotRead() throws Exception {
        CountDownLatch full = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            c.greet(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE);
            c.number(Http2Client.WINDOW_UPDATE, 0, Integer.MAX_VALUE - 65_535);
            full.await();
            c.number(Http2Client.WINDOW_UPDATE, 0, 0); // violates the protocol
            over.await();
        });
        AtomicLong sent = new AtomicLong();
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start();
                RawClient client = rig.connect()) {
            client.send(Requests.head("POST", "/v1/blobs/1") + "content-length: 30000000\r\n\r\n");
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 300; i++) {
                        client.send(new byte[100_000]);
                        sent.incrementAndGet();
                    }
                } catch (UncheckedIOException closed) {
                    return;
                }
            });
            long before = 0;
            while (sent.get() == 0 || sent.get() != before) {
                before = sent.get();
                Thread.sleep(250);
            }
            assertThat(sender.isAlive()).as("the upload is paused").isTrue();
            assertThat(rig.admin("GET /upstreams").text()).contains("\"connections\":1");
            full.countDown();
            GatewayRig.eventually(
                    "it is closed", () -> rig.admin("GET /upstreams").text().contains("\"connections\":0"));
            assertThat(rig.reason("upstream-http2-window-update")).isEqualTo(1);
            client.reset();
            sender.join();
        } finally {
            over.countDown();
        }
    }
}
