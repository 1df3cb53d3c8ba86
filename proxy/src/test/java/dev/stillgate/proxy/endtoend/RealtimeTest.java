package dev.stillgate.proxy.endtoend;

import static dev.stillgate.proxy.rig.RealtimeModel.CREATED;
import static dev.stillgate.proxy.rig.RealtimeModel.DELTA;
import static dev.stillgate.proxy.rig.RealtimeModel.LIMITS;
import static dev.stillgate.proxy.rig.RealtimeModel.done;
import static dev.stillgate.proxy.rig.WebSocketFrames.CLOSE;
import static dev.stillgate.proxy.rig.WebSocketFrames.FIN;
import static dev.stillgate.proxy.rig.WebSocketFrames.PING;
import static dev.stillgate.proxy.rig.WebSocketFrames.TEXT;
import static dev.stillgate.proxy.rig.WebSocketFrames.frame;
import static dev.stillgate.proxy.rig.WebSocketFrames.join;
import static dev.stillgate.proxy.rig.WebSocketFrames.masked;
import static dev.stillgate.proxy.rig.WebSocketFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RealtimeModel;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests sessions of the Realtime API: relayed unchanged, metered, limited while they last, and refused before. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class RealtimeTest {
    private static final byte[] DELTAS =
            join(Collections.nCopies(30, text(DELTA)).toArray(byte[][]::new));

    private static final String SPENT = "[{name: limits, type: token-bucket, config: {limits: ["
            + "{name: requests, measure: requests, capacity: 9, refill: 9/1h},"
            + "{name: tokens, measure: total-tokens, capacity: 100, refill: 100/1h}]}}]";

    static String ask(String... fields) {
        String[] all = Arrays.copyOf(fields, fields.length + 6);
        all[fields.length] = "Connection: Upgrade";
        all[fields.length + 1] = "Upgrade: websocket";
        all[fields.length + 2] = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        all[fields.length + 3] = "Sec-WebSocket-Version: 13";
        all[fields.length + 4] = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
        all[fields.length + 5] = "Authorization: Bearer sk-one";
        return Requests.get("/v1/realtime?model=gpt-realtime", all);
    }

    static RigBuilder builder(UpstreamScript... upstream) {
        byte[] secret = "sk-one".getBytes(StandardCharsets.US_ASCII);
        String key = new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system()).id(secret, 0, secret.length);
        return GatewayRig.with()
                .to(upstream)
                .upgrade("[realtime]")
                .accounts("{file: accounts.yaml}")
                .accountsFile("accounts:\n  - {id: a-17, keys: [\"" + key + "\"]}\n");
    }

    private static byte[] event(String type) {
        return masked(FIN | TEXT, ("{\"type\":\"" + type + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    static byte[] closing() {
        return masked(FIN | CLOSE, new byte[] {3, (byte) 0xe8});
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static void expect(RawClient client, byte[] bytes) {
        assertThat(client.read(bytes.length)).isEqualTo(latin(bytes));
    }

    static RawClient open(GatewayRig rig) {
        RawClient client = rig.connect();
        assertThat(client.send(ask()).head()).startsWith("HTTP/1.1 101 ");
        expect(client, text(CREATED));
        return client;
    }

    @Test
    @DisplayName("a session is relayed unchanged, and the log has its sum of tokens and number of responses")
    void sessionIsRelayedAndMetered() throws IOException {
        try (UpstreamScript upstream = RealtimeModel.start(20, 30);
                GatewayRig rig = builder(upstream).start()) {
            try (RawClient client = rig.connect()) {
                String head = client.send(ask()).head().toLowerCase(Locale.ROOT);
                assertThat(head)
                        .startsWith("http/1.1 101 ")
                        .contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n")
                        .doesNotContain("sec-websocket-extensions");
                expect(client, text(CREATED));
                for (int i = 0; i < 2; i++) {
                    client.send(event("response.create"));
                    expect(client, join(text(DELTA), text(done(20, 30)), text(LIMITS)));
                }
                client.send(closing());
                assertThat(RealtimeModel.frame(client.in()).opcode()).isEqualTo(CLOSE);
                assertThat(client.rest()).isEmpty();
            }
            UpstreamScript.Request seen = upstream.requests().getFirst();
            assertThat(seen.line()).isEqualTo("GET /v1/realtime?model=gpt-realtime HTTP/1.1");
            assertThat(seen.values("sec-websocket-extensions")).isEmpty();
            assertThat(seen.values("sec-websocket-version")).containsExactly("13");
            GatewayRig.eventually("it is over", () -> rig.metric("stillgate_upgrades_active") == 0);
            assertThat(rig.metric("gen_ai_client_inference_usage_input_tokens_total", "api=\"realtime\""))
                    .isEqualTo(40);
            assertThat(rig.metric("gen_ai_client_inference_usage_output_tokens_total", "api=\"realtime\""))
                    .isEqualTo(60);
            assertThat(rig.finish().getFirst())
                    .contains(
                            "\"response_code\":101",
                            "\"outcome\":\"served\"",
                            "\"gen_ai.operation.name\":\"realtime\"",
                            "\"gen_ai.request.model\":\"gpt-realtime\"",
                            "\"gen_ai.response.model\":\"gpt-realtime-stub\"",
                            "\"gen_ai.response.finish_reasons\":[\"completed\"]",
                            "\"gen_ai.usage.input_tokens\":40",
                            "\"gen_ai.usage.output_tokens\":60",
                            "\"gen_ai.usage.cache_read.input_tokens\":4",
                            "\"session_responses\":2",
                            "\"session_audio_input_tokens\":6",
                            "\"session_audio_output_tokens\":8")
                    .doesNotContain("session_unread");
        }
    }

    @Test
    @DisplayName("a session whose budget is gone gets a Close frame after the frame that spent it, and a clean end")
    void spentBudgetClosesSession() throws Exception {
        try (UpstreamScript upstream = RealtimeModel.start(20, 60);
                GatewayRig rig = builder(upstream).filters(SPENT).start()) {
            try (RawClient client = open(rig)) {
                client.send(event("response.create"));
                expect(client, join(text(DELTA), text(done(20, 60)), text(LIMITS)));
                client.send(event("response.create"));
                expect(client, join(text(DELTA), text(done(20, 60))));
                RealtimeModel.Frame close = RealtimeModel.frame(client.in());
                assertThat(close.opcode()).isEqualTo(CLOSE);
                assertThat(close.text()).contains("Rate limit reached on total tokens");
                assertThat(client.endsOrderly()).isTrue();
            }
            upstream.connection(0).closedAt();
            RawClient.Response next = rig.ask(ask());
            assertThat(next.status()).isEqualTo(429);
            assertThat(next.text()).contains("\"error\":{", "insufficient_quota");
            assertThat(upstream.connections()).hasSize(1);
            assertThat(rig.metric("stillgate_token_bucket_charged_total", "output", "exact"))
                    .isEqualTo(120);
            assertThat(rig.finish().getFirst())
                    .contains(
                            "\"outcome\":\"truncated\"",
                            "\"response_code_details\":\"tokens\"",
                            "\"session_responses\":2");
        }
    }

    @Test
    @DisplayName("a key that is not listed is charged to its own account from the first report on")
    void unlistedKeyHasItsOwnLimits() throws IOException {
        try (UpstreamScript upstream = RealtimeModel.start(20, 60);
                GatewayRig rig = builder(upstream)
                        .accountsFile("accounts: []\n")
                        .filters(SPENT)
                        .start();
                RawClient client = open(rig)) {
            client.send(event("response.create"));
            expect(client, join(text(DELTA), text(done(20, 60)), text(LIMITS)));
            client.send(event("response.create"));
            expect(client, join(text(DELTA), text(done(20, 60))));
            RealtimeModel.Frame close = RealtimeModel.frame(client.in());
            assertThat(close.opcode()).as("the network has four times as much").isEqualTo(CLOSE);
            assertThat(close.text()).doesNotContain("network");
        }
    }

    @Test
    @DisplayName("a limit after one that is used up is charged too")
    void everyFilterIsCharged() throws IOException {
        String both = SPENT.substring(0, SPENT.length() - 1)
                + ", {name: spend, type: token-bucket, config: {limits: ["
                + "{name: all, measure: total-tokens, scope: [route], capacity: 1000, refill: 1000/1h}]}}]";
        try (UpstreamScript upstream = RealtimeModel.start(20, 60);
                GatewayRig rig = builder(upstream).filters(both).start();
                RawClient client = open(rig)) {
            for (int i = 0; i < 2; i++) {
                client.send(event("response.create"));
                expect(client, join(text(DELTA), text(done(20, 60))));
                if (i == 0) {
                    expect(client, text(LIMITS));
                }
            }
            assertThat(RealtimeModel.frame(client.in()).opcode()).isEqualTo(CLOSE);
            assertThat(rig.metric("stillgate_token_bucket_charged_total", "filter=\"spend\"", "output", "exact"))
                    .isEqualTo(120);
        }
    }

    @Test
    @DisplayName("a filter in shadow closes no session, and the log says that it would have")
    void filterInShadowClosesNoSession() throws IOException {
        try (UpstreamScript upstream = RealtimeModel.start(20, 60);
                GatewayRig rig = builder(upstream)
                        .filters(SPENT.replace("type: token-bucket", "type: token-bucket, mode: shadow"))
                        .start()) {
            try (RawClient client = open(rig)) {
                for (int i = 0; i < 4; i++) {
                    client.send(event("response.create"));
                    expect(client, join(text(DELTA), text(done(20, 60)), text(LIMITS)));
                }
            }
            assertThat(rig.finish().getFirst()).contains("\"shadow\":\"limits:tokens\"", "\"session_responses\":4");
        }
    }

    /** Returns an upstream that sends a session many deltas, and then other bytes. */
    private static UpstreamScript speaking(byte[] then) {
        return UpstreamScript.of(c -> {
            c.send(RealtimeModel.switched(c.request()));
            c.send(join(text(CREATED), DELTAS, then));
            c.drain();
        });
    }

    @Test
    @DisplayName("a client that leaves before the usage is reported pays for what it was given")
    void clientThatLeavesEarlyPays() {
        UpstreamScript upstream = speaking(new byte[0]);
        try (upstream;
                GatewayRig rig = builder(upstream).filters(SPENT).start()) {
            try (RawClient client = open(rig)) {
                expect(client, DELTAS);
            }
            GatewayRig.eventually("it is over", () -> rig.metric("stillgate_upgrades_active") == 0);
            assertThat(rig.ask(ask()).status()).isEqualTo(429);
            assertThat(rig.metric("stillgate_token_bucket_charged_total", "output", "estimated"))
                    .isBetween(120.0, 210.0);
            assertThat(rig.finish().getFirst())
                    .contains("\"outcome\":\"downstream_gone\"", "\"usage_estimated\":true", "\"session_responses\":0");
        }
    }

    @Test
    @DisplayName("a response that ends without usage is charged when it ends, and closes a session without budget")
    void responseWithoutUsageIsChargedAtItsEnd() throws IOException {
        String cancelled = "{\"type\":\"response.done\",\"response\":{\"id\":\"resp_1\",\"usage\":null}}";
        UpstreamScript upstream = speaking(text(cancelled));
        try (upstream;
                GatewayRig rig = builder(upstream).filters(SPENT).start()) {
            try (RawClient client = open(rig)) {
                expect(client, DELTAS);
                expect(client, text(cancelled));
                RealtimeModel.Frame close = RealtimeModel.frame(client.in());
                assertThat(close.opcode()).isEqualTo(CLOSE);
                assertThat(close.text()).contains("Rate limit reached on total tokens");
                assertThat(client.endsOrderly()).isTrue();
            }
            assertThat(rig.metric("stillgate_token_bucket_charged_total", "output", "estimated"))
                    .isBetween(120.0, 210.0);
            assertThat(rig.finish().getFirst())
                    .contains("\"outcome\":\"truncated\"", "\"usage_estimated\":true", "\"session_responses\":1");
        }
    }

    @Test
    @DisplayName("the Close frame follows the spending frame, however the upstream's bytes are cut")
    void closeComesBetweenFrames() throws Exception {
        byte[] spending = text(done(90, 30));
        byte[] fragmented = join(
                frame(TEXT, Arrays.copyOfRange(spending, 4, 40)),
                frame(FIN | PING, new byte[3]),
                frame(FIN, Arrays.copyOfRange(spending, 4 + 36, spending.length)));
        for (int piece : new int[] {1, 7, 100, 1000}) {
            UpstreamScript upstream = UpstreamScript.of(c -> {
                c.send(RealtimeModel.switched(c.request()));
                byte[] all = join(text(CREATED), fragmented, text(LIMITS), text(DELTA));
                for (int at = 0; at < all.length; at += piece) {
                    c.send(Arrays.copyOfRange(all, at, Math.min(all.length, at + piece)));
                }
                c.drain();
            });
            try (upstream;
                    GatewayRig rig = builder(upstream).filters(SPENT).start();
                    RawClient client = open(rig)) {
                expect(client, fragmented);
                assertThat(RealtimeModel.frame(client.in()).opcode()).isEqualTo(CLOSE);
                assertThat(client.rest()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[websocket]"})
    @DisplayName("without the upgrade in the policy the path is unknown")
    void withoutUpgradeThePathIsUnknown(String upgrade) {
        try (UpstreamScript upstream = RealtimeModel.start(1, 1);
                GatewayRig rig = builder(upstream).upgrade(upgrade).start()) {
            RawClient.Response answer = rig.ask(ask());
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text()).contains("\"error\":{", "There is nothing at this path.");
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    @DisplayName("an opaque path of that name with websocket alone passes unread, as before")
    void opaquePathPassesUnread() throws IOException {
        try (UpstreamScript upstream = RealtimeModel.start(1, 1);
                GatewayRig rig = builder(upstream)
                        .upgrade("[]")
                        .route("/v1/realtime, opaque: [/v1/realtime], upgrade: [websocket]")
                        .start()) {
            try (RawClient client = open(rig)) {
                client.send(event("response.create"));
                expect(client, join(text(DELTA), text(done(1, 1)), text(LIMITS)));
            }
            assertThat(upstream.requests().getFirst().values("sec-websocket-extensions"))
                    .hasSize(1);
            assertThat(rig.finish().getFirst())
                    .contains("\"gen_ai.operation.name\":\"opaque\"")
                    .doesNotContain("session_", "gen_ai.usage");
        }
    }

    @Test
    @DisplayName("a request without the upgrade is refused, by HTTP/1.1 and by HTTP/2")
    void requestWithoutUpgradeIsRefused() throws IOException {
        try (UpstreamScript upstream = RealtimeModel.start(1, 1);
                GatewayRig rig = builder(upstream).start()) {
            RawClient.Response answer = rig.ask(Requests.get("/v1/realtime?model=m", "Authorization: Bearer sk-one"));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("invalid_request_error", "over WebSocket on HTTP/1.1 only");
            try (Http2Client client = new Http2Client(rig.port())) {
                Http2Client.Response multiplexed = client.get(
                                1, "/v1/realtime?model=m", "authorization", "Bearer sk-one")
                        .answer(1);
                assertThat(multiplexed.status()).isEqualTo(400);
                assertThat(multiplexed.text()).contains("over WebSocket on HTTP/1.1 only");
            }
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    @DisplayName("a key in a subprotocol would be another account's and is refused")
    void keyInSubprotocolIsRefused() {
        try (UpstreamScript upstream = RealtimeModel.start(1, 1);
                GatewayRig rig = builder(upstream).start()) {
            RawClient.Response answer = rig.ask(
                    ask("Sec-WebSocket-Protocol: realtime", "Sec-WebSocket-Protocol: openai-insecure-api-key.sk-two"));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("Authorization");
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    @DisplayName("an upstream that negotiates an extension that was not offered is a broken one")
    void extensionThatWasNotOffered() {
        try (UpstreamScript upstream = UpstreamScript.answering("HTTP/1.1 101 Switching Protocols\r\n"
                        + "connection: upgrade\r\nupgrade: websocket\r\n"
                        + "sec-websocket-extensions: permessage-deflate\r\n\r\n");
                GatewayRig rig = builder(upstream).start()) {
            assertThat(rig.ask(ask()).status()).isEqualTo(502);
        }
    }

    @Test
    @DisplayName("the upstream's refusal of a handshake is forwarded and costs a request")
    void refusedHandshake() {
        try (UpstreamScript upstream =
                        UpstreamScript.answering("HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno");
                GatewayRig rig = builder(upstream).filters(SPENT).start()) {
            assertThat(rig.ask(ask()).text()).isEqualTo("no");
            assertThat(rig.finish().getFirst())
                    .contains("\"response_code\":401")
                    .doesNotContain("session_");
        }
    }

    @Test
    @DisplayName("a frame that cannot be read is relayed with all that follows, and counted as unread")
    void unreadableFrameIsRelayed() throws IOException {
        byte[] compressed = frame(FIN | 0x40 | TEXT, new byte[200]);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.send(RealtimeModel.switched(c.request()));
            c.send(join(text(CREATED), text(done(3, 4)), compressed, text(done(3, 4))));
            c.close();
        });
        try (upstream;
                GatewayRig rig = builder(upstream).start()) {
            try (RawClient client = open(rig)) {
                expect(client, join(text(done(3, 4)), compressed, text(done(3, 4))));
                assertThat(client.rest()).isEmpty();
            }
            GatewayRig.eventually(
                    "it is counted", () -> rig.metric("stillgate_upstream_unreadable_answers_total") == 1);
            assertThat(rig.finish().getFirst())
                    .contains("\"session_unread\":true", "\"session_responses\":1", "\"gen_ai.usage.output_tokens\":4");
        }
    }

    @Test
    @DisplayName("a session has its place until it ends, and a blocked account gets a Close frame")
    void concurrencyAndStanding() throws IOException {
        String filters = "[{name: behaviour, type: fingerprint, config: {}}, {name: limits, type: token-bucket, "
                + "config: {limits: [{name: sessions, measure: concurrency, capacity: 1}]}}]";
        try (UpstreamScript upstream = RealtimeModel.start(1, 1);
                GatewayRig rig = builder(upstream).filters(filters).start()) {
            try (RawClient client = open(rig)) {
                RawClient.Response second = rig.ask(ask());
                assertThat(second.status()).isEqualTo(429);
                assertThat(second.text()).contains("Too many requests at once");
                client.send(event("response.create"));
                expect(client, join(text(DELTA), text(done(1, 1)), text(LIMITS)));
                stand(rig, "blocked");
                RealtimeModel.Frame close = RealtimeModel.frame(client.in());
                assertThat(close.opcode()).isEqualTo(CLOSE);
                assertThat(close.text()).contains("This account is not served.");
                assertThat(client.endsOrderly()).isTrue();
            }
            stand(rig, "pooled");
            assertThat(rig.ask(ask()).status()).isEqualTo(403);
            assertThat(rig.reason("account-blocked")).isEqualTo(1);
        }
    }

    private static void stand(GatewayRig rig, String standing) {
        String body = "{\"standing\":\"" + standing + "\",\"for\":\"1h\"}";
        try (RawClient client = new RawClient(rig.adminPort())) {
            client.send("POST /accounts/a-17/standing HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                    + "content-length: " + body.length() + "\r\n\r\n" + body);
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }
}
