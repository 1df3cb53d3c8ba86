package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.Http2UpstreamScript;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests which requests to HTTP/2 upstreams are retried because they were not processed (RFC 9113 section 8.7), and the
 * end of connections.
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class Http2UpstreamRetryTest {
    private static final int REFUSED_STREAM = 7;

    private static double retries(GatewayRig rig) {
        return rig.metric("stillgate_upstream_retries_total", "upstream=\"model\"");
    }

    /** Refuses the very first request, and echoes the content of the others. */
    private static Http2UpstreamScript refusingTheFirst(List<String> contents) {
        return Http2UpstreamScript.of(c -> {
            c.greet();
            for (Http2UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                contents.add(r.text());
                if (contents.size() == 1) {
                    c.number(Http2Client.RST_STREAM, r.stream(), REFUSED_STREAM);
                } else {
                    c.json(r.stream(), UpstreamScript.JSON_BODY);
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 60_000, 200_000})
    void rfc9113Section87RefusedPostIsRetried(int length) {
        String body = "{\"model\":\"m-1\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\""
                + "hi ".repeat(length / 3) + "\"}]}";
        List<String> contents = new CopyOnWriteArrayList<>();
        try (Http2UpstreamScript upstream = refusingTheFirst(contents);
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(rig.ask(Requests.post("/v1/messages", body)).text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(contents).containsExactly(body, body);
            assertThat(retries(rig)).isEqualTo(1);
        }
    }

    @Test
    void unbufferedUploadIsNotRetried() {
        List<String> contents = new CopyOnWriteArrayList<>();
        try (Http2UpstreamScript upstream = refusingTheFirst(contents);
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(rig.ask(Requests.post("/v1/blobs/1", "x".repeat(100))).status())
                    .isEqualTo(502);
            assertThat(rig.reason("upstream-refused-stream")).isEqualTo(1);
            assertThat(contents).hasSize(1);
        }
    }

    @Test
    void retriesOfARefusingUpstreamAreLimited() {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            c.greet();
            for (Http2UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                c.number(Http2Client.RST_STREAM, r.stream(), REFUSED_STREAM);
            }
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(502);
            assertThat(rig.reason("upstream-refused-stream")).isEqualTo(1);
            assertThat(upstream.heads()).hasSize(3);
            assertThat(retries(rig)).isEqualTo(2);
        }
    }

    @Test
    void refusedRequestGoesToAnotherEndpointWithItsAuthority() {
        Http2UpstreamScript refusing = Http2UpstreamScript.of(c -> {
            c.greet();
            for (Http2UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                c.number(Http2Client.RST_STREAM, r.stream(), REFUSED_STREAM);
            }
        });
        try (refusing;
                Http2UpstreamScript other = Http2UpstreamScript.answering();
                GatewayRig rig =
                        Http2UpstreamTest.before(refusing).toPort(other.port()).start()) {
            for (int i = 0; i < 8 || (refusing.heads().isEmpty() && i < 64); i++) {
                assertThat(rig.ask(Requests.messages()).text()).isEqualTo(UpstreamScript.JSON_BODY);
            }
            assertThat(refusing.heads()).as("some were sent there first").isNotEmpty();
            assertThat(other.heads()).allMatch(head -> head.contains(":authority: 127.0.0.1:" + other.port()));
        }
    }

    @Test
    void rfc9113Section68UnprocessedRequestsAfterGoAwayAreRetried() {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            c.greet();
            if (c.number() == 0) {
                int first = c.request().stream();
                c.head(first, false, ":status", "200", "content-type", "text/event-stream");
                int second = c.request().stream();
                c.goAway(first, 0);
                c.data(first, true, "data: " + second + "\n\n");
            }
            c.serveAll();
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start();
                RawClient first = rig.connect().send(Requests.messages())) {
            first.head();
            try (RawClient second = rig.connect().send(Requests.messages())) {
                assertThat(second.answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
            }
            assertThat(first.read(16)).isEqualTo("9\r\ndata: 3\n\n\r\n0\r");
            assertThat(retries(rig)).isEqualTo(1);
            assertThat(upstream.connections()).hasSize(2);
            GatewayRig.eventually(
                    "the first is closed", () -> upstream.connection(0).isEnded());
        }
    }

    @Test
    void rfc9113Section68IdleConnectionAfterGoAwayIsNotReused() {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            c.greet();
            c.json(c.request().stream(), UpstreamScript.JSON_BODY);
            c.goAway(1, 0);
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            for (int i = 0; i < 3; i++) {
                int before = i;
                assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
                GatewayRig.eventually(
                        "it is closed", () -> upstream.connection(before).isEnded());
            }
            assertThat(upstream.connections()).hasSize(3);
            assertThat(retries(rig)).isZero();
        }
    }

    /** Responds to the first request of a connection, and closes at the second. */
    private static Http2UpstreamScript closingAtTheSecond() {
        return Http2UpstreamScript.of(c -> {
            c.greet();
            c.json(c.request().stream(), UpstreamScript.JSON_BODY);
            c.request();
            c.close();
        });
    }

    @Test
    void postOnASilentlyClosedConnectionIsNotRetried() {
        try (Http2UpstreamScript upstream = closingAtTheSecond();
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(502);
            assertThat(rig.reason("upstream-closed")).isEqualTo(1);
            assertThat(upstream.heads()).hasSize(2);
        }
    }

    @Test
    void getOnASilentlyClosedConnectionIsRetried() {
        try (Http2UpstreamScript upstream = closingAtTheSecond();
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(rig.ask(Requests.get("/v1/models")).status()).isEqualTo(200);
            assertThat(rig.ask(Requests.get("/v1/models")).text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(upstream.heads()).hasSize(3);
            assertThat(retries(rig)).isEqualTo(1);
        }
    }

    @Test
    void rfc9113Section34Http1UpstreamIsDetectedByItsPreface() throws IOException {
        UpstreamScript upstream =
                UpstreamScript.of(c -> c.send("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n"));
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .upstreamKeys("protocol: http2")
                        .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(502);
            assertThat(rig.reason("upstream-not-http2")).isEqualTo(1);
            assertThat(upstream.connections()).allMatch(c -> !c.received().contains("messages"));
        }
    }

    @Test
    void upstreamWithoutSettingsIsReplaced() {
        Http2UpstreamScript silent = Http2UpstreamScript.of(c -> {});
        try (silent;
                Http2UpstreamScript other = Http2UpstreamScript.answering();
                GatewayRig rig = Http2UpstreamTest.before(silent)
                        .toPort(other.port())
                        .timeouts("{connect: 1s}")
                        .start()) {
            for (int i = 0; i < 4; i++) {
                assertThat(rig.ask(Requests.messages()).text()).isEqualTo(UpstreamScript.JSON_BODY);
            }
            assertThat(silent.heads()).isEmpty();
        }
    }

    @Test
    void rfc9113Section67DeadConnectionIsDetectedByPing() {
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            c.greet();
            if (c.number() > 0) {
                c.serveAll();
            }
        });
        try (upstream;
                GatewayRig rig = Http2UpstreamTest.before(upstream).start();
                RawClient client = rig.connect().send(Requests.messages())) {
            upstream.connection(0).await(Http2Client.DATA);
            tickOn(rig);
            rig.ticker().jump(Duration.ofSeconds(11));
            upstream.connection(0).await(Http2Client.PING);
            rig.ticker().jump(Duration.ofSeconds(11));
            assertThat(client.answer().status()).isEqualTo(502);
            assertThat(rig.reason("upstream-no-ping")).isEqualTo(1);
            assertThat(rig.ask(Requests.messages()).text()).isEqualTo(UpstreamScript.JSON_BODY);
        }
    }

    /** Waits for the gateway's next tick. */
    private static void tickOn(GatewayRig rig) {
        long end = System.nanoTime() + Duration.ofMillis(150).toNanos();
        while (System.nanoTime() < end) {
            assertThat(rig.metric("stillgate_exchanges_active")).isGreaterThanOrEqualTo(0);
        }
    }

    @Test
    void idleConnectionIsClosed() {
        try (Http2UpstreamScript upstream = Http2UpstreamScript.answering();
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            rig.ticker().jump(Duration.ofSeconds(31));
            assertThat(upstream.connection(0).await(Http2Client.GOAWAY).error()).isZero();
            GatewayRig.eventually("it is closed", () -> upstream.connection(0).isEnded());
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(upstream.connections()).hasSize(2);
        }
    }

    @Test
    void healthChecksUseHttp2() {
        List<List<String>> asked = new CopyOnWriteArrayList<>();
        Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
            c.greet();
            for (Http2UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                asked.add(r.head());
                c.json(r.stream(), "{}");
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .toPort(upstream.port())
                        .upstreamKeys("protocol: http2, health: {path: /health, interval: 100ms}")
                        .start()) {
            GatewayRig.eventually("it is asked", () -> asked.size() >= 2);
            assertThat(asked.getFirst()).contains(":path: /health").noneMatch(line -> line.startsWith("connection"));
            GatewayRig.eventually(
                    "each over a connection of its own",
                    () -> upstream.connection(0).isEnded()
                            && upstream.connections().size() >= 2);
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
        }
    }
}
