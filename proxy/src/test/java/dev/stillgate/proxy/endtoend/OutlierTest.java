package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests ejection, pauses and health checks of endpoints, and what clients notice of them. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class OutlierTest {
    private static final String NO_RETRIES = "retries: {attempts: 1}, ejection: {failures: 3}";

    private static UpstreamScript answering(AtomicInteger count, String answer) {
        return UpstreamScript.of(c -> {
            while (c.request() != null) {
                count.incrementAndGet();
                c.send(answer);
            }
        });
    }

    private static UpstreamScript failing(String how, AtomicInteger count) {
        return UpstreamScript.of(c -> {
            c.request();
            count.incrementAndGet();
            switch (how) {
                case "500" -> c.send("HTTP/1.1 500 x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
                case "reset" -> c.reset();
                case "cut" -> c.send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc");
                default -> throw new IOException(how);
            }
            c.close();
        });
    }

    private static int ask(GatewayRig rig, int requests) {
        int good = 0;
        for (int i = 0; i < requests; i++) {
            RawClient.Response got = rig.ask(Requests.messages());
            good += got.status() == 200 && got.whole() ? 1 : 0;
        }
        return good;
    }

    @ParameterizedTest
    @ValueSource(strings = {"500", "reset", "cut"})
    void failingEndpointIsEjectedAndReturns(String how) {
        AtomicInteger failures = new AtomicInteger();
        try (UpstreamScript bad = failing(how, failures);
                UpstreamScript good = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().to(bad, good).upstreamKeys(NO_RETRIES).start()) {
            rig.ticker().stop();
            GatewayRig.eventually("ejected", () -> {
                ask(rig, 1);
                return rig.metric("stillgate_upstream_endpoints_ejected") == 1;
            });
            assertThat(failures).hasValue(3);
            assertThat(ask(rig, 30)).isEqualTo(30);
            assertThat(failures).hasValue(3);
            assertThat(rig.metric("stillgate_upstream_ejections_total", "endpoint=\"127.0.0.1:" + bad.port() + "\""))
                    .isEqualTo(1);
            rig.ticker().jump(Duration.ofSeconds(13));
            assertThat(rig.metric("stillgate_upstream_endpoints_available")).isEqualTo(2);
            rig.ticker().jump(Duration.ofSeconds(11));
            GatewayRig.eventually("asked again", () -> {
                ask(rig, 1);
                return failures.get() > 3;
            });
        }
    }

    @Test
    void clientsDoNotNoticeAnUnreachableEndpoint() throws IOException {
        int dead;
        try (UpstreamScript gone = UpstreamScript.answering()) {
            dead = gone.port();
        }
        try (UpstreamScript good = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with().toPort(dead).to(good).start()) {
            assertThat(ask(rig, 60)).isEqualTo(60);
            assertThat(rig.metric("stillgate_upstream_endpoints_ejected")).isEqualTo(1);
            assertThat(rig.metric("stillgate_upstream_connections_failed_total"))
                    .as("tried without success")
                    .isEqualTo(5);
            assertThat(good.requests()).hasSize(60);
        }
    }

    @Test
    void onlyEndpointIsNeverEjected() {
        AtomicInteger failures = new AtomicInteger();
        try (UpstreamScript bad = failing("500", failures);
                GatewayRig rig =
                        GatewayRig.with().to(bad).upstreamKeys(NO_RETRIES).start()) {
            assertThat(ask(rig, 10)).isZero();
            assertThat(failures).hasValue(10);
        }
    }

    @Test
    void requestedPauseIsGranted() {
        AtomicInteger asked = new AtomicInteger();
        String busy = "HTTP/1.1 529 Overloaded\r\nretry-after: 20\r\ncontent-length: 0\r\n\r\n";
        try (UpstreamScript tired = answering(asked, busy);
                UpstreamScript good = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with().to(tired, good).start()) {
            rig.ticker().stop();
            GatewayRig.eventually("asked", () -> {
                ask(rig, 1);
                return asked.get() == 1;
            });
            assertThat(ask(rig, 30)).isEqualTo(30);
            assertThat(asked).hasValue(1);
            assertThat(rig.metric("stillgate_upstream_pauses_total")).isEqualTo(1);
            rig.ticker().jump(Duration.ofSeconds(32));
            GatewayRig.eventually("asked again", () -> {
                ask(rig, 1);
                return asked.get() == 2;
            });
        }
    }

    @Test
    void unhealthyEndpointReceivesOnlyChecks() throws IOException {
        AtomicInteger status = new AtomicInteger(200);
        AtomicInteger checks = new AtomicInteger();
        AtomicInteger requests = new AtomicInteger();
        UpstreamScript ill = UpstreamScript.of(c -> {
            for (UpstreamScript.Request asked = c.request(); asked != null; asked = c.request()) {
                boolean check = asked.line().equals("GET /health HTTP/1.1");
                int answer = check ? status.get() : 200; // before the test sees it and changes it
                (check ? checks : requests).incrementAndGet();
                c.send("HTTP/1.1 " + answer + " x\r\ncontent-length: 0\r\n\r\n");
            }
        });
        try (ill;
                UpstreamScript good = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(ill, good)
                        .upstreamKeys("health: {path: /health, interval: 1s, unhealthyAfter: 2, healthyAfter: 2}")
                        .start()) {
            rig.ticker().stop();
            GatewayRig.eventually("checked", () -> checks.get() == 1);
            assertThat(rig.metric("stillgate_upstream_endpoints_unwell")).isZero();
            status.set(503);
            after(rig, checks, 2);
            assertThat(rig.metric("stillgate_upstream_endpoints_unwell")).isZero();
            after(rig, checks, 3);
            GatewayRig.eventually("noticed", () -> rig.metric("stillgate_upstream_endpoints_unwell") == 1);
            assertThat(ask(rig, 20)).isEqualTo(20);
            assertThat(requests).hasValue(0);
            status.set(204);
            after(rig, checks, 4);
            after(rig, checks, 5);
            GatewayRig.eventually("noticed", () -> rig.metric("stillgate_upstream_endpoints_unwell") == 0);
            GatewayRig.eventually("asked", () -> {
                ask(rig, 1);
                return requests.get() > 0;
            });
            assertThat(ill.requests().getFirst().values("host")).isEqualTo(List.of("127.0.0.1:" + ill.port()));
        }
    }

    private static void after(GatewayRig rig, AtomicInteger checks, int count) {
        rig.ticker().jump(Duration.ofMillis(1_100));
        GatewayRig.eventually("check " + count, () -> checks.get() == count);
    }

    @Test
    void lateHealthCheckFails() {
        AtomicInteger checks = new AtomicInteger();
        UpstreamScript silent = UpstreamScript.of(c -> {
            c.request();
            checks.incrementAndGet();
            c.drain();
        });
        try (silent;
                UpstreamScript good = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(silent, good)
                        .upstreamKeys("health: {path: /, interval: 10s, timeout: 1s, unhealthyAfter: 1}")
                        .start()) {
            GatewayRig.eventually("asked", () -> checks.get() == 1);
            rig.ticker().jump(Duration.ofSeconds(2));
            GatewayRig.eventually("noticed", () -> rig.metric("stillgate_upstream_endpoints_unwell") == 1);
        }
    }

    @Test
    void removedHealthChecksDiscardTheirResults() throws Exception {
        AtomicInteger checks = new AtomicInteger();
        UpstreamScript ill = answering(checks, "HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n");
        RigBuilder builder = GatewayRig.with().to(ill);
        try (ill;
                GatewayRig rig = builder.upstreamKeys("health: {path: /, unhealthyAfter: 1}")
                        .start()) {
            GatewayRig.eventually("noticed", () -> rig.metric("stillgate_upstream_endpoints_unwell") == 1);
            rig.policy(builder.upstreamKeys("retries: {}").policy());
            rig.reload();
            assertThat(rig.metric("stillgate_upstream_endpoints_unwell")).isZero();
        }
    }
}
