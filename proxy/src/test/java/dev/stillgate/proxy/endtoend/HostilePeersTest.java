package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests slow, non-reading and greedy clients, named after their attacks. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class HostilePeersTest {
    private static double refused(GatewayRig rig, String reason) {
        return rig.metric("stillgate_connections_refused_total", "reason=\"" + reason + "\"");
    }

    private static void dripUntilClosed(RawClient client, String piece) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() - end < 0 && !hasResponse(client)) {
            try {
                client.send(piece);
            } catch (UncheckedIOException closed) {
                return;
            }
            Thread.sleep(50); // a drip is slow by nature
        }
    }

    private static boolean hasResponse(RawClient client) {
        try {
            return client.in().available() > 0;
        } catch (java.io.IOException closed) {
            return true;
        }
    }

    @Test
    void slowlorisHeadIsRefusedBeforeTheUpstream() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{headTimeout: 600ms}")
                        .start();
                RawClient client = rig.connect()) {
            client.send("GET /v1/models HTTP/1.1\r\nhost: a\r\nx-a: ");
            dripUntilClosed(client, "b");
            assertThat(client.statuses()).containsExactly(408);
            assertThat(rig.reason("head-timeout")).isEqualTo(1);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void rudyBodyIsRefusedBeforeTheUpstream() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{bodyTimeout: 2s, bodyRate: 256}")
                        .start();
                RawClient client = rig.connect()) {
            client.send(
                    Requests.head("POST", "/v1/messages", "content-type: application/json", "content-length: 100000")
                            + "\r\n");
            dripUntilClosed(client, " ");
            assertThat(client.statuses()).containsExactly(408);
            assertThat(rig.reason("body-too-slow")).isEqualTo(1);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void slowReadCancelsTheUpstream() throws Exception {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n");
            while (true) {
                c.send("data: {}\n\n".repeat(1000));
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .timeouts("{idle: off}")
                        .limits("{answerTimeout: 1s}")
                        .start();
                RawClient client = new RawClient(rig.port(), 4096)) {
            client.send(Requests.chat());
            upstream.connection(0).closedAt();
            GatewayRig.eventually("it is told", () -> rig.reason("slow-reader") == 1);
            assertThat(rig.metric("stillgate_exchanges_active")).isZero();
        }
    }

    @Test
    void excessConnectionsOfAnAddressGet503() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{connectionsPerAddress: 3}")
                        .start()) {
            List<RawClient> held = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                held.add(rig.connect());
                assertThat(held.getLast().send(Requests.messages()).answer().status())
                        .isEqualTo(200);
            }
            try (RawClient more = rig.connect()) {
                assertThat(more.rest()).startsWith("HTTP/1.1 503 ").contains("connection: close", "retry-after: 1");
            }
            assertThat(refused(rig, "address-connections")).isEqualTo(1);
            held.getFirst().close();
            GatewayRig.eventually("there is room again", () -> {
                try (RawClient again = rig.connect()) {
                    return again.send(Requests.messages()).head().startsWith("HTTP/1.1 200");
                } catch (UncheckedIOException stillRefused) {
                    return false;
                }
            });
            held.forEach(RawClient::close);
            assertThat(upstream.requests()).hasSizeGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void connectionsBehindATrustedProxyAreNotLimited() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .trustedHops(1)
                        .limits("{connectionsPerAddress: 1}")
                        .start();
                RawClient one = rig.connect();
                RawClient two = rig.connect()) {
            assertThat(one.send(Requests.messages()).answer().status()).isEqualTo(200);
            assertThat(two.send(Requests.messages()).answer().status()).isEqualTo(200);
        }
    }

    @Test
    void totalConnectionsAreLimited() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{connections: 1}")
                        .start();
                RawClient one = rig.connect()) {
            assertThat(one.send(Requests.messages()).answer().status()).isEqualTo(200);
            try (RawClient more = rig.connect()) {
                assertThat(more.rest()).startsWith("HTTP/1.1 503 ");
            }
            assertThat(refused(rig, "connections")).isEqualTo(1);
        }
    }

    @Test
    void excessUpstreamRequestsOfAnAccountAreRefused() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            while (c.request() != null) {
                go.await();
                c.send(UpstreamScript.JSON_ANSWER);
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{exchangesPerAccount: 1, exchangesPerAddress: 2}")
                        .start();
                RawClient first = rig.connect();
                RawClient second = rig.connect()) {
            first.send(Requests.messages("x-api-key: one"));
            upstream.connection(0);
            RawClient.Response tooMany = rig.ask(Requests.messages("x-api-key: one"));
            assertThat(tooMany.status()).isEqualTo(429);
            assertThat(tooMany.values("retry-after")).containsExactly("1");
            assertThat(tooMany.text()).contains("rate_limit_error");
            assertThat(rig.reason("account-exchanges")).isEqualTo(1);
            second.send(Requests.messages("x-api-key: two"));
            upstream.connection(1);
            assertThat(rig.ask(Requests.messages("x-api-key: three")).status()).isEqualTo(429);
            assertThat(rig.reason("address-exchanges")).isEqualTo(1);
            go.countDown();
            assertThat(first.answer().status()).isEqualTo(200);
            assertThat(second.answer().status()).isEqualTo(200);
            assertThat(first.send(Requests.messages("x-api-key: one")).answer().status())
                    .as("places are freed")
                    .isEqualTo(200);
            assertThat(upstream.requests()).hasSize(3);
        }
    }

    /** The provider has not checked the signature yet, so the first request may be of anyone. */
    @Test
    void claimedAccessKeyTakesNoPlaceOfItsOwner() throws Exception {
        String claim = "authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/bedrock"
                + "/aws4_request, SignedHeaders=host;x-amz-date, Signature=0f";
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{credential: [aws-access-key]}")
                        .limits("{exchangesPerAccount: 1}")
                        .start();
                RawClient slow = rig.connect()) {
            slow.send(
                    Requests.head("POST", "/v1/messages", "expect: 100-continue", "content-length: 9", claim) + "\r\n");
            assertThat(slow.answer().status()).isEqualTo(100);
            assertThat(rig.ask(Requests.messages(claim)).status()).isEqualTo(200);
        }
    }

    @Test
    void requestsAreRefusedAndHealthServedWhenMemoryIsLow() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).limits("{shedAt: 20}").start();
                RawClient before = rig.connect()) {
            assertThat(before.send(Requests.messages()).answer().status()).isEqualTo(200);
            long pieces = Runtime.getRuntime().maxMemory() / 100 * 24 / (1 << 20);
            List<byte[]> held = new ArrayList<>();
            for (long i = 0; i < pieces; i++) {
                held.add(new byte[1 << 20]);
            }
            System.gc();
            GatewayRig.eventually("it is overloaded", () -> rig.metric("stillgate_overloaded") == 1);
            RawClient.Response refused = before.send(Requests.messages()).answer();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.values("retry-after")).containsExactly("1");
            assertThat(rig.reason("overload")).isEqualTo(1);
            try (RawClient late = rig.connect()) {
                assertThat(late.rest()).startsWith("HTTP/1.1 503 ");
            }
            assertThat(refused(rig, "overload")).isEqualTo(1);
            assertThat(rig.admin("GET /healthz").status()).isEqualTo(200);
            assertThat(held).hasSize((int) pieces);
            held.clear();
            System.gc();
            GatewayRig.eventually("it is over", () -> rig.metric("stillgate_overloaded") == 0);
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(upstream.requests()).hasSize(2);
        }
    }
}
