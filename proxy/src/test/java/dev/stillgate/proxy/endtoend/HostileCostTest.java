package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that the work a hostile connection causes is bounded by what it sends. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class HostileCostTest {
    private static final int BYTES = 20_000; // the leak detector tracks each buffer

    /** One-byte chunks (as in CVE-2023-39326): unjoined, each would be a write and a packet. */
    @Test
    void oneByteChunksAreJoined() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send(Requests.head("POST", "/v1/blobs/1", "Transfer-Encoding: chunked") + "\r\n");
            client.send("1\r\na\r\n".repeat(BYTES) + "0\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(upstream.requests().getFirst().text()).isEqualTo("a".repeat(BYTES));
            assertThat(upstream.connection(0).received().length()).isLessThan(BYTES + BYTES / 10);
        }
    }

    @Test
    void oneByteChunksSentOneByOneArrive() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send(Requests.head("POST", "/v1/blobs/1", "Transfer-Encoding: chunked") + "\r\n");
            for (int i = 1; i <= 20; i++) {
                int sent = i;
                client.send("1\r\na\r\n");
                GatewayRig.eventually("passed on", () -> received(upstream) == sent);
            }
            client.send("0\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    private static int received(UpstreamScript upstream) {
        String all = upstream.connection(0).received();
        int head = all.indexOf("\r\n\r\n");
        return head < 0 ? 0 : all.substring(head).replaceAll("[^a]", "").length();
    }

    /** A pipeline: one upstream request at a time, and none once the client is gone. */
    @Test
    void pipelineMakesOneUpstreamRequestAtATime() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            gone.await();
            c.send(UpstreamScript.JSON_ANSWER).drain();
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send(Requests.get("/v1/models").repeat(400));
            upstream.connection(0);
            client.reset();
            GatewayRig.eventually("over", () -> rig.metric("stillgate_exchanges_active") == 0);
            gone.countDown();
            upstream.connection(0).closedAt();
            assertThat(upstream.connections()).hasSize(1);
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    /** A pipeline with unread responses: no request is processed while responses are pending. */
    @Test
    void unreadPipelineIsServedUpToALimit() throws Exception {
        int flood = 80_000;
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{answerTimeout: 1s}")
                        .start();
                RawClient client = new RawClient(rig.port(), 4096)) {
            byte[] some = Requests.get("/nowhere").repeat(100).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < flood; i += 100) {
                        client.send(some);
                    }
                } catch (java.io.UncheckedIOException closed) {
                    return;
                }
            });
            sender.join();
            assertThat(rig.reason("no-route")).isLessThan(flood * 0.75);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    /** A head with the maximum of connection options and fields costs no more than its refusal. */
    @Test
    void manyConnectionOptionsAreRefusedEarly() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            String[] fields = new String[120];
            Arrays.fill(fields, "Connection: " + "a,".repeat(100) + "b");
            assertThat(rig.ask(Requests.get("/v1/models", fields)).status()).isEqualTo(400);
            assertThat(rig.reason("connection")).isEqualTo(1);
            assertThat(upstream.connections()).isEmpty();
        }
    }
}
