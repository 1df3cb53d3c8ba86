package dev.stillgate.proxy.endtoend;

import static dev.stillgate.proxy.rig.ResponsesModel.CREATED;
import static dev.stillgate.proxy.rig.ResponsesModel.DELTA;
import static dev.stillgate.proxy.rig.ResponsesModel.completed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RealtimeModel;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.ResponsesModel;
import dev.stillgate.proxy.rig.SocketClient;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.proxy.rig.WebSocketFrames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the Responses API over WebSocket with the JDK's client: each message is an exchange of its own. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class ResponsesSocketTest {
    static final String CREATE =
            "{\"type\":\"response.create\",\"model\":\"gpt-stub\",\"store\":false,\"input\":\"Light the lamp.\"}";

    private static final String TOKENS = "[{name: limits, type: token-bucket, config: {limits: ["
            + "{name: tokens, measure: total-tokens, capacity: 100, refill: 100/1h}]}}]";

    private static final String REQUEST = "[{name: limits, type: token-bucket, config: {limits: ["
            + "{name: requests, measure: requests, capacity: 1, refill: 1/1h}]}}]";

    private static final String PREPARE = CREATE.replace("\"store\"", "\"generate\":false,\"store\"");

    static GatewayRig rig(UpstreamScript upstream, String filters) {
        return RealtimeTest.builder(upstream)
                .upgrade("[responses]")
                .filters(filters)
                .start();
    }

    static void expectResponse(SocketClient client, int input, int output) {
        assertThat(client.next()).isEqualTo(CREATED);
        assertThat(client.next()).isEqualTo(DELTA);
        assertThat(client.next()).isEqualTo(completed(input, output));
    }

    @Test
    @DisplayName("each message is a prompt with its usage and its line in the log, on one connection to the upstream")
    void messagesAreExchanges() throws Exception {
        List<String> lines;
        try (UpstreamScript upstream = ResponsesModel.start(20, 30);
                GatewayRig rig = rig(upstream, "[]")) {
            try (SocketClient client = new SocketClient(rig.port())) {
                client.send(CREATE);
                expectResponse(client, 20, 30);
                client.send(CREATE);
                expectResponse(client, 20, 30);
                client.socket().sendClose(1000, "").join();
                assertThat(client.next()).isEqualTo("closed 1000");
            }
            assertThat(upstream.connections()).hasSize(1);
            UpstreamScript.Request asked = upstream.requests().getFirst();
            assertThat(asked.line()).isEqualTo("GET /v1/responses HTTP/1.1");
            assertThat(asked.values("authorization")).containsExactly("Bearer sk-one");
            GatewayRig.eventually("it is over", () -> rig.metric("stillgate_upgrades_active") == 0);
            lines = rig.finish();
        }
        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst()).contains("\"response_code\":101");
        assertThat(lines.subList(1, 3))
                .allSatisfy(line -> assertThat(line)
                        .contains(
                                "\"method\":\"POST\"",
                                "\"response_code\":200",
                                "\"outcome\":\"served\"",
                                "\"gen_ai.request.model\":\"gpt-stub\"",
                                "\"gen_ai.usage.input_tokens\":20",
                                "\"gen_ai.usage.output_tokens\":30"));
    }

    @Test
    @DisplayName("an empty final fragment in a read of its own ends an event and the response (RFC 6455 section 5.4)")
    void emptyFinalFragmentEndsAnEvent() throws Exception {
        try (UpstreamScript upstream = ResponsesModel.start((c, message) -> {
                    for (String event : List.of(DELTA, completed(2, 3))) {
                        c.send(WebSocketFrames.frame(WebSocketFrames.TEXT, event.getBytes(StandardCharsets.UTF_8)));
                        LockSupport.parkNanos(50_000_000); // so that the next fragment is a read of its own
                        c.send(WebSocketFrames.frame(WebSocketFrames.FIN, new byte[0]));
                    }
                });
                GatewayRig rig = rig(upstream, "[]");
                SocketClient client = new SocketClient(rig.port())) {
            for (int i = 0; i < 2; i++) {
                client.send(CREATE);
                assertThat(client.next()).isEqualTo(DELTA);
                assertThat(client.next()).isEqualTo(completed(2, 3));
            }
        }
    }

    @Test
    @DisplayName("usage is charged, and the refusal of a limit is an error event after which the socket stays open")
    void refusalIsAnEvent() throws Exception {
        List<String> lines;
        try (UpstreamScript upstream = ResponsesModel.start(60, 60);
                GatewayRig rig = rig(upstream, TOKENS)) {
            try (SocketClient client = new SocketClient(rig.port())) {
                client.send(CREATE);
                expectResponse(client, 60, 60);
                for (int i = 0; i < 2; i++) {
                    client.send(CREATE.replace("\"model\"", "\"stream_id\":\"main\",\"model\""));
                    assertThat(client.next())
                            .startsWith("{\"type\":\"error\",\"status\":429,\"stream_id\":\"main\",\"headers\":{")
                            .contains("\"error\":{", "\"message\":");
                }
            }
            lines = rig.finish();
        }
        assertThat(lines).hasSize(4);
        assertThat(lines.subList(2, 4)).allSatisfy(line -> assertThat(line).contains("\"response_code\":429"));
    }

    @Test
    @DisplayName("neither a handshake nor a prompt that only prepares a response is charged a request")
    void handshakesAndPreparationsCostNoRequest() throws Exception {
        List<String> lines;
        try (UpstreamScript upstream = ResponsesModel.start((c, message) ->
                        c.send(WebSocketFrames.text(completed(20, message.contains("\"generate\":false") ? 0 : 30))));
                GatewayRig rig = rig(upstream, REQUEST)) {
            try (SocketClient client = new SocketClient(rig.port())) {
                for (int i = 0; i < 3; i++) {
                    assertThat(client.send(PREPARE).next()).isEqualTo(completed(20, 0));
                }
                assertThat(client.send(CREATE).next()).isEqualTo(completed(20, 30));
                assertThat(client.send(CREATE).next()).startsWith("{\"type\":\"error\",\"status\":429,");
            }
            try (SocketClient client = new SocketClient(rig.port())) { // opens also without a request left
                assertThat(client.send(CREATE).next()).startsWith("{\"type\":\"error\",\"status\":429,");
            }
            lines = rig.finish();
        }
        assertThat(lines.getFirst())
                .contains("\"response_code\":101", "\"gen_ai.operation.name\":\"responses_socket\"");
    }

    @Test
    @DisplayName("a prompt that says generate: false is charged a request if the upstream generates all the same")
    void generatedResponseCostsARequest() throws Exception {
        try (UpstreamScript upstream = ResponsesModel.start(20, 30);
                GatewayRig rig = rig(upstream, REQUEST);
                SocketClient client = new SocketClient(rig.port())) {
            client.send(PREPARE);
            expectResponse(client, 20, 30);
            assertThat(client.send(PREPARE).next()).startsWith("{\"type\":\"error\",\"status\":429,");
        }
    }

    @Test
    @DisplayName("an error of the provider before a response has its status in the log and reaches the client as it is")
    void providerErrorsPass() throws Exception {
        String error = "{\"type\":\"error\",\"status\":400,\"error\":{\"code\":\"previous_response_not_found\","
                + "\"message\":\"Not found.\",\"param\":\"previous_response_id\"}}";
        List<String> lines;
        try (UpstreamScript upstream = ResponsesModel.start((c, message) -> c.send(
                        WebSocketFrames.text(message.contains("previous_response_id") ? error : completed(1, 1))));
                GatewayRig rig = rig(upstream, "[]")) {
            try (SocketClient client = new SocketClient(rig.port())) {
                client.send(CREATE.replace("\"store\"", "\"previous_response_id\":\"resp_0\",\"store\""));
                assertThat(client.next()).isEqualTo(error);
                client.send(CREATE);
                assertThat(client.next()).isEqualTo(completed(1, 1));
            }
            assertThat(upstream.connections()).hasSize(1);
            lines = rig.finish();
        }
        assertThat(lines.get(1)).contains("\"response_code\":400", "\"outcome\":\"served\"");
        assertThat(lines.get(2)).contains("\"response_code\":200");
    }

    @Test
    @DisplayName("an upstream that refuses the handshake gives an error event with its status and its words")
    void refusedHandshakeIsAnEvent() throws Exception {
        String body = "{\"error\":{\"message\":\"Incorrect API key.\",\"code\":\"invalid_api_key\"}}";
        try (UpstreamScript upstream = UpstreamScript.answering("HTTP/1.1 401 Unauthorized\r\ncontent-type:"
                        + " application/json\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
                GatewayRig rig = rig(upstream, "[]");
                SocketClient client = new SocketClient(rig.port())) {
            for (int i = 0; i < 2; i++) {
                assertThat(client.send(CREATE).next())
                        .isEqualTo("{\"type\":\"error\",\"status\":401,\"headers\":{}," + body.substring(1));
            }
        }
    }

    @Test
    @DisplayName("messages that wait are served in turn, and a prompt and an event of 300 kB arrive whole")
    void largeMessagesArriveWhole() throws Exception {
        String padding = "x y".repeat(100_000);
        List<String> seen = new CopyOnWriteArrayList<>();
        try (UpstreamScript upstream = ResponsesModel.start((c, message) -> {
                    seen.add(message);
                    c.send(WebSocketFrames.text(
                            completed(1, 1).replace("\"output\"", "\"pad\":\"" + padding + "\",\"output\"")));
                });
                GatewayRig rig = rig(upstream, "[]");
                SocketClient client = new SocketClient(rig.port())) {
            for (int i = 0; i < 3; i++) {
                client.send(CREATE.replace("Light", padding + i));
            }
            for (int i = 0; i < 3; i++) {
                assertThat(client.next()).contains(padding).endsWith("}}}");
                assertThat(seen.get(i)).contains(padding + i + " the lamp.").endsWith("\"}");
            }
            assertThat(upstream.connections()).hasSize(1);
        }
    }

    @Test
    @DisplayName("other events are refused, a message over the limit of bodies ends the connection with 1009")
    void badMessagesAreRefused() throws Exception {
        List<String> lines;
        try (UpstreamScript upstream = ResponsesModel.start(1, 1);
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .upgrade("[responses]")
                        .limits("{body: 64KiB}")
                        .start()) {
            try (SocketClient client = new SocketClient(rig.port())) {
                for (String bad : List.of(
                        "{\"type\":\"response.steer\",\"input\":\"x\"}",
                        "{\"type\":\"response.steer\",\"type\":\"response.create\"}",
                        "{}",
                        "",
                        "nonsense")) {
                    assertThat(client.send(bad).next())
                            .as(bad)
                            .startsWith("{\"type\":\"error\",\"status\":400,")
                            .contains("The only event served here is response.create.");
                }
                client.send(CREATE);
                expectResponse(client, 1, 1);
                client.send(CREATE.replace("Light", "x".repeat(70_000)));
                assertThat(client.next()).startsWith("{\"type\":\"error\",\"status\":413,");
                assertThat(client.next()).isEqualTo("closed 1009");
            }
            lines = rig.finish();
        }
        assertThat(lines).hasSize(8);
        assertThat(lines.get(1)).contains("\"response_code_details\":\"websocket-event\"");
        assertThat(lines.get(7)).contains("\"response_code_details\":\"body-too-large\"");
    }

    @Test
    @DisplayName(
            "a client that closes in the middle of a response is charged what was streamed, and the upstream is cut")
    void closedClientIsCharged() throws Exception {
        List<String> lines;
        try (UpstreamScript upstream = ResponsesModel.start((c, message) ->
                        c.send(WebSocketFrames.join(WebSocketFrames.text(CREATED), WebSocketFrames.text(DELTA))));
                GatewayRig rig = rig(upstream, "[]")) {
            try (SocketClient client = new SocketClient(rig.port())) {
                client.send(CREATE);
                assertThat(client.next()).isEqualTo(CREATED);
                assertThat(client.next()).isEqualTo(DELTA);
                client.socket().sendClose(1000, "").join();
                assertThat(client.next()).isEqualTo("closed 1000");
            }
            GatewayRig.eventually(
                    "the upstream is cut", () -> upstream.connection(0).isClosed());
            lines = rig.finish();
        }
        assertThat(lines.get(1)).contains("\"outcome\":\"downstream_gone\"", "\"gen_ai.usage.output_tokens\":");
    }

    @Test
    @DisplayName("an upstream that breaks off ends the response with an error event and the connection with 1011")
    void brokenUpstreamEndsTheConnection() throws Exception {
        try (UpstreamScript upstream = ResponsesModel.start((c, message) -> {
                    c.send(WebSocketFrames.text(CREATED));
                    c.cut();
                });
                GatewayRig rig = rig(upstream, "[]");
                SocketClient client = new SocketClient(rig.port())) {
            client.send(CREATE);
            assertThat(client.next()).isEqualTo(CREATED);
            assertThat(client.next()).startsWith("{\"type\":\"error\"");
            assertThat(client.next()).isEqualTo("closed 1011");
        }
    }

    @Test
    @DisplayName(
            "an upstream that closes between two responses is replaced, and a gateway that drains closes with 1001")
    void idleConnectionsEnd() throws Exception {
        try (UpstreamScript upstream = ResponsesModel.start((c, message) -> {
                    c.send(WebSocketFrames.text(completed(1, 1)));
                    c.send(WebSocketFrames.frame(0x88, new byte[] {3, (byte) 0xe8}));
                });
                GatewayRig rig = rig(upstream, "[]");
                SocketClient client = new SocketClient(rig.port())) {
            for (int i = 1; i < 4; i++) {
                assertThat(client.send(CREATE).next()).isEqualTo(completed(1, 1));
                assertThat(upstream.connection(i - 1).closedAt()).isPositive();
            }
            rig.drain();
            assertThat(client.next()).isEqualTo("closed 1001");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "810568656c6c6f, 1002",
        "828537fa213d7f9f4d5158, 1002",
        "c18537fa213d7f9f4d5158, 1002",
        "838537fa213d7f9f4d5158, 1002",
        "808537fa213d7f9f4d5158, 1002",
        "098037fa213d, 1002",
        "81fe000537fa213d7f9f4d5158, 1002",
        "818200000000c328, 1007",
        "888137fa213d34, 1002",
        "888037fa213d, 1000",
        "888237fa213d3412, 1000"
    })
    @DisplayName("a frame without a mask, of a wrong kind or length, or without UTF-8 ends the connection by its code")
    void badFramesEndTheConnection(String hex, int code) throws Exception {
        try (UpstreamScript upstream = ResponsesModel.start(1, 1);
                GatewayRig rig = rig(upstream, "[]");
                RawClient client = open(rig)) {
            client.send(HexFormat.of().parseHex(hex));
            RealtimeModel.Frame frame = RealtimeModel.frame(client.in());
            if (frame.opcode() == WebSocketFrames.TEXT) {
                assertThat(frame.text()).startsWith("{\"type\":\"error\",\"status\":400,");
                frame = RealtimeModel.frame(client.in());
            }
            assertThat(frame.opcode()).isEqualTo(WebSocketFrames.CLOSE);
            assertThat(frame.text())
                    .startsWith(new String(new byte[] {(byte) (code >> 8), (byte) code}, StandardCharsets.UTF_8));
        }
    }

    @Test
    @DisplayName("a ping is answered while a response runs")
    void pingIsAnswered() throws Exception {
        CountDownLatch ponged = new CountDownLatch(1);
        try (UpstreamScript upstream = ResponsesModel.start((c, message) -> {
                    c.send(WebSocketFrames.text(CREATED));
                    try {
                        ponged.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    c.send(WebSocketFrames.text(completed(1, 1)));
                });
                GatewayRig rig = rig(upstream, "[]");
                SocketClient client = new SocketClient(rig.port())) {
            client.send(CREATE);
            assertThat(client.next()).isEqualTo(CREATED);
            client.socket().sendPing(ByteBuffer.wrap(new byte[] {1, 2})).join();
            assertThat(client.next()).isEqualTo("pong 2");
            ponged.countDown();
            assertThat(client.next()).isEqualTo(completed(1, 1));
        }
    }

    private static RawClient open(GatewayRig rig, String... fields) {
        String[] all = Arrays.copyOf(fields, fields.length + 5);
        all[fields.length] = "Connection: Upgrade";
        all[fields.length + 1] = "Upgrade: websocket";
        all[fields.length + 2] = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        all[fields.length + 3] = "Sec-WebSocket-Version: 13";
        all[fields.length + 4] = "Authorization: Bearer sk-one";
        RawClient client = rig.connect();
        assertThat(client.send(Requests.get("/v1/responses", all)).head())
                .startsWith("HTTP/1.1 101 ")
                .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        return client;
    }

    /** Returns the next message, joined from its fragments. */
    private static String message(RawClient client) throws IOException {
        StringBuilder text = new StringBuilder();
        boolean last = false;
        while (!last) {
            client.in().mark(1);
            last = (client.in().read() & WebSocketFrames.FIN) != 0;
            client.in().reset();
            text.append(Objects.requireNonNull(RealtimeModel.frame(client.in())).text());
        }
        return text.toString();
    }

    private static byte[] masked(String message) {
        return WebSocketFrames.masked(
                WebSocketFrames.FIN | WebSocketFrames.TEXT, message.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("a client that does not read holds back its upstream and its own messages, and gets all when it reads")
    void slowClientGetsAll() throws Exception {
        String large = completed(1, 1).replace("\"output\"", "\"pad\":\"" + "p".repeat(1 << 20) + "\",\"output\"");
        try (UpstreamScript upstream = ResponsesModel.start((c, message) -> c.send(WebSocketFrames.text(large)));
                GatewayRig rig = rig(upstream, "[]");
                RawClient client = open(rig)) {
            for (int i = 0; i < 40; i++) {
                client.send(masked(CREATE));
                client.send(masked("{}"));
            }
            for (int i = 0; i < 40; i++) {
                assertThat(message(client)).hasSize(large.length());
                assertThat(message(client)).startsWith("{\"type\":\"error\",\"status\":400,");
            }
            assertThat(upstream.connections()).hasSize(1);
        }
    }

    @Test
    @DisplayName("connections with random frames neither harm the gateway nor leave anything open")
    void randomFramesDoNoHarm() throws Exception {
        Random random = new Random(6455);
        byte[] valid = WebSocketFrames.join(
                WebSocketFrames.masked(WebSocketFrames.FIN | WebSocketFrames.PING, new byte[] {1}),
                WebSocketFrames.masked(
                        WebSocketFrames.TEXT, CREATE.substring(0, 9).getBytes(StandardCharsets.UTF_8)),
                WebSocketFrames.masked(WebSocketFrames.FIN, CREATE.substring(9).getBytes(StandardCharsets.UTF_8)),
                masked(CREATE),
                WebSocketFrames.masked(WebSocketFrames.FIN | WebSocketFrames.CLOSE, new byte[] {3, (byte) 0xe8}));
        try (UpstreamScript upstream = ResponsesModel.start(1, 1);
                GatewayRig rig = rig(upstream, "[]")) {
            for (int i = 0; i < 200; i++) {
                byte[] bytes = valid.clone();
                for (int j = random.nextInt(4); j >= 0; j--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                try (RawClient client = open(rig)) {
                    client.send(Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length)));
                }
            }
            GatewayRig.eventually("all are closed", () -> rig.metric("stillgate_upgrades_active") == 0);
            try (SocketClient client = new SocketClient(rig.port())) {
                client.send(CREATE);
                expectResponse(client, 1, 1);
            }
        }
    }

    @Test
    @DisplayName("a request that is no valid handshake is refused in HTTP, so is one at a route without the setting")
    void badHandshakesAreRefused() throws Exception {
        try (UpstreamScript upstream = ResponsesModel.start(1, 1);
                GatewayRig rig = rig(upstream, "[]")) {
            for (String wrong :
                    List.of("Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: c2hvcnQ=", "Sec-WebSocket-Key: -")) {
                boolean key = wrong.startsWith("Sec-WebSocket-Key");
                assertThat(rig.ask(Requests.get(
                                        "/v1/responses",
                                        "Connection: Upgrade",
                                        "Upgrade: websocket",
                                        key
                                                ? "Sec-WebSocket-Version: 13"
                                                : "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                                        wrong))
                                .head())
                        .as(wrong)
                        .startsWith("HTTP/1.1 400 ");
            }
            assertThat(rig.ask(Requests.get("/v1/responses", "Authorization: Bearer sk-one"))
                            .head())
                    .startsWith("HTTP/1.1 400 ");
            assertThat(upstream.connections()).isEmpty();
        }
    }
}
