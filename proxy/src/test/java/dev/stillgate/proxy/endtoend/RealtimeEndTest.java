package dev.stillgate.proxy.endtoend;

import static dev.stillgate.proxy.endtoend.RealtimeTest.builder;
import static dev.stillgate.proxy.endtoend.RealtimeTest.closing;
import static dev.stillgate.proxy.endtoend.RealtimeTest.expect;
import static dev.stillgate.proxy.endtoend.RealtimeTest.open;
import static dev.stillgate.proxy.rig.RealtimeModel.CREATED;
import static dev.stillgate.proxy.rig.RealtimeModel.done;
import static dev.stillgate.proxy.rig.WebSocketFrames.CLOSE;
import static dev.stillgate.proxy.rig.WebSocketFrames.FIN;
import static dev.stillgate.proxy.rig.WebSocketFrames.frame;
import static dev.stillgate.proxy.rig.WebSocketFrames.join;
import static dev.stillgate.proxy.rig.WebSocketFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RealtimeModel;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests sessions of the Realtime API that end by the upstream, by silence, or by a drain of the gateway. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class RealtimeEndTest {
    private static final byte[] ENDED = frame(FIN | CLOSE, new byte[] {3, (byte) 0xe9});

    /** Returns an upstream that ends sessions, and runs the script when it has the client's Close frame. */
    private static UpstreamScript ending(UpstreamScript.Script then) {
        return UpstreamScript.of(c -> {
            c.send(RealtimeModel.switched(c.request()));
            c.send(join(text(CREATED), text(done(3, 4)), ENDED));
            RealtimeModel.frame(c.in());
            then.serve(c);
        });
    }

    @Test
    @DisplayName("a reset after the upstream's Close frame is an end in order, and no failure of the endpoint")
    void resetAfterCloseFrame() {
        try (UpstreamScript one = ending(UpstreamScript.Connection::reset);
                UpstreamScript other = ending(UpstreamScript.Connection::reset);
                GatewayRig rig = builder(one)
                        .to(other)
                        .upstreamKeys("ejection: {failures: 1}")
                        .start()) {
            for (int i = 0; i < 6; i++) {
                try (RawClient client = open(rig)) {
                    expect(client, join(text(done(3, 4)), ENDED));
                    client.send(closing());
                    assertThat(client.endsOrderly()).isTrue();
                }
            }
            assertThat(rig.metric("stillgate_upstream_ejections_total")).isZero();
            List<String> log = rig.finish();
            assertThat(log)
                    .hasSize(6)
                    .allSatisfy(line -> assertThat(line).contains("\"outcome\":\"served\"", "\"session_responses\":1"));
        }
    }

    @Test
    @DisplayName("after the upstream's Close frame a client is not reset, even if the connection stays open")
    void silenceAfterCloseFrame() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        UpstreamScript.Script silent = c -> {
            closed.countDown();
            c.drain();
        };
        try (UpstreamScript upstream = ending(silent);
                GatewayRig rig = builder(upstream).timeouts("{idle: 30s}").start();
                RawClient client = open(rig)) {
            expect(client, join(text(done(3, 4)), ENDED));
            client.send(closing());
            assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
            rig.ticker().jump(Duration.ofSeconds(31));
            assertThat(client.endsOrderly()).isTrue();
            assertThat(rig.reason("idle-timeout")).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("a silent session ends with a Close frame for an error")
    void silentSessionIsClosed() throws IOException {
        try (UpstreamScript upstream = RealtimeModel.start(1, 1);
                GatewayRig rig = builder(upstream).timeouts("{idle: 30s}").start();
                RawClient client = open(rig)) {
            rig.ticker().jump(Duration.ofSeconds(31));
            byte[] close = client.in().readNBytes(4);
            assertThat(close).startsWith(0x88).endsWith(1011 >> 8, 1011 & 0xff);
            assertThat(client.endsOrderly()).isTrue();
            assertThat(rig.reason("idle-timeout")).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("silence in sessions ejects no endpoint")
    void silentSessionIsNoFailureOfItsEndpoint() throws IOException {
        try (UpstreamScript upstream = RealtimeModel.start(1, 1);
                UpstreamScript second = RealtimeModel.start(1, 1);
                GatewayRig rig = builder(upstream)
                        .to(second)
                        .upstreamKeys("ejection: {failures: 1}")
                        .timeouts("{idle: 30s}")
                        .start();
                RawClient client = open(rig)) {
            rig.ticker().jump(Duration.ofSeconds(31));
            assertThat(RealtimeModel.frame(client.in()).opcode()).isEqualTo(CLOSE);
            assertThat(rig.metric("stillgate_upstream_ejections_total")).isZero();
        }
    }

    @Test
    @DisplayName("at the end of a drain a session gets a Close frame that tells its client to connect again")
    void drainEndsSessions() throws IOException {
        try (UpstreamScript upstream = RealtimeModel.start(3, 4);
                GatewayRig rig = builder(upstream).start()) {
            try (RawClient client = open(rig)) {
                rig.drain(Duration.ofSeconds(3));
                assertThat(client.in().readNBytes(4)).startsWith(0x88).endsWith(1012 >> 8, 1012 & 0xff);
                assertThat(client.rest()).startsWith("The server restarts");
            }
            assertThat(rig.finish().getFirst())
                    .contains("\"outcome\":\"truncated\"", "\"response_code_details\":\"draining\"");
        }
    }
}
