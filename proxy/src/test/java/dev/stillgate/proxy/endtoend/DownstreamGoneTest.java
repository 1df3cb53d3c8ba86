package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tests clients that disconnect: whatever the exchange was doing, its upstream request is cancelled at once. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class DownstreamGoneTest {
    private static final Logger LOG = LoggerFactory.getLogger(DownstreamGoneTest.class);
    private static final Duration SOON = Duration.ofMillis(500);

    private static void leave(RawClient client, boolean reset) {
        if (reset) {
            client.reset();
        } else {
            client.close();
        }
    }

    private static void closedSoon(String phase, UpstreamScript upstream, long since) throws InterruptedException {
        Duration took = Duration.ofNanos(upstream.connection(0).closedAt() - since);
        LOG.info("gone while {}: upstream closed after {} ms", phase, took.toNanos() / 1e6);
        assertThat(took).isLessThan(SOON);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientLeavesWhileTheBodyIsRead(boolean reset) {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send(Requests.messages().substring(0, Requests.messages().length() - 5));
            GatewayRig.eventually("begun", () -> rig.metric("stillgate_exchanges_active") == 1);
            leave(client, reset);
            assertThat(rig.finish().getFirst()).contains("\"downstream_gone\"", "\"gone-reading-body\"");
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientLeavesWhileConnecting(boolean reset) throws IOException {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket first = new Socket(full.getInetAddress(), full.getLocalPort());
                Socket second = new Socket(full.getInetAddress(), full.getLocalPort());
                GatewayRig rig = GatewayRig.with()
                        .toPort(full.getLocalPort())
                        .timeouts("{connect: 60s}")
                        .start();
                RawClient client = rig.connect()) {
            assertThat(first.isConnected() && second.isConnected()).isTrue();
            client.send(Requests.post("/v1/blobs/1", "x".repeat(100)));
            GatewayRig.eventually("begun", () -> rig.metric("stillgate_exchanges_active") == 1);
            leave(client, reset);
            assertThat(rig.finish().getFirst()).contains("\"downstream_gone\"", "\"gone-connecting\"");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientLeavesWhileTheFirstByteIsAwaited(boolean reset) throws InterruptedException {
        UpstreamScript upstream = UpstreamScript.of(UpstreamScript.Connection::drain);
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send(Requests.messages());
            GatewayRig.eventually(
                    "asked", () -> upstream.connection(0).received().endsWith("]}"));
            long since = System.nanoTime();
            leave(client, reset);
            closedSoon("awaiting the first byte", upstream, since);
            assertThat(rig.finish().getFirst()).contains("\"downstream_gone\"", "\"gone-awaiting-answer\"");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientLeavesWhileStreaming(boolean reset) throws InterruptedException {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
            c.send(UpstreamScript.chunk("data: {\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}\n\n"));
            c.drain();
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send(Requests.chat()).head();
            client.read(20);
            long since = System.nanoTime();
            leave(client, reset);
            closedSoon("streaming", upstream, since);
            assertThat(rig.finish().getFirst())
                    .contains("\"downstream_gone\"", "\"gone-streaming\"", "\"gen_ai.usage.output_tokens\":6");
        }
    }

    /** Only for resets: a FIN queues behind data that the client's kernel could not send yet. */
    @Test
    void clientLeavesWhileTheUploadIsPaused() throws InterruptedException {
        java.util.concurrent.CountDownLatch left = new java.util.concurrent.CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.narrow(c -> {
            left.await();
            c.drain();
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            byte[] piece = new byte[64 * 1024];
            client.send(Requests.head("POST", "/v1/blobs/1", "Content-Length: 30000000") + "\r\n");
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 400; i++) {
                        client.send(piece);
                    }
                } catch (java.io.UncheckedIOException closed) {
                    // as intended
                }
            });
            sender.join(Duration.ofMillis(400));
            assertThat(sender.isAlive()).as("the upload is paused").isTrue();
            client.reset();
            GatewayRig.eventually("noticed", () -> rig.metric("stillgate_exchanges_active") == 0);
            left.countDown();
            upstream.connection(0).closedAt();
            assertThat(rig.finish().getFirst()).contains("\"downstream_gone\"");
        }
    }

    @Test
    void clientLeavesAfterPipeliningTooMuch() throws InterruptedException {
        java.util.concurrent.CountDownLatch asked = new java.util.concurrent.CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            asked.countDown();
            c.drain();
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send("GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n");
            asked.await();
            client.send(new byte[100_000]);
            GatewayRig.eventually("reading pauses", () -> rig.metric("stillgate_exchanges_active") == 1);
            client.reset();
            GatewayRig.eventually("noticed", () -> rig.metric("stillgate_exchanges_active") == 0);
            upstream.connection(0).closedAt();
            assertThat(rig.finish().getFirst()).contains("\"downstream_gone\"");
        }
    }
}
