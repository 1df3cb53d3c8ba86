package dev.stillgate.proxy.endtoend;

import static dev.stillgate.proxy.endtoend.RealtimeTest.builder;
import static dev.stillgate.proxy.endtoend.RealtimeTest.closing;
import static dev.stillgate.proxy.endtoend.RealtimeTest.expect;
import static dev.stillgate.proxy.endtoend.RealtimeTest.open;
import static dev.stillgate.proxy.rig.RealtimeModel.CREATED;
import static dev.stillgate.proxy.rig.RealtimeModel.DELTA;
import static dev.stillgate.proxy.rig.RealtimeModel.done;
import static dev.stillgate.proxy.rig.WebSocketFrames.CLOSE;
import static dev.stillgate.proxy.rig.WebSocketFrames.FIN;
import static dev.stillgate.proxy.rig.WebSocketFrames.PING;
import static dev.stillgate.proxy.rig.WebSocketFrames.TEXT;
import static dev.stillgate.proxy.rig.WebSocketFrames.frame;
import static dev.stillgate.proxy.rig.WebSocketFrames.join;
import static dev.stillgate.proxy.rig.WebSocketFrames.masked;
import static dev.stillgate.proxy.rig.WebSocketFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RealtimeModel;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the end of the upstream's connection ends a session of the Realtime API only after a Close frame. */
@ExtendWith(NoLeaks.class)
class RealtimeCutTest {
    private static final byte[] BEGUN = join(text(done(3, 4)), text(DELTA));

    private static final String[] CUT = {
        "\"outcome\":\"truncated\"", "\"response_code_details\":\"upstream-closed-in-body\""
    };

    /** Returns an upstream that ends its output after these bytes, without a reset. */
    private static UpstreamScript ending(byte[] bytes) {
        return UpstreamScript.of(c -> {
            c.send(RealtimeModel.switched(c.request()));
            c.send(join(text(CREATED), bytes));
            c.half();
        });
    }

    private static void expectError(RawClient client) throws IOException {
        byte[] close = client.in().readNBytes(4);
        assertThat(close).startsWith(0x88).endsWith(1011 >> 8, 1011 & 0xff);
        assertThat(client.endsOrderly()).isTrue();
    }

    @Test
    @DisplayName("a session that ends between two frames is cut: a Close frame for an error, and a failure")
    void endBetweenFrames() throws IOException {
        try (UpstreamScript upstream = ending(BEGUN);
                GatewayRig rig = builder(upstream).start()) {
            try (RawClient client = open(rig)) {
                expect(client, BEGUN);
                expectError(client);
            }
            assertThat(rig.finish().getFirst()).contains(CUT).contains("\"session_responses\":1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 20, 90})
    @DisplayName("a session that ends within a frame is cut, and its client sees no orderly end")
    void endWithinFrame(int length) throws IOException {
        byte[] part = Arrays.copyOf(text(DELTA), length);
        try (UpstreamScript upstream = ending(join(text(done(3, 4)), part));
                GatewayRig rig = builder(upstream).start()) {
            try (RawClient client = open(rig)) {
                expect(client, join(text(done(3, 4)), part));
                assertThat(client.endsOrderly()).isFalse();
            }
            assertThat(rig.finish().getFirst()).contains(CUT);
        }
    }

    @Test
    @DisplayName("over TLS close_notify does not end a session either")
    void closeNotify(@TempDir Path directory) throws Exception {
        Path authority = directory.resolve("ca.crt");
        try (InputStream in = UpstreamTlsTest.resource("ca.crt")) {
            Files.copy(in, authority);
        }
        SSLContext tls = UpstreamTlsTest.showing("upstream");
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.secure(tls, false);
            c.send(RealtimeModel.switched(c.request()));
            c.send(join(text(CREATED), BEGUN));
            c.half();
        });
        try (upstream;
                GatewayRig rig = builder()
                        .toUri("https://127.0.0.1:" + upstream.port())
                        .upstreamKeys("tls: {authorities: " + authority + "}")
                        .start()) {
            try (RawClient client = open(rig)) {
                expect(client, BEGUN);
                expectError(client);
            }
            assertThat(rig.finish().getFirst()).contains(CUT);
        }
    }

    @Test
    @DisplayName("a cut session is a failure of its endpoint")
    void cutSessionEjects() throws IOException {
        try (UpstreamScript one = ending(BEGUN);
                UpstreamScript other = ending(BEGUN);
                GatewayRig rig = builder(one)
                        .to(other)
                        .upstreamKeys("ejection: {failures: 1}")
                        .start();
                RawClient client = open(rig)) {
            expect(client, BEGUN);
            expectError(client);
            assertThat(rig.metric("stillgate_upstream_ejections_total")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("a session that its client has closed is over, even if the upstream answers with no Close frame")
    void endAfterTheClientsCloseFrame(boolean reset) {
        UpstreamScript.Script leaving = c -> {
            c.send(RealtimeModel.switched(c.request()));
            c.send(text(CREATED));
            while (RealtimeModel.frame(c.in()).opcode() != CLOSE) {
                continue;
            }
            if (reset) {
                c.reset();
            } else {
                c.half();
            }
        };
        try (UpstreamScript one = UpstreamScript.of(leaving);
                UpstreamScript other = UpstreamScript.of(leaving);
                GatewayRig rig = builder(one)
                        .to(other)
                        .upstreamKeys("ejection: {failures: 1}")
                        .start()) {
            try (RawClient client = open(rig)) {
                client.send(join(
                        masked(FIN | PING, new byte[3]), masked(FIN | TEXT, new byte[60_000]), new byte[] {(byte) 0x88
                        }));
                client.send(Arrays.copyOfRange(closing(), 1, closing().length));
                assertThat(client.endsOrderly()).isTrue();
            }
            assertThat(rig.metric("stillgate_upstream_ejections_total")).isZero();
            assertThat(rig.finish().getFirst()).contains("\"outcome\":\"served\"");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("an upstream that drops a client for a frame that cannot be read has not failed")
    void endAfterAnUnreadableFrameOfTheClient(boolean reset) {
        UpstreamScript.Script dropping = c -> {
            c.send(RealtimeModel.switched(c.request()));
            c.send(text(CREATED));
            c.in().readNBytes(2);
            if (reset) {
                c.reset();
            } else {
                c.half();
            }
        };
        try (UpstreamScript one = UpstreamScript.of(dropping);
                UpstreamScript other = UpstreamScript.of(dropping);
                GatewayRig rig = builder(one)
                        .to(other)
                        .upstreamKeys("ejection: {failures: 1}")
                        .start()) {
            try (RawClient client = open(rig)) {
                client.send(frame(FIN | 0x40 | TEXT, new byte[0]));
                assertThat(client.endsOrderly()).isTrue();
            }
            assertThat(rig.metric("stillgate_upstream_ejections_total")).isZero();
        }
    }

    @Test
    @DisplayName("after a frame that cannot be read the end of the connection is the end, as in a tunnel")
    void endAfterAnUnreadableFrame() {
        byte[] compressed = frame(FIN | 0x40 | TEXT, new byte[9]);
        try (UpstreamScript upstream = ending(compressed);
                GatewayRig rig = builder(upstream).start()) {
            try (RawClient client = open(rig)) {
                expect(client, compressed);
                assertThat(client.endsOrderly()).isTrue();
            }
            assertThat(rig.finish().getFirst()).contains("\"outcome\":\"served\"", "\"session_unread\":true");
        }
    }
}
