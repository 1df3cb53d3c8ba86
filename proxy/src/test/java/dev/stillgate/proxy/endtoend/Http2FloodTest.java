package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests clients that cause work without progress: each gets ENHANCE_YOUR_CALM within a limit, and so has its effect on
 * the upstream.
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class Http2FloodTest {
    private static final int CALM = 11;
    private static final int FLOOD = 3_000;

    /** The frames of a flood, by index. */
    @FunctionalInterface
    interface Frames {
        byte[] at(int number);
    }

    private static Arguments flood(String name, Frames frames) {
        return Arguments.of(name, frames);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    static Stream<Arguments> floods() {
        byte[] priority = ByteBuffer.allocate(5).putInt(1).put((byte) 9).array();
        return Stream.of(
                flood("CVE-2019-9512, PING", i -> Http2Client.bytes(Http2Client.PING, 0, 0, new byte[8])),
                flood("PING that answers nothing", i -> Http2Client.bytes(Http2Client.PING, 1, 0, new byte[8])),
                flood("CVE-2019-9515, SETTINGS", i -> Http2Client.bytes(Http2Client.SETTINGS, 0, 0, new byte[0])),
                flood(
                        "SETTINGS full of unknown ones",
                        i -> Http2Client.bytes(Http2Client.SETTINGS, 0, 0, new byte[16_380])),
                flood("CVE-2019-9513, PRIORITY", i -> Http2Client.bytes(Http2Client.PRIORITY, 0, 7 + 2 * i, priority)),
                flood(
                        "WINDOW_UPDATE of a connection that sends nothing",
                        i -> Http2Client.bytes(Http2Client.WINDOW_UPDATE, 0, 0, number(1))),
                flood("frames of no type, section 4.1", i -> Http2Client.bytes(0xbe, 0, 0, new byte[0])),
                flood(
                        "RST_STREAM of a stream that is closed",
                        i -> i == 0
                                ? Http2Client.bytes(
                                        Http2Client.HEADERS,
                                        5,
                                        1,
                                        Http2Client.section(Http2Client.fields("GET", "/nowhere")))
                                : Http2Client.bytes(Http2Client.RST_STREAM, 0, 1, number(8))),
                flood(
                        "CVE-2019-9518, empty DATA",
                        i -> i == 0
                                ? Http2Client.bytes(
                                        Http2Client.HEADERS,
                                        4,
                                        1,
                                        Http2Client.section(Http2Client.fields("POST", "/v1/messages")))
                                : Http2Client.bytes(Http2Client.DATA, 0, 1, new byte[0])),
                flood(
                        "CVE-2024-27316, CONTINUATION without end",
                        i -> i == 0
                                ? Http2Client.bytes(
                                        Http2Client.HEADERS,
                                        0,
                                        1,
                                        Http2Client.section(Http2Client.fields("GET", "/v1/models")))
                                : Http2Client.bytes(Http2Client.CONTINUATION, 0, 1, Http2Client.section("x", "y"))),
                flood(
                        "CVE-2024-27316, empty CONTINUATION",
                        i -> i == 0
                                ? Http2Client.bytes(Http2Client.HEADERS, 0, 1, new byte[0])
                                : Http2Client.bytes(Http2Client.CONTINUATION, 0, 1, new byte[0])),
                flood(
                        "a field section larger than any head",
                        i -> i == 0
                                ? Http2Client.bytes(Http2Client.HEADERS, 0, 1, new byte[16_000])
                                : Http2Client.bytes(Http2Client.CONTINUATION, 0, 1, new byte[16_000])),
                flood(
                        "malformed requests, section 8.1.1",
                        i -> Http2Client.bytes(
                                Http2Client.HEADERS, 5, 1 + 2 * i, Http2Client.section("x-upper-Case", "1"))));
    }

    private static List<Http2Client.Frame> endOf(Http2Client client) {
        List<Http2Client.Frame> all = client.rest();
        return all.stream().filter(frame -> frame.type() == Http2Client.GOAWAY).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void floodIsAnsweredWithEnhanceYourCalm(String name, Frames frames) throws Exception {
        try (UpstreamScript upstream = UpstreamScript.of(UpstreamScript.Connection::drain);
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            Thread sender = Thread.ofVirtual().start(() -> {
                int i = 0;
                while (i < FLOOD && client.offer(frames.at(i))) {
                    i++;
                }
            });
            List<Http2Client.Frame> end = endOf(client);
            sender.join();
            assertThat(end).hasSize(1);
            assertThat(end.getFirst().error()).isEqualTo(CALM);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    /** The frames of a request that its client aborts, or makes the gateway abort. */
    @FunctionalInterface
    interface Broken {
        List<byte[]> on(int stream);
    }

    private static byte[] request(int stream, int flags, String method, String path, String... more) {
        return Http2Client.bytes(
                Http2Client.HEADERS, flags, stream, Http2Client.section(Http2Client.fields(method, path, more)));
    }

    private static byte[] reset(int stream) {
        return Http2Client.bytes(Http2Client.RST_STREAM, 0, stream, number(8));
    }

    static Stream<Arguments> broken() {
        Broken rapid = id -> List.of(request(id, 5, "GET", "/v1/models"), reset(id));
        Broken overflow = id -> List.of(
                request(id, 5, "GET", "/v1/models"),
                Http2Client.bytes(Http2Client.WINDOW_UPDATE, 0, id, number(Integer.MAX_VALUE)));
        Broken tooLong = id -> List.of(
                request(id, 4, "POST", "/v1/blobs/1", "content-length", "3"),
                Http2Client.bytes(Http2Client.DATA, 0, id, new byte[4]));
        Broken trailers = id -> List.of(
                request(id, 4, "POST", "/v1/blobs/1"),
                Http2Client.bytes(Http2Client.HEADERS, 5, id, Http2Client.section(":path", "/")));
        return Stream.of(
                Arguments.of("CVE-2023-44487, rapid reset", rapid),
                Arguments.of("CVE-2025-8671, a window that overflows", overflow),
                Arguments.of("CVE-2025-8671, more than Content-Length", tooLong),
                Arguments.of("CVE-2025-8671, malformed trailers", trailers));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void abortedRequestsAreLimitedToAHundred(String name, Broken broken) throws Exception {
        try (UpstreamScript upstream = UpstreamScript.of(UpstreamScript.Connection::drain);
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            Thread sender = Thread.ofVirtual().start(() -> {
                int stream = 1;
                boolean taken = true;
                while (stream < 2_000 && taken) {
                    for (byte[] frame : broken.on(stream)) {
                        taken &= client.offer(frame);
                    }
                    stream += 2;
                }
            });
            List<Http2Client.Frame> end = endOf(client);
            sender.join();
            assertThat(end).hasSize(1);
            assertThat(end.getFirst().error()).isEqualTo(CALM);
            assertThat(rig.metric("stillgate_exchanges_active")).isZero();
            assertThat(upstream.connections().size()).isLessThanOrEqualTo(100);
            assertThat(rig.finish()).hasSizeLessThanOrEqualTo(100);
        }
    }

    /** Open and aborted requests count against one limit. */
    @Test
    void openAndAbortedRequestsShareOneLimit() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.of(UpstreamScript.Connection::drain);
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            int stream = 1;
            for (int i = 0; i < 60; i++, stream += 2) {
                client.send(request(stream, 5, "GET", "/v1/models"));
            }
            for (int i = 0; i < 38; i++, stream += 2) {
                client.send(request(stream, 5, "GET", "/v1/models")).send(reset(stream));
            }
            for (int i = 0; i < 6; i++, stream += 2) {
                client.send(request(stream, 5, "GET", "/v1/models"));
            }
            Http2Client.Frame refused = client.readUntil(Http2Client.RST_STREAM);
            assertThat(refused.error()).as("REFUSED_STREAM: it may be retried").isEqualTo(7);
            client.frame(Http2Client.PING, 0, 0, new byte[8]);
            client.readUntil(Http2Client.PING);
            assertThat(rig.metric("stillgate_exchanges_active")).isBetween(60.0, 63.0);
            client.leave();
            assertThat(rig.finish()).hasSizeBetween(98, 101);
        }
    }

    @Test
    void excessStreamsAreRefused() {
        try (UpstreamScript upstream = UpstreamScript.of(UpstreamScript.Connection::drain);
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            for (int i = 0; i <= 100; i++) {
                client.get(1 + 2 * i, "/v1/models");
            }
            Http2Client.Frame refused = client.readUntil(Http2Client.RST_STREAM);
            assertThat(refused.stream()).isEqualTo(201);
            assertThat(refused.error()).isEqualTo(7);
            GatewayRig.eventually("100 are open", () -> rig.metric("stillgate_exchanges_active") == 100);
        }
    }

    /**
     * HPACK bomb, as in CVE-2016-6581: a 4 kB table entry referenced 16,000 times in as many bytes expands to 64 MB.
     * The section is refused as too large, and the HPACK tables stay in step.
     */
    @Test
    void hpackBombIsRefused() throws Exception {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        bomb.writeBytes(Http2Client.section(Http2Client.fields("GET", "/v1/models")));
        byte[] large = Http2Client.section("x-bomb", "b".repeat(4_000));
        large[0] = 0x40; // with incremental indexing
        bomb.writeBytes(large);
        byte[] again = new byte[11_000];
        java.util.Arrays.fill(again, (byte) 0xbe); // the newest table entry
        bomb.writeBytes(again);
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            client.frame(Http2Client.HEADERS, 5, 1, bomb.toByteArray());
            assertThat(client.answer(1).status()).isEqualTo(431);
            ByteArrayOutputStream fair = new ByteArrayOutputStream();
            fair.writeBytes(Http2Client.section(Http2Client.fields("GET", "/v1/models")));
            fair.write(0xbe);
            client.frame(Http2Client.HEADERS, 5, 3, fair.toByteArray());
            assertThat(client.answer(3).status()).isEqualTo(200);
            assertThat(upstream.requests()).hasSize(1);
            assertThat(upstream.requests().getFirst().values("x-bomb").getFirst())
                    .hasSize(4_000);
        }
    }

    @Test
    void compressionErrorEndsTheConnection() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            client.frame(Http2Client.HEADERS, 5, 1, (byte) 0xff, (byte) 0xff, (byte) 0x7f);
            assertThat(client.readUntil(Http2Client.GOAWAY).error()).isEqualTo(9);
            assertThat(upstream.requests()).isEmpty();
        }
    }

    @Test
    void regularUseReplenishesTheBudget() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            for (int stream = 1; stream < 2 * 2_500; stream += 2) {
                client.get(stream, "/v1/models");
                client.frame(Http2Client.PING, 0, 0, new byte[8]);
                client.number(Http2Client.WINDOW_UPDATE, 0, 59);
                assertThat(client.answer(stream).status()).isEqualTo(200);
                if (stream % 100 == 1) { // and some are aborted
                    client.get(stream + 2, "/v1/models");
                    stream += 2;
                    client.number(Http2Client.RST_STREAM, stream, 8);
                }
            }
        }
    }
}
