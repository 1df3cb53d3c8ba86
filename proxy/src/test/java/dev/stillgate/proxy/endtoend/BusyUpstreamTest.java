package dev.stillgate.proxy.endtoend;

import static dev.stillgate.proxy.rig.BusyModel.awaitWaiting;
import static dev.stillgate.proxy.rig.BusyModel.taken;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.BusyModel;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the concurrency limit of an upstream: queueing, refusal, and clients that disconnect while queued. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class BusyUpstreamTest {
    private static final String ONE = "concurrency: {most: 1, queue: 2, queueTimeout: 3s}";
    private static final String STREAM_HEAD =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

    private static void leave(RawClient client, boolean reset) {
        if (reset) {
            client.reset();
        } else {
            client.close();
        }
    }

    private static double refused(GatewayRig rig, String reason) {
        return rig.metric("stillgate_upstream_refused_total", "reason=\"" + reason + "\"");
    }

    @Test
    void excessExchangesAreQueuedInOrder() throws IOException {
        BusyModel worker = new BusyModel();
        try (UpstreamScript upstream = worker.script();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).upstreamKeys(ONE).start();
                RawClient first = rig.connect();
                RawClient second = rig.connect();
                RawClient third = rig.connect()) {
            rig.ticker().stop();
            first.send(Requests.messages("x-who: first"));
            worker.awaitAsked(1);
            second.send(Requests.messages("x-who: second"));
            awaitWaiting(rig, 1);
            third.send(Requests.chat("x-who: third"));
            awaitWaiting(rig, 2);
            assertThat(worker.asked).hasValue(1);
            for (RawClient each : List.of(first, second, third)) {
                worker.answers.release();
                assertThat(each.answer().status()).isEqualTo(200);
            }
            assertThat(worker.busiest).hasValue(1);
            assertThat(upstream.requests())
                    .extracting(request -> request.values("x-who").getFirst())
                    .containsExactly("first", "second", "third");
            GatewayRig.eventually("all places are free", () -> taken(rig) == 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/messages, overloaded_error", "/v1/chat/completions, service_unavailable_error"})
    void fullQueueIsRefusedInTheProvidersFormat(String path, String type) {
        BusyModel worker = new BusyModel();
        String body = path.endsWith("messages") ? Requests.MESSAGES_BODY : Requests.CHAT_BODY;
        try (UpstreamScript upstream = worker.script();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .upstreamKeys("concurrency: {most: 1, queue: 1, queueTimeout: 3s}")
                        .start();
                RawClient first = rig.connect();
                RawClient second = rig.connect();
                RawClient third = rig.connect()) {
            rig.ticker().stop();
            first.send(Requests.messages());
            worker.awaitAsked(1);
            second.send(Requests.messages());
            awaitWaiting(rig, 1);
            RawClient.Response busy = third.send(Requests.post(path, body)).answer();
            assertThat(busy.status()).isEqualTo(503);
            assertThat(busy.values("retry-after")).containsExactly("3");
            assertThat(busy.text()).contains("\"" + type + "\"", "The model is busy; try again soon.");
            assertThat(refused(rig, "queue-full")).isEqualTo(1);
            assertThat(rig.reason("upstream-queue-full")).isEqualTo(1);
            worker.answers.release(3);
            assertThat(first.answer().status()).isEqualTo(200);
            assertThat(second.answer().status()).isEqualTo(200);
            assertThat(third.send(Requests.post(path, body)).answer().status())
                    .as("on the connection that was refused")
                    .isEqualTo(200);
        }
    }

    /** A wait is measured from the event loop's last tick; a head that times out shows that the loop has ticked. */
    @Test
    void queueTimeoutRefusesOneExchangeOnly() {
        BusyModel worker = new BusyModel();
        try (UpstreamScript upstream = worker.script();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .upstreamKeys("concurrency: {most: 1, queue: 2, queueTimeout: 30s}")
                        .start();
                RawClient first = rig.connect();
                RawClient second = rig.connect();
                RawClient incomplete = rig.connect()) {
            rig.ticker().stop();
            incomplete.send("POST /v1/messages HTTP/1.1\r\n");
            first.send(Requests.messages());
            worker.awaitAsked(1);
            second.send(Requests.messages());
            awaitWaiting(rig, 1);
            rig.ticker().jump(Duration.ofSeconds(20));
            assertThat(incomplete.statuses()).containsExactly(408);
            assertThat(rig.metric("stillgate_upstream_waiting")).isEqualTo(1);
            try (RawClient third = rig.connect()) {
                third.send(Requests.messages());
                awaitWaiting(rig, 2);
                rig.ticker().jump(Duration.ofSeconds(15));
                RawClient.Response late = second.answer();
                assertThat(late.status()).isEqualTo(503);
                assertThat(late.values("retry-after")).containsExactly("30");
                assertThat(refused(rig, "queue-timeout")).isEqualTo(1);
                assertThat(rig.reason("upstream-queue-timeout")).isEqualTo(1);
                worker.answers.release(2);
                assertThat(first.answer().status()).isEqualTo(200);
                assertThat(third.answer().status()).isEqualTo(200);
                assertThat(worker.asked).hasValue(2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void disconnectedClientLeavesTheQueue(boolean reset) throws IOException {
        BusyModel worker = new BusyModel();
        try (UpstreamScript upstream = worker.script();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).upstreamKeys(ONE).start();
                RawClient first = rig.connect();
                RawClient second = rig.connect();
                RawClient third = rig.connect()) {
            rig.ticker().stop();
            first.send(Requests.messages());
            worker.awaitAsked(1);
            second.send(Requests.messages("x-who: gone"));
            awaitWaiting(rig, 1);
            third.send(Requests.messages());
            awaitWaiting(rig, 2);
            leave(second, reset);
            awaitWaiting(rig, 1);
            assertThat(worker.asked).hasValue(1);
            worker.answers.release(2);
            assertThat(first.answer().status()).isEqualTo(200);
            assertThat(third.answer().status()).isEqualTo(200);
            assertThat(upstream.requests())
                    .allSatisfy(request -> assertThat(request.values("x-who")).isEmpty());
            assertThat(rig.finish().getFirst()).contains("\"downstream_gone\"", "\"gone-connecting\"");
        }
    }

    @Test
    void resetStreamLeavesTheQueue() {
        BusyModel worker = new BusyModel();
        try (UpstreamScript upstream = worker.script();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).upstreamKeys(ONE).start();
                Http2Client client = new Http2Client(rig.port())) {
            rig.ticker().stop();
            client.post(1, "/v1/messages", Requests.MESSAGES_BODY);
            worker.awaitAsked(1);
            client.post(3, "/v1/messages", Requests.MESSAGES_BODY);
            awaitWaiting(rig, 1);
            client.post(5, "/v1/messages", Requests.MESSAGES_BODY);
            awaitWaiting(rig, 2);
            client.frame(Http2Client.RST_STREAM, 0, 3, new byte[] {0, 0, 0, 8});
            awaitWaiting(rig, 1);
            worker.answers.release(2);
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(client.answer(5).status()).isEqualTo(200);
            assertThat(worker.asked).hasValue(2);
        }
    }

    /** While the exchange is queued no more of the upload is read, according to the kernel. */
    @ParameterizedTest
    @CsvSource({"10, false", "10, true", "10000, false", "100000, true"})
    void clientDisconnectedDuringUploadLeavesTheQueue(int sent, boolean reset) {
        BusyModel worker = new BusyModel();
        try (UpstreamScript upstream = worker.script();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).upstreamKeys(ONE).start();
                RawClient first = rig.connect();
                RawClient second = rig.connect()) {
            rig.ticker().stop();
            first.send(Requests.messages());
            worker.awaitAsked(1);
            second.send(Requests.head("POST", "/v1/blobs/1", "content-length: 30000000") + "\r\n" + "x".repeat(sent));
            awaitWaiting(rig, 1);
            leave(second, reset);
            awaitWaiting(rig, 0);
            worker.answers.release();
            assertThat(first.answer().status()).isEqualTo(200);
            assertThat(worker.asked).hasValue(1);
        }
    }

    @Test
    void streamHoldsItsPlaceToItsEnd() {
        Semaphore goOn = new Semaphore(0);
        AtomicInteger asked = new AtomicInteger();
        UpstreamScript upstream = UpstreamScript.of(c -> {
            while (c.request() != null) {
                asked.incrementAndGet();
                c.send(STREAM_HEAD).send(UpstreamScript.chunk("data: {}\n\n"));
                goOn.acquire();
                c.send("0\r\n\r\n");
            }
        });
        try (upstream;
                GatewayRig rig =
                        GatewayRig.with().to(upstream).upstreamKeys(ONE).start();
                RawClient first = rig.connect();
                RawClient second = rig.connect()) {
            rig.ticker().stop();
            first.send(Requests.chat()).head();
            first.read(10);
            second.send(Requests.chat());
            awaitWaiting(rig, 1);
            assertThat(asked).hasValue(1);
            goOn.release(2);
            assertThat(second.answer().whole()).isTrue();
            assertThat(asked).hasValue(2);
        }
    }

    /** A model that fails health checks on demand and counts all other requests. */
    private static final class Checked {
        private final AtomicInteger asked = new AtomicInteger();
        private volatile String health = "200 x";

        private UpstreamScript script(Semaphore answers) {
            return UpstreamScript.of(c -> {
                for (UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                    if (r.line().startsWith("GET /health")) {
                        c.send("HTTP/1.1 " + health + "\r\ncontent-length: 0\r\n\r\n");
                    } else {
                        asked.incrementAndGet();
                        answers.acquire();
                        c.send(UpstreamScript.JSON_ANSWER);
                    }
                }
            });
        }
    }

    @Test
    void queuedExchangeGoesToAHealthyEndpoint() {
        Semaphore answers = new Semaphore(0);
        Checked one = new Checked();
        Checked other = new Checked();
        try (UpstreamScript first = one.script(answers);
                UpstreamScript second = other.script(answers);
                GatewayRig rig = GatewayRig.with()
                        .to(first, second)
                        .upstreamKeys(
                                "concurrency: {most: 1, queue: 20, queueTimeout: 60s}, health: {path: /health, interval: 1s,"
                                        + " unhealthyAfter: 1}")
                        .start();
                RawClient holder = rig.connect()) {
            rig.ticker().stop();
            holder.send(Requests.messages());
            GatewayRig.eventually("one is busy", () -> one.asked.get() + other.asked.get() == 1);
            Checked idle = one.asked.get() == 0 ? one : other;
            List<RawClient> waiting = new ArrayList<>();
            for (int i = 0; i < 8; i++) { // the idle endpoint has fewer requests, and is always chosen
                waiting.add(rig.connect().send(Requests.messages()));
                awaitWaiting(rig, i + 1);
            }
            idle.health = "500 x";
            rig.ticker().jump(Duration.ofMillis(1_100));
            GatewayRig.eventually("unwell", () -> rig.metric("stillgate_upstream_endpoints_unwell") == 1);
            answers.release(9);
            for (RawClient each : waiting) {
                assertThat(each.answer().status()).isEqualTo(200);
                each.close();
            }
            assertThat(idle.asked).hasValue(0);
        }
    }
}
