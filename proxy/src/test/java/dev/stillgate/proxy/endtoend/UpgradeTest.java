package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RealtimeModel;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests protocol upgrades (RFC 9110 section 7.8): refused, or metered and closed in time. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class UpgradeTest {
    private static final String SWITCHED = "HTTP/1.1 101 Switching Protocols\r\n"
            + "connection: Upgrade\r\n"
            + "upgrade: websocket\r\n"
            + "sec-websocket-accept: s\r\n\r\n";

    private static String ask(String... fields) {
        String[] all = java.util.Arrays.copyOf(fields, fields.length + 3);
        all[fields.length] = "Connection: Upgrade";
        all[fields.length + 1] = "Upgrade: websocket";
        all[fields.length + 2] = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        return Requests.get("/v1/models/live", all);
    }

    /** An upstream that switches protocols and echoes its input. */
    private static UpstreamScript echo() {
        return UpstreamScript.of(c -> {
            c.request();
            c.send(SWITCHED);
            byte[] block = new byte[8192];
            for (int count = c.in().read(block); count > 0; count = c.in().read(block)) {
                c.send(java.util.Arrays.copyOf(block, count));
            }
        });
    }

    private static GatewayRig rig(UpstreamScript upstream) {
        return GatewayRig.with().to(upstream).upgrade("[websocket]").start();
    }

    @Test
    void bytesPassBothWaysAndAreMetered() throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = rig(upstream)) {
            try (RawClient client = rig.connect()) {
                String head = client.send(ask("X-Api-Key: sk-one")).head();
                assertThat(head).startsWith("HTTP/1.1 101 ");
                assertThat(head.toLowerCase(java.util.Locale.ROOT))
                        .contains("connection: upgrade\r\n", "upgrade: websocket\r\n", "sec-websocket-accept: s\r\n")
                        .doesNotContain("transfer-encoding", "connection: close");
                assertThat(client.send("hello").read(5)).isEqualTo("hello");
                assertThat(client.send("POST / HTTP/1.1\r\n\r\n").read(19)).isEqualTo("POST / HTTP/1.1\r\n\r\n");
                assertThat(rig.metric("stillgate_upgrades_active")).isEqualTo(1);
            }
            UpstreamScript.Request seen = upstream.requests().getFirst();
            assertThat(seen.values("connection")).containsExactly("upgrade");
            assertThat(seen.values("upgrade")).containsExactly("websocket");
            assertThat(seen.values("sec-websocket-key")).hasSize(1);
            upstream.connection(0).closedAt();
            GatewayRig.eventually("it is over", () -> rig.metric("stillgate_upgrades_active") == 0);
            assertThat(rig.metric("stillgate_upgrades_bytes_total", "direction=\"received\""))
                    .isEqualTo(24);
            assertThat(rig.metric("stillgate_upgrades_bytes_total", "direction=\"sent\""))
                    .isEqualTo(24);
            assertThat(rig.finish().getFirst())
                    .contains("\"response_code\":101", "\"bytes_received\":24", "\"bytes_sent\":24", "downstream_gone");
        }
    }

    @Test
    void bytesSentBeforeTheSwitchBelongToTheNewProtocol() throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = rig(upstream);
                RawClient client = rig.connect()) {
            assertThat(client.send(ask() + Requests.get("/v1/models")).head()).startsWith("HTTP/1.1 101 ");
            String ahead = Requests.get("/v1/models");
            assertThat(client.read(ahead.length())).isEqualTo(ahead);
            assertThat(upstream.connections()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Upgrade: websocket, h2c",
                "Upgrade: h2c, websocket",
                "Upgrade: h2",
                "Upgrade: TLS/1.2",
                "Upgrade: websocket\r\nUpgrade: websocket",
                "Upgrade: websocket/13",
                "Upgrade: websocket\r\nContent-Length: 3",
                "Upgrade: websocket\r\nTransfer-Encoding: chunked",
                "Upgrade: websocket\r\nExpect: 100-continue",
            })
    void websocketSmugglingIsRefused(String fields) throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = rig(upstream);
                RawClient client = rig.connect()) {
            client.send(Requests.get("/v1/models/live", "Connection: upgrade", fields));
            assertThat(client.answer().status()).isEqualTo(400);
            assertThat(rig.reason("upgrade-refused")).isEqualTo(1);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.sk-two, openai-beta.realtime-v1",
                "Sec-WebSocket-Protocol: realtime\r\nsec-websocket-protocol: OpenAI-Insecure-API-Key.sk-two",
            })
    void keyInASubprotocolIsRefused(String fields) throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = rig(upstream)) {
            RawClient.Response answer = rig.ask(ask("X-Api-Key: sk-one", fields));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("Authorization");
            assertThat(rig.reason("upgrade-refused")).isEqualTo(1);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api-version=1&api-key=sk-two",
                "API-Key=sk-two",
                "api%2Dkey=sk-two&api-version=1",
                "x=1&%61%50i-key=",
                "key=sk-two",
                "%6Bey=sk-two",
            })
    void keyInTheQueryIsRefused(String query) throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = rig(upstream)) {
            String request = ask("api-key: sk-one").replaceFirst("/live", "/live?" + query);
            RawClient.Response answer = rig.ask(request);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("query");
            assertThat(rig.reason("upgrade-refused")).isEqualTo(1);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-version=api-key", "api-key-id=3&keys=4&%zz=1", "monkey=1&api-key", "a%26key=1"})
    void queryWithoutAKeyPasses(String query) {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = rig(upstream);
                RawClient client = rig.connect()) {
            client.send(ask("api-key: sk-one").replaceFirst("/live", "/live?" + query));
            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-key", "Api-K%65y", "key"})
    void keyInTheQueryOfASessionIsRefused(String name) {
        try (UpstreamScript upstream = RealtimeModel.start(1, 1);
                GatewayRig rig = RealtimeTest.builder(upstream).start()) {
            RawClient.Response answer = rig.ask(RealtimeTest.ask().replaceFirst("\\?", "?" + name + "=sk-two&"));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("query");
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void keyInTheQueryPassesWhereAccountsAreFoundByIt() {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .upgrade("[websocket]")
                        .accounts("{credential: [query-key]}")
                        .start();
                RawClient client = rig.connect()) {
            client.send(ask().replaceFirst("/live", "/live?key=sk-one"));
            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            assertThat(rig.ask(ask().replaceFirst("/live", "/live?key=sk-one&api-key=sk-two"))
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void subprotocolWithoutAKeyPasses() throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = rig(upstream);
                RawClient client = rig.connect()) {
            client.send(ask("X-Api-Key: sk-one", "Sec-WebSocket-Protocol: realtime, openai-beta.realtime-v1"));
            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            assertThat(upstream.requests().getFirst().values("sec-websocket-protocol"))
                    .containsExactly("realtime, openai-beta.realtime-v1");
        }
    }

    @Test
    void disallowedUpgradeIsRefusedInTheProvidersFormat() throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = GatewayRig.before(upstream)) {
            RawClient.Response answer = rig.ask(ask("anthropic-version: 2023-06-01"));
            assertThat(answer.status()).isEqualTo(426);
            assertThat(answer.text()).contains("\"type\":\"error\"", "invalid_request_error", "use HTTP");
            assertThat(upstream.connections()).isEmpty();
        }
    }

    /** An agent that tries WebSocket first asks by POST at once; it tries again after another refusal. */
    @Test
    void websocketAtAPathOfADialectIsToBeHttp() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream);
                RawClient client = rig.connect()) {
            String ask = ask().replace("/v1/models/live", "/v1/responses");
            RawClient.Response answer = client.send(ask).answer();
            assertThat(answer.status()).isEqualTo(426);
            assertThat(answer.values("upgrade")).containsExactly("HTTP/1.1");
            assertThat(answer.values("connection")).containsExactly("upgrade");
            assertThat(client.send(Requests.messages()).answer().status())
                    .as("the connection goes on")
                    .isEqualTo(200);
            assertThat(client.send(ask().replace("/v1/models/live", "/nowhere"))
                            .answer()
                            .status())
                    .isEqualTo(404);
            assertThat(client.send(ask.replace("websocket", "h2")).answer().status())
                    .isEqualTo(404);
            assertThat(rig.reason("upgrade-refused")).isEqualTo(1);
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    @Test
    void dialectRoutesDoNotSwitchProtocols() throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = rig(upstream)) {
            assertThat(rig.ask(Requests.messages("Connection: Upgrade", "Upgrade: websocket"))
                            .status())
                    .isEqualTo(400);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void h2cSmugglingIsIgnoredAndItsFieldsDropped() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream)) {
            RawClient.Response answer = rig.ask(Requests.get(
                    "/v1/models", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(upstream.requests().getFirst().values("upgrade")).isEmpty();
            assertThat(upstream.requests().getFirst().values("http2-settings")).isEmpty();
        }
    }

    @Test
    void connectIsRefused() throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = rig(upstream)) {
            assertThat(rig.ask("CONNECT internal:22 HTTP/1.1\r\nHost: internal:22\r\n\r\n")
                            .status())
                    .isEqualTo(400);
            assertThat(rig.ask("CONNECT /v1/models HTTP/1.1\r\nHost: internal:22\r\n\r\n")
                            .status())
                    .isEqualTo(400);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nupgrade: websocket\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\ncontent-length: 4\r\n\r\nHTTP",
            })
    void switchToAnotherProtocolIsNotForwarded(String answer) {
        try (UpstreamScript upstream = UpstreamScript.answering(answer);
                GatewayRig rig = rig(upstream)) {
            assertThat(rig.ask(ask()).status()).isEqualTo(502);
            assertThat(rig.reason("upstream-switched-protocols")).isEqualTo(1);
        }
    }

    /** The reverse proxy bypass of 2019: a backend responds 426 to a wrong version, and the proxy tunnels anyway. */
    @Test
    void refusedUpgradeIsAnOrdinaryResponse() throws Exception {
        UpstreamScript upstream = UpstreamScript.answering(
                "HTTP/1.1 426 Upgrade Required\r\nsec-websocket-version: 13\r\ncontent-length: 2\r\n\r\nno");
        try (upstream;
                GatewayRig rig = rig(upstream);
                RawClient client = rig.connect()) {
            client.send(ask("Sec-WebSocket-Version: 777") + Requests.get("/v1/internal"));
            assertThat(client.answer().status()).isEqualTo(426);
            assertThat(client.answer().status())
                    .as("the next bytes are a request again")
                    .isEqualTo(404);
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    private static String key() {
        byte[] secret = "sk-one".getBytes(StandardCharsets.US_ASCII);
        return new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system()).id(secret, 0, secret.length);
    }

    private static void pin(GatewayRig rig, String standing) {
        String body = "{\"standing\":\"" + standing + "\",\"for\":\"1h\"}";
        try (RawClient client = new RawClient(rig.adminPort())) {
            assertThat(client.send("POST /accounts/a-17/standing HTTP/1.1\r\n"
                                    + "host: localhost\r\n"
                                    + "content-type: application/json\r\n"
                                    + "content-length:"
                                    + " " + body.length() + "\r\n\r\n" + body)
                            .answer()
                            .status())
                    .isEqualTo(200);
        }
    }

    private static GatewayRig judged(UpstreamScript upstream) {
        return GatewayRig.with()
                .to(upstream)
                .upgrade("[websocket]")
                .accounts("{file: accounts.yaml}")
                .accountsFile("accounts:\n  - {id: a-17, keys: [\"" + key() + "\"]}\n")
                .filters("[{name: behaviour, type: fingerprint, config: {}}]")
                .start();
    }

    @Test
    void tunnelClosesWithinASecondOfABlock() throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = judged(upstream);
                RawClient client = rig.connect();
                RawClient other = rig.connect()) {
            assertThat(client.send(ask("X-Api-Key: sk-one")).head()).startsWith("HTTP/1.1 101 ");
            assertThat(other.send(ask("X-Api-Key: sk-two")).head()).startsWith("HTTP/1.1 101 ");
            pin(rig, "blocked");
            long blocked = System.nanoTime();
            assertThat(client.rest()).isEmpty();
            assertThat(upstream.connection(0).closedAt() - blocked)
                    .isLessThan(Duration.ofSeconds(1).toNanos());
            assertThat(rig.reason("account-blocked")).isEqualTo(1);
            assertThat(other.send("on").read(2))
                    .as("another account's tunnel continues")
                    .isEqualTo("on");
        }
    }

    @Test
    void pooledAccountGetsNoUpgrade() throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = judged(upstream)) {
            pin(rig, "pooled");
            assertThat(rig.ask(ask("X-Api-Key: sk-one")).status()).isBetween(400, 403);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void upstreamCloseReachesTheClient() throws Exception {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(SWITCHED + "bye");
            c.close();
        });
        try (upstream;
                GatewayRig rig = rig(upstream);
                RawClient client = rig.connect()) {
            assertThat(client.send(ask()).head()).startsWith("HTTP/1.1 101 ");
            assertThat(client.rest()).isEqualTo("bye");
            assertThat(rig.finish().getFirst()).contains("\"served\"", "\"bytes_sent\":3");
        }
    }

    @Test
    void idleTunnelIsClosedOnBothSides() throws Exception {
        try (UpstreamScript upstream = echo();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .upgrade("[websocket]")
                        .timeouts("{idle: 30s}")
                        .start();
                RawClient client = rig.connect()) {
            assertThat(client.send(ask()).head()).startsWith("HTTP/1.1 101 ");
            assertThat(client.send("x").read(1)).isEqualTo("x");
            rig.ticker().jump(Duration.ofSeconds(31));
            assertThat(client.rest()).isEmpty();
            upstream.connection(0).closedAt();
            assertThat(rig.reason("idle-timeout")).isEqualTo(1);
        }
    }

    @Test
    void pausedSidePausesTheOther() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.narrow(c -> {
            c.request();
            c.send(SWITCHED);
            go.await();
        });
        AtomicLong sent = new AtomicLong();
        try (upstream;
                GatewayRig rig = rig(upstream);
                RawClient client = rig.connect()) {
            assertThat(client.send(ask()).head()).startsWith("HTTP/1.1 101 ");
            Thread sender = Thread.ofVirtual().start(() -> {
                byte[] piece = new byte[64 * 1024];
                while (sent.get() < 256L << 20) {
                    client.send(piece);
                    sent.addAndGet(piece.length);
                }
            });
            long before = -1;
            while (sent.get() != before || before == 0) {
                before = sent.get();
                Thread.sleep(250);
            }
            assertThat(before).isLessThan(64L << 20);
            go.countDown();
            assertThat(sender.join(Duration.ofSeconds(30))).isTrue();
        }
    }
}
