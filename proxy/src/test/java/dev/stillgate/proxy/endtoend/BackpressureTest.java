package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that a side that does not read pauses the other, instead of filling the gateway's memory. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class BackpressureTest {
    private static final long TOTAL = 256L << 20;
    private static final int PIECE = 64 * 1024;
    private static final long BOUND = 24L << 20;

    private static long directMemory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    /** Waits until a count stops growing, and returns it. */
    private static long standsStillAt(AtomicLong count) throws InterruptedException {
        long before = -1;
        while (count.get() != before || before == 0) {
            before = count.get();
            Thread.sleep(250);
        }
        return before;
    }

    private static byte[] piece(int number) {
        byte[] bytes = new byte[PIECE];
        for (int i = 0; i < PIECE; i++) {
            bytes[i] = (byte) (number * 31 + i);
        }
        return bytes;
    }

    private static void readAll(InputStream in) throws IOException {
        for (int i = 0; i < TOTAL / PIECE; i++) {
            if (!java.util.Arrays.equals(in.readNBytes(PIECE), piece(i))) {
                throw new AssertionError("piece " + i + " is not what was sent");
            }
        }
    }

    @Test
    void pausedClientPausesTheUpstreamAndGetsEveryByte() throws Exception {
        AtomicLong sent = new AtomicLong();
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-length: " + TOTAL + "\r\n\r\n");
            for (int i = 0; i < TOTAL / PIECE; i++) {
                c.send(piece(i));
                sent.addAndGet(PIECE);
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = new RawClient(rig.port(), 64 * 1024)) {
            long before = directMemory();
            client.send(Requests.get("/v1/models", "Connection: close")).head();
            long stalled = standsStillAt(sent);
            assertThat(stalled).isLessThan(TOTAL / 4);
            assertThat(directMemory() - before).isLessThan(BOUND);
            readAll(client.in());
            assertThat(client.rest()).isEmpty();
            assertThat(rig.finish().getFirst()).contains("\"served\"", "\"bytes_sent\":" + TOTAL);
        }
    }

    @Test
    void endOfTheLastResponseWaitsForASlowClient() throws Exception {
        int size = 2 << 20;
        UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json("x".repeat(size)));
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = new RawClient(rig.port(), 4096)) {
            client.send(Requests.get("/v1/models", "Connection: close")).head();
            int got = 0;
            while (rig.metric("stillgate_exchanges_active") == 1) {
                got += client.read(64 * 1024).length();
            }
            Thread.sleep(2_600); // longer than a closing connection reads on
            assertThat(got + client.read(size - got).length()).isEqualTo(size);
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void pausedUpstreamPausesTheUpload() throws Exception {
        AtomicLong sent = new AtomicLong();
        CountDownLatch go = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.narrow(c -> {
            go.await();
            String head = "";
            while (!head.endsWith("\r\n\r\n")) {
                head += (char) c.in().read();
            }
            readAll(c.in());
            c.send(UpstreamScript.JSON_ANSWER);
        });
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{body: 300MiB, bodyMemory: 300MiB}")
                        .start();
                RawClient client = rig.connect()) {
            long before = directMemory();
            client.send(Requests.head("POST", "/v1/blobs/1", "Content-Length: " + TOTAL) + "\r\n");
            Thread sender = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < TOTAL / PIECE; i++) {
                    client.send(piece(i));
                    sent.addAndGet(PIECE);
                }
            });
            assertThat(standsStillAt(sent)).isLessThan(TOTAL / 4);
            assertThat(directMemory() - before).isLessThan(BOUND);
            go.countDown();
            sender.join(Duration.ofSeconds(30));
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void eventReachesTheClientBeforeTheNextIsSent() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
            for (int i = 0; i < 20; i++) {
                c.send(UpstreamScript.chunk("data: {\"n\":" + i + "}\n\n"));
                SEEN[i].await();
            }
            c.send("0\r\n\r\n");
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send(Requests.chat()).head();
            for (int i = 0; i < 20; i++) {
                String chunk = UpstreamScript.chunk("data: {\"n\":" + i + "}\n\n");
                assertThat(client.read(chunk.length())).isEqualTo(chunk);
                SEEN[i].countDown();
            }
            assertThat(client.read(5)).isEqualTo("0\r\n\r\n");
        }
    }

    private static final CountDownLatch[] SEEN = java.util.stream.Stream.generate(() -> new CountDownLatch(1))
            .limit(20)
            .toArray(CountDownLatch[]::new);
}
