package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.Http2UpstreamScript;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests upstreams that refuse a request by its head and close without reading the body, which resets the connection.
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class EarlyResponseTest {
    private static final int TIMES = 12;
    private static final int[] STATUSES = {401, 413, 429};
    private static final String REFUSAL = "{\"type\":\"error\",\"error\":{\"type\":\"refused\"}}";
    private static final int NO_ERROR = 0;

    private static UpstreamScript refusing() {
        return UpstreamScript.of(c -> {
            String head = head(c);
            int status = STATUSES[Math.floorMod(head.hashCode(), STATUSES.length)];
            c.send("HTTP/1.1 " + status
                    + " Refused\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: "
                    + REFUSAL.length() + "\r\n\r\n" + REFUSAL);
            c.close();
        });
    }

    /** Reads up to the end of a head and nothing of the body. */
    static String head(UpstreamScript.Connection c) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int b = c.in().read();
            if (b < 0) {
                throw new IOException("closed in the head");
            }
            head.append((char) b);
        }
        return head.toString();
    }

    private static byte[] request(String path, int length) {
        String prompt = "{\"model\":\"m-1\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\""
                + "x".repeat(length) + "\"}]}";
        return Requests.post(path, prompt.getBytes(StandardCharsets.US_ASCII), "content-type: application/json");
    }

    static Stream<Arguments> uploads() {
        List<Arguments> all = new ArrayList<>();
        for (String transport : List.of("nio", "epoll", "io-uring")) {
            for (String path : List.of("/v1/messages", "/v1/blobs/1")) {
                for (int length : new int[] {100_000, 5_000_000}) {
                    all.add(Arguments.of(transport, path, length));
                }
            }
        }
        return all.stream();
    }

    /** Sends as much as the gateway accepts: it discards only a limited part of a refused request's body. */
    static RawClient.Response ask(RawClient caller, byte[] request) {
        return caller.sendPieces(request, 64 * 1024).answer();
    }

    private static void assumeAvailable(String transport) {
        Assumptions.assumeTrue(
                transport.equals("nio") || transport.equals("epoll") == Epoll.isAvailable() || IoUring.isAvailable(),
                () -> "the transport " + transport + " is not available here");
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("uploads")
    @DisplayName("engine B5: an early refusal of an upload reaches the client, whatever the upstream left unread")
    void earlyRefusalReachesTheClient(String transport, String path, int length) {
        assumeAvailable(transport);
        byte[] request = request(path, length);
        try (UpstreamScript first = refusing();
                UpstreamScript second = refusing();
                GatewayRig rig =
                        GatewayRig.with().transport(transport).to(first, second).start()) {
            for (int i = 0; i < TIMES; i++) {
                try (RawClient caller = rig.connect()) {
                    RawClient.Response got = ask(caller, request);
                    assertThat(got.status()).as("attempt " + i).isIn(401, 413, 429);
                    assertThat(got.text()).isEqualTo(REFUSAL);
                    assertThat(got.whole()).isTrue();
                }
            }
            assertThat(rig.metric("stillgate_reasons_total", "outcome=\"upstream_failed\""))
                    .isZero();
            assertThat(rig.metric("stillgate_upstream_endpoints_available")).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("engine B5: endpoints are not ejected for refusals truncated by the reset")
    void truncatedRefusalDoesNotEjectTheEndpoint() {
        UpstreamScript.Script cut = c -> {
            head(c);
            c.send("HTTP/1.1 401 Unauthorized\r\ncontent-length: 100\r\n\r\nshort")
                    .close();
        };
        try (UpstreamScript first = UpstreamScript.of(cut);
                UpstreamScript second = UpstreamScript.of(cut);
                GatewayRig rig = GatewayRig.with().to(first, second).start()) {
            byte[] request = request("/v1/messages", 100_000);
            for (int i = 0; i < TIMES; i++) {
                try (RawClient caller = rig.connect()) {
                    RawClient.Response got = ask(caller, request);
                    assertThat(got.status()).isEqualTo(401);
                    assertThat(got.whole()).isFalse();
                }
            }
            assertThat(rig.metric("stillgate_upstream_endpoints_available")).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("engine B5: a response without a length that ends with a reset is incomplete")
    void responseEndedByAResetIsIncomplete() {
        try (UpstreamScript upstream = UpstreamScript.of(c -> {
                    head(c);
                    c.send("HTTP/1.1 401 Unauthorized\r\n\r\nsome of it").reset();
                });
                GatewayRig rig = GatewayRig.before(upstream)) {
            byte[] request = request("/v1/messages", 5_000_000);
            for (int i = 0; i < TIMES; i++) {
                try (RawClient caller = rig.connect()) {
                    RawClient.Response got = ask(caller, request);
                    assertThat(got.status()).isIn(401, 502);
                    assertThat(got.status() == 502 || !got.whole()).isTrue();
                }
            }
        }
    }

    @Test
    @DisplayName("engine B5: an upstream that resets without a response is 502")
    void resetWithoutAResponseIs502() {
        try (UpstreamScript upstream = UpstreamScript.of(c -> {
                    head(c);
                    c.close();
                });
                GatewayRig rig = GatewayRig.before(upstream)) {
            for (int i = 0; i < TIMES; i++) {
                try (RawClient caller = rig.connect()) {
                    RawClient.Response got = ask(caller, request("/v1/blobs/1", 5_000_000));
                    assertThat(got.status()).isEqualTo(502);
                }
            }
        }
    }

    @Test
    @DisplayName("engine B5: an HTTP/2 upstream's early response with RST_STREAM NO_ERROR is forwarded")
    void earlyHttp2ResponseIsForwarded() {
        try (Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
                    c.greet().grantNothing();
                    for (Http2Client.Frame frame = c.read(); frame != null; frame = c.read()) {
                        if (frame.type() == Http2Client.HEADERS) {
                            c.head(frame.stream(), false, ":status", "413", "content-type", "application/json");
                            c.data(frame.stream(), true, REFUSAL);
                            c.number(Http2Client.RST_STREAM, frame.stream(), NO_ERROR);
                        }
                    }
                });
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            everyAnswerIsWhole(rig, "/v1/messages", 413);
            everyAnswerIsWhole(rig, "/v1/blobs/1", 413);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io-uring"})
    @DisplayName(
            "engine B5: an HTTP/2 upstream's early response is forwarded although the connection is reset after it")
    void earlyHttp2ResponseSurvivesTheConnection(String transport) {
        assumeAvailable(transport);
        try (Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
                    c.greet();
                    Http2Client.Frame head = c.readUntil(Http2Client.HEADERS);
                    c.head(head.stream(), false, ":status", "401", "content-type", "application/json");
                    c.data(head.stream(), true, REFUSAL);
                    c.goAway(head.stream(), NO_ERROR).close();
                });
                GatewayRig rig =
                        Http2UpstreamTest.before(upstream).transport(transport).start()) {
            mostAnswersAreWhole(rig, "/v1/messages");
            mostAnswersAreWhole(rig, "/v1/blobs/1");
        }
    }

    /** A reset can destroy a response that was not read yet, or hit the connection opened next. */
    private static void mostAnswersAreWhole(GatewayRig rig, String path) {
        byte[] request = request(path, 1_000_000);
        int whole = 0;
        for (int i = 0; i < TIMES; i++) {
            try (RawClient caller = rig.connect()) {
                RawClient.Response got = ask(caller, request);
                assertThat(got.status()).as(path + " " + i).isIn(401, 502);
                whole += got.status() == 401 && got.text().equals(REFUSAL) && got.whole() ? 1 : 0;
            }
        }
        assertThat(whole).isGreaterThan(TIMES / 2);
    }

    private static void everyAnswerIsWhole(GatewayRig rig, String path, int status) {
        byte[] request = request(path, 1_000_000);
        for (int i = 0; i < TIMES; i++) {
            try (RawClient caller = rig.connect()) {
                RawClient.Response got = ask(caller, request);
                assertThat(got.status()).as(path + " " + i).isEqualTo(status);
                assertThat(got.text()).isEqualTo(REFUSAL);
                assertThat(got.whole()).isTrue();
            }
        }
        assertThat(rig.metric("stillgate_reasons_total", "outcome=\"upstream_failed\""))
                .isZero();
    }
}
