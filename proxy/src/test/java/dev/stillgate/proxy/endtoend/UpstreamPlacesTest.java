package dev.stillgate.proxy.endtoend;

import static dev.stillgate.proxy.rig.BusyModel.awaitWaiting;
import static dev.stillgate.proxy.rig.BusyModel.taken;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.BusyModel;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the places of an upstream's concurrency limit are freed, and how a new policy changes them. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class UpstreamPlacesTest {
    private static final String ONE = "concurrency: {most: 1, queue: 2, queueTimeout: 3s}";

    private static UpstreamScript.Script ending(String how) {
        return switch (how) {
            case "answer" -> c -> c.send(UpstreamScript.JSON_ANSWER);
            case "reset" -> UpstreamScript.Connection::reset;
            case "close" -> UpstreamScript.Connection::close;
            case "garbage" -> c -> c.send("what?\r\n\r\n");
            case "cut" ->
                c -> {
                    c.send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc");
                    c.close();
                };
            case "500" -> c -> c.send("HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n");
            case "until-close" ->
                c -> {
                    c.send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{}");
                    c.close();
                };
            default -> throw new IllegalArgumentException(how);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"answer", "reset", "close", "garbage", "cut", "500", "until-close"})
    void placeIsFreedHoweverAResponseEnds(String how) {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            while (c.request() != null) {
                ending(how).serve(c);
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .upstreamKeys("concurrency: {most: 1, queue: 0}")
                        .start()) {
            for (int i = 0; i < 5; i++) {
                assertThat(rig.ask(Requests.messages()).status()).isNotEqualTo(503);
                GatewayRig.eventually("the place is free", () -> taken(rig) == 0);
            }
        }
    }

    @Test
    void placeIsFreedWhenTheResponseTimesOut() {
        BusyModel worker = new BusyModel();
        try (UpstreamScript upstream = worker.script();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .timeouts("{firstByte: 20s}")
                        .upstreamKeys(ONE)
                        .start();
                RawClient client = rig.connect()) {
            client.send(Requests.messages());
            worker.awaitAsked(1);
            rig.ticker().jump(Duration.ofSeconds(21));
            assertThat(client.answer().status()).isEqualTo(504);
            assertThat(taken(rig)).isZero();
        }
    }

    @Test
    void placeIsFreedWhenNoEndpointIsReachable() throws IOException {
        int dead;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            dead = socket.getLocalPort();
        }
        try (GatewayRig rig = GatewayRig.with().toPort(dead).upstreamKeys(ONE).start()) {
            for (int i = 0; i < 5; i++) {
                assertThat(rig.ask(Requests.messages()).status()).isEqualTo(502);
                assertThat(taken(rig)).isZero();
            }
        }
    }

    @Test
    void retryKeepsItsPlace() throws IOException {
        int dead;
        try (UpstreamScript gone = UpstreamScript.answering()) {
            dead = gone.port();
        }
        try (UpstreamScript good = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .toPort(dead)
                        .to(good)
                        .upstreamKeys(ONE)
                        .start()) {
            for (int i = 0; i < 30; i++) {
                assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            }
            assertThat(rig.metric("stillgate_upstream_retries_total")).isPositive();
            GatewayRig.eventually("the place is free", () -> taken(rig) == 0);
        }
    }

    @Test
    void raisedLimitAdmitsQueuedExchanges() throws Exception {
        BusyModel worker = new BusyModel();
        try (UpstreamScript upstream = worker.script();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .upstreamKeys("concurrency: {most: 1, queue: 9, queueTimeout: 9s}")
                        .start()) {
            rig.ticker().stop();
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                clients.add(rig.connect().send(Requests.messages()));
                awaitWaiting(rig, i);
            }
            worker.awaitAsked(1);
            rig.policy(GatewayRig.with()
                    .to(upstream)
                    .upstreamKeys("concurrency: {most: 3, queue: 0, queueTimeout: 9s}")
                    .policy());
            rig.reload();
            worker.awaitAsked(3);
            assertThat(rig.metric("stillgate_upstream_waiting")).isEqualTo(3);
            assertThat(rig.ask(Requests.messages()).status())
                    .as("the limit is reached")
                    .isEqualTo(503);
            rig.policy(GatewayRig.with().to(upstream).policy());
            rig.reload();
            worker.awaitAsked(6);
            assertThat(taken(rig)).isEqualTo(6);
            worker.answers.release(6);
            for (RawClient each : clients) {
                assertThat(each.answer().status()).isEqualTo(200);
                each.close();
            }
        }
    }

    @Test
    void exchangesInProgressCountForANewLimit() throws Exception {
        BusyModel worker = new BusyModel();
        try (UpstreamScript upstream = worker.script();
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient first = rig.connect();
                RawClient second = rig.connect()) {
            first.send(Requests.messages());
            second.send(Requests.messages());
            worker.awaitAsked(2);
            rig.policy(GatewayRig.with()
                    .to(upstream)
                    .upstreamKeys("concurrency: {most: 2, queue: 0}")
                    .policy());
            rig.reload();
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(503);
            worker.answers.release(3);
            assertThat(first.answer().status()).isEqualTo(200);
            assertThat(second.answer().status()).isEqualTo(200);
            GatewayRig.eventually("the places are free", () -> taken(rig) == 0);
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
        }
    }

    /**
     * The model never exceeds its limit, over all event loops, and no exchange stays queued. When clients disconnect, a
     * place may be free before the model has noticed.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void concurrentExchangesRespectTheLimitAndFreeEveryPlace(boolean leaving) throws InterruptedException {
        AtomicInteger busy = new AtomicInteger();
        AtomicInteger busiest = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        UpstreamScript upstream = UpstreamScript.of(c -> {
            while (c.request() != null) {
                busiest.accumulateAndGet(busy.incrementAndGet(), Math::max);
                Thread.sleep(1);
                busy.decrementAndGet();
                c.send(UpstreamScript.JSON_ANSWER);
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .threads(3)
                        .upstreamKeys("concurrency: {most: 4, queue: 200, queueTimeout: 60s}")
                        .start()) {
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                Random random = new Random(i);
                callers.add(Thread.ofVirtual().start(() -> {
                    for (int n = 0; n < 20; n++) {
                        call(rig, leaving ? random.nextInt(4) : 2, answered);
                    }
                }));
            }
            for (Thread caller : callers) {
                caller.join();
            }
            GatewayRig.eventually("all places are free", () -> taken(rig) == 0);
            assertThat(rig.metric("stillgate_upstream_waiting")).isZero();
            assertThat(rig.metric("stillgate_upstream_refused_total")).isZero();
            if (leaving) {
                assertThat(answered.get()).isPositive();
            } else {
                assertThat(answered).hasValue(24 * 20);
                assertThat(busiest).hasValueLessThanOrEqualTo(4);
            }
        }
    }

    private static void call(GatewayRig rig, int how, AtomicInteger answered) {
        try (RawClient client = rig.connect()) {
            client.send(Requests.messages());
            switch (how) {
                case 0 -> client.reset();
                case 1 -> LockSupport.parkNanos(3_000_000); // and disconnects in any phase
                default -> {
                    assertThat(client.answer().status()).isEqualTo(200);
                    answered.incrementAndGet();
                }
            }
        }
    }
}
