package dev.stillgate.proxy.endtoend;

import static dev.stillgate.proxy.rig.Http2UpstreamFaults.first;
import static dev.stillgate.proxy.rig.Http2UpstreamFaults.wholeConnection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.Http2UpstreamScript;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests connection errors of HTTP/2 upstreams: the connection ends with GOAWAY, and the next request uses a new one.
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class Http2UpstreamFaultTest {
    private static final int PROTOCOL_ERROR = 1;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int FRAME_SIZE_ERROR = 6;
    private static final int COMPRESSION_ERROR = 9;
    private static final int CALM = 11;
    private static final int PUSH_PROMISE = 5;
    private static final int PADDED = 8;
    private static final String[] EVENTS = {":status", "200", "content-type", "text/event-stream"};

    @Test
    void rfc9113Section43CompressionErrorEndsTheConnection() {
        wholeConnection(
                "upstream-http2-compression",
                COMPRESSION_ERROR,
                c -> c.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 1, (byte) 0xff, (byte) 0xff, (byte) 0xff));
    }

    @Test
    void rfc9113Section61ExcessPaddingIsRejected() {
        wholeConnection("upstream-http2-padding", PROTOCOL_ERROR, c -> {
            c.head(1, false, EVENTS);
            c.frame(Http2Client.DATA, PADDED, 1, (byte) 3, (byte) 0, (byte) 0);
        });
    }

    @Test
    void rfc9113Section42OversizedFrameIsRejected() {
        wholeConnection(
                "upstream-http2-frame-size", FRAME_SIZE_ERROR, c -> c.frame(Http2Client.DATA, 0, 1, new byte[16_385]));
    }

    @Test
    void rfc9113Section84PushIsRejected() {
        wholeConnection("upstream-http2-push", PROTOCOL_ERROR, c -> {
            byte[] section = Http2Client.section(Http2Client.fields("GET", "/pushed"));
            byte[] payload = new byte[4 + section.length];
            payload[3] = 2;
            System.arraycopy(section, 0, payload, 4, section.length);
            c.frame(PUSH_PROMISE, Http2Client.END_HEADERS, 1, payload);
        });
    }

    @Test
    void rfc9113Section652UpstreamMustNotEnablePush() {
        wholeConnection(
                "upstream-http2-settings",
                PROTOCOL_ERROR,
                c -> c.frame(Http2Client.SETTINGS, 0, 0, (byte) 0, (byte) 2, (byte) 0, (byte) 0, (byte) 0, (byte) 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 101})
    void rfc9113Section51ResponseOnIdleStreamIsRejected(int stream) {
        wholeConnection("upstream-http2-idle-stream", PROTOCOL_ERROR, c -> c.head(stream, true, EVENTS));
    }

    @Test
    void rfc9113Section69ConnectionWindowOverflowIsRejected() {
        wholeConnection(
                "upstream-http2-flow-control",
                FLOW_CONTROL_ERROR,
                c -> c.number(Http2Client.WINDOW_UPDATE, 0, Integer.MAX_VALUE));
    }

    @Test
    void rfc9113Section69ZeroWindowUpdateIsRejected() {
        wholeConnection("upstream-http2-window-update", PROTOCOL_ERROR, c -> c.number(Http2Client.WINDOW_UPDATE, 0, 0));
    }

    @Test
    void rfc9113Section610InterruptedFieldSectionIsRejected() {
        wholeConnection("upstream-http2-continuation", PROTOCOL_ERROR, c -> {
            c.frame(Http2Client.HEADERS, 0, 1, Http2Client.section(EVENTS));
            c.frame(Http2Client.PING, 0, 0, new byte[8]);
        });
    }

    @Test
    void cve202427316EndlessContinuationIsRejected() {
        wholeConnection("upstream-http2-continuations", CALM, c -> {
            c.frame(Http2Client.HEADERS, 0, 1, Http2Client.section(EVENTS));
            for (int i = 0; i < 9; i++) {
                c.frame(Http2Client.CONTINUATION, 0, 1, Http2Client.section("x-" + i, "y"));
            }
        });
    }

    static Stream<Arguments> floods() {
        return Stream.of(
                Arguments.of("CVE-2019-9512: PING", Http2Client.bytes(Http2Client.PING, 0, 0, new byte[8])),
                Arguments.of("CVE-2019-9515: SETTINGS", Http2Client.bytes(Http2Client.SETTINGS, 0, 0, new byte[0])),
                Arguments.of(
                        "CVE-2019-9518: DATA without content", Http2Client.bytes(Http2Client.DATA, 0, 1, new byte[0])),
                Arguments.of("RFC 9113 section 5.5: unknown types", Http2Client.bytes(0xfa, 0, 0, new byte[4])));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void floodOfEmptyFramesIsRejected(String what, byte[] frame) {
        assertThat(what).isNotEmpty();
        wholeConnection("upstream-http2-flood", CALM, c -> {
            c.head(1, false, EVENTS);
            List<byte[]> flood = new ArrayList<>();
            for (int i = 0; i < 1_200; i++) {
                flood.add(frame);
            }
            c.raw(flood);
        });
    }

    @Test
    void unknownFramesAreIgnored() {
        try (Http2UpstreamScript upstream = first(c -> {
                    for (int i = 0; i < 50; i++) {
                        c.frame(0xfa, 0, 0, new byte[10]);
                    }
                });
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(rig.ask(Requests.messages()).text()).isEqualTo(UpstreamScript.JSON_BODY);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void connectionClosedWithinAResponseTruncatesIt(boolean reset) {
        CountDownLatch passed = new CountDownLatch(1);
        try (Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
                    int stream = c.greet().request().stream();
                    c.head(stream, false, EVENTS);
                    c.data(stream, false, "data: {}\n\n");
                    passed.await();
                    if (reset) {
                        c.reset();
                    } else {
                        c.close();
                    }
                });
                GatewayRig rig = Http2UpstreamTest.before(upstream).start();
                RawClient client = rig.connect().send(Requests.messages())) {
            assertThat(client.head()).startsWith("HTTP/1.1 200");
            assertThat(client.read(15)).endsWith("data: {}\n\n\r\n");
            passed.countDown();
            assertThat(client.rest()).contains("The answer was cut short.").doesNotEndWith("0\r\n\r\n");
            assertThat(rig.reason(reset ? "upstream-reset" : "upstream-closed-in-body"))
                    .isEqualTo(1);
        }
    }
}
