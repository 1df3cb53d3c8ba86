package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RealtimeModel;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.ResponsesModel;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.SocketClient;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the restrictions of listed accounts: models, networks, an end, and the switch that disables them. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class AccountAccessTest {
    private static final String KEY = "x-api-key: k";
    private static final String OTHER = "x-api-key: other";
    private static final String LIST =
            "{\"data\":[{\"id\":\"m-1\"},{\"id\":\"a-1\"},{\"id\":\"m-2\"}],\"has_more\":false}";
    private static final String FILTERED = "{\"data\":[{\"id\":\"m-1\"},{\"id\":\"m-2\"}],\"has_more\":false}";
    private static final String GEMINI = "{\"models\":[{\"name\":\"models/a-1\"},{\"name\":\"models/m-1\"}]}";

    private static RigBuilder builder(String access, UpstreamScript... upstream) {
        return GatewayRig.with()
                .to(upstream)
                .route("/v1beta/, opaque: [/v1beta/models, /v1beta/models/]")
                .route("/model/")
                .accounts("{credential: [x-api-key, bearer, x-goog-api-key], file: accounts.yaml}")
                .accountsFile(file(access));
    }

    private static String file(String access) {
        return "accounts:\n- {id: a-17, keys: [\"%s\"]%s}\n- {id: a-18, keys: [\"%s\"]}\n"
                .formatted(key("k"), access, key("other"));
    }

    private static String key(String credential) {
        byte[] bytes = credential.getBytes(StandardCharsets.US_ASCII);
        return new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system()).id(bytes, 0, bytes.length);
    }

    private static String chat(String model) {
        return "{\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"model\":\"" + model + "\"}";
    }

    private static String upload(String path) {
        return Requests.head("POST", path, KEY, "content-type: multipart/form-data; boundary=b", "content-length: 5")
                + "\r\n--b--";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ", disabled: true | 401 | account-disabled | authentication_error | invalid_api_key | UNAUTHENTICATED",
                ", until: 2026-01-12 | 401 | account-expired | authentication_error | invalid_api_key | UNAUTHENTICATED",
                ", networks: [10.0.0.0/8] | 403 | account-network | permission_error | insufficient_permissions"
                        + " | PERMISSION_DENIED",
                ", models: [a-*, m] | 404 | account-model | not_found_error | model_not_found | NOT_FOUND"
            })
    void refusalHasTheProvidersShape(
            String access, int status, String code, String anthropic, String openAi, String google) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = builder(access, upstream).start()) {
            RawClient.Response messages = rig.ask(Requests.post("/v1/messages", chat("m-1"), KEY));
            assertThat(messages.status()).isEqualTo(status);
            assertThat(messages.text()).contains("\"type\":\"" + anthropic + "\"");
            for (String request : List.of(
                    Requests.post("/v1/chat/completions", chat("m-1"), "authorization: Bearer k"),
                    Requests.post(
                            "/v1/responses", "{\"input\":\"hi\",\"model\":\"m-1\"}", "authorization: Bearer k"))) {
                RawClient.Response answer = rig.ask(request);
                assertThat(answer.status()).isEqualTo(status);
                assertThat(answer.text()).contains("\"code\":\"" + openAi + "\"");
            }
            RawClient.Response gemini = rig.ask(
                    Requests.post("/v1beta/models/m-1:generateContent", "{\"contents\":[]}", "x-goog-api-key: k"));
            assertThat(gemini.status()).isEqualTo(status);
            assertThat(gemini.text()).contains("\"status\":\"" + google + "\"");
            try (Http2Client client = new Http2Client(rig.port())) {
                Http2Client.Response http2 =
                        client.post(1, "/v1/messages", chat("m-1")).answer(1);
                assertThat(http2.status()).isEqualTo(status);
                assertThat(http2.text()).contains("\"type\":\"" + anthropic + "\"");
            }
            assertThat(rig.ask(Requests.messages(OTHER)).status()).isEqualTo(200);
            assertThat(upstream.requests()).hasSize(1);
            assertThat(rig.reason(code)).isEqualTo(5);
            assertThat(rig.admin("GET /accounts/a-17").text()).contains("\"access\":");
            List<String> log = rig.finish();
            assertThat(log.subList(0, 5))
                    .allSatisfy(line -> assertThat(line)
                            .contains(
                                    "\"account\":\"a-17\"",
                                    "\"filter\":\"gateway\"",
                                    "\"response_code_details\":\"" + code + "\""));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ", disabled: false",
                ", until: 2999-12-31",
                ", networks: [10.0.0.0/8, 127.0.0.0/8]",
                ", models: [m-*]"
            })
    void allowedRequestPasses(String access) {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = builder(access, upstream).start()) {
            assertThat(rig.ask(Requests.post("/v1/messages", chat("m-1"), KEY)).status())
                    .isEqualTo(200);
            assertThat(rig.ask(Requests.post("/v1/chat/completions", chat("m-2"), KEY))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void networkIsThatOfTheClientBehindTrustedHops() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = builder(", networks: [10.0.0.0/8]", upstream)
                        .trustedHops(1)
                        .start()) {
            assertThat(rig.ask(Requests.messages(KEY, "x-forwarded-for: 10.1.2.3"))
                            .status())
                    .isEqualTo(200);
            assertThat(rig.ask(Requests.messages(KEY, "x-forwarded-for: 10.1.2.3, 11.0.0.1"))
                            .status())
                    .isEqualTo(403);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/messages/count_tokens, 404, account-model",
        "/v1/embeddings, 404, account-model",
        "/model/anthropic.claude-haiku-4-5-20251001-v1:0/invoke, 404, account-model"
    })
    void everyPathThatNamesAModelIsChecked(String path, int status, String code) {
        String body = path.endsWith("embeddings")
                ? "{\"input\":\"hi\",\"model\":\"a-1\"}"
                : path.startsWith("/model/")
                        ? "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":9,\"messages\":[]}"
                        : chat("a-1");
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = builder(", models: [m-*]", upstream).start()) {
            assertThat(rig.ask(Requests.post(path, body, KEY)).status()).isEqualTo(status);
            assertThat(rig.reason(code)).isEqualTo(1);
        }
    }

    @Test
    void modelOfACloudIsKnownByItsMakersName() throws IOException {
        String path = "/model/us.anthropic.claude-haiku-4-5-20251001-v1:0/invoke";
        String body = "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":9,\"messages\":"
                + "[{\"role\":\"user\",\"content\":\"hi\"}]}";
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = builder(", models: [claude-haiku-*]", upstream).start()) {
            assertThat(rig.ask(Requests.post(path, body, KEY)).status()).isEqualTo(200);
            assertThat(rig.ask(Requests.post(path.replace("haiku", "opus"), body, KEY))
                            .status())
                    .isEqualTo(404);
            assertThat(rig.finish().getLast()).contains("\"response_code_details\":\"account-model\"");
        }
    }

    @Test
    void batchWithOneForeignModelIsRefused() {
        String item = "{\"custom_id\":\"%s\",\"params\":%s}";
        String good = "{\"requests\":[" + item.formatted("a", chat("m-1")) + "]}";
        String bad =
                "{\"requests\":[" + item.formatted("a", chat("m-1")) + "," + item.formatted("b", chat("a-1")) + "]}";
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = builder(", models: [m-*]", upstream).start()) {
            assertThat(rig.ask(Requests.post("/v1/messages/batches", good, KEY)).status())
                    .isEqualTo(200);
            assertThat(rig.ask(Requests.post("/v1/messages/batches", bad, KEY)).status())
                    .isEqualTo(404);
        }
    }

    @Test
    void requestWhoseModelIsUnreadIsRefused() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = builder(", models: [m-*]", upstream)
                        .upgrade("[websocket]")
                        .start()) {
            for (String request : List.of(
                    Requests.post("/v1/blobs/x", chat("m-1"), KEY),
                    Requests.post("/v1/models/m-1", chat("m-1"), KEY),
                    upload("/v1/images/edits"),
                    upload("/v1/audio/transcriptions"),
                    Requests.get(
                            "/v1/blobs/x",
                            KEY,
                            "connection: upgrade",
                            "upgrade: websocket",
                            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
                            "sec-websocket-version: 13"))) {
                assertThat(rig.ask(request).status()).as(request).isEqualTo(403);
            }
            assertThat(rig.reason("account-model-unread")).isEqualTo(5);
            assertThat(rig.ask(Requests.post("/v1/responses", "{\"input\":\"hi\",\"prompt\":{\"id\":\"p\"}}", KEY))
                            .text())
                    .contains("must name its model");
            assertThat(rig.ask(Requests.get("/v1/blobs/x", KEY, "connection: upgrade", "upgrade: h2c"))
                            .status())
                    .as("an offer that is ignored")
                    .isEqualTo(200);
            assertThat(rig.ask(Requests.get("/v1/responses/r-1", KEY)).status()).isEqualTo(200);
            assertThat(upstream.requests()).hasSize(2);
        }
    }

    @Test
    void sessionOfAnotherModelIsRefused() throws IOException {
        try (UpstreamScript upstream = RealtimeModel.start(20, 30);
                GatewayRig rig = builder(", models: [gpt-realtime-mini]", upstream)
                        .upgrade("[realtime]")
                        .start()) {
            String ask = RealtimeTest.ask().replace("Bearer sk-one", "Bearer k");
            assertThat(rig.ask(ask).status()).isEqualTo(404);
            assertThat(rig.ask(ask.replace("?model=gpt-realtime", "?intent=transcription"))
                            .status())
                    .isEqualTo(404);
            assertThat(rig.ask(ask.replace("gpt-realtime", "gpt-realtime-mini&model=gpt-realtime"))
                            .status())
                    .isEqualTo(404);
            assertThat(upstream.requests()).isEmpty();
            try (RawClient client = rig.connect()) {
                assertThat(client.send(ask.replace("gpt-realtime", "gpt-realtime-mini"))
                                .head())
                        .startsWith("HTTP/1.1 101 ");
            }
        }
    }

    @Test
    void eachPromptOfAWebSocketIsChecked() throws Exception {
        try (UpstreamScript upstream = ResponsesModel.start(20, 30);
                GatewayRig rig = RealtimeTest.builder(upstream)
                        .upgrade("[responses]")
                        .accountsFile(file(", models: [gpt-stub]").replace(key("k"), key("sk-one")))
                        .start();
                SocketClient client = new SocketClient(rig.port())) {
            client.send(ResponsesSocketTest.CREATE);
            ResponsesSocketTest.expectResponse(client, 20, 30);
            client.send(ResponsesSocketTest.CREATE.replace("gpt-stub", "gpt-other"));
            assertThat(client.next()).contains("\"status\":404", "model_not_found");
            Files.writeString(
                    rig.directory().resolve("accounts.yaml"),
                    file(", disabled: true").replace(key("k"), key("sk-one")));
            rig.reload();
            client.send(ResponsesSocketTest.CREATE);
            assertThat(client.next()).contains("\"status\":401", "invalid_api_key");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"length", "chunked"})
    void listOfModelsIsFiltered(String framing) throws IOException {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            for (var request = c.request(); request != null; request = c.request()) {
                String list = request.line().contains("v1beta") ? GEMINI : LIST;
                c.send(
                        framing.equals("length")
                                ? UpstreamScript.json(list)
                                : "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
                                        + UpstreamScript.chunk(list.substring(0, 20))
                                        + UpstreamScript.chunk(list.substring(20)) + "0\r\n\r\n");
            }
        });
        try (upstream;
                GatewayRig rig = builder(", models: [m-*]", upstream).start();
                RawClient client = rig.connect();
                Http2Client http2 = new Http2Client(rig.port())) {
            for (String field : List.of(KEY, "authorization: Bearer k")) {
                assertThat(client.send(Requests.get(
                                        "/v1/models?limit=20", field, "accept-encoding: gzip", "range: bytes=0-9"))
                                .answer()
                                .text())
                        .isEqualTo(FILTERED);
            }
            assertThat(client.send(Requests.get("/v1beta/models", "x-goog-api-key: k"))
                            .answer()
                            .text())
                    .isEqualTo("{\"models\":[{\"name\":\"models/m-1\"}]}");
            assertThat(http2.get(1, "/v1/models", "x-api-key", "k").answer(1).text())
                    .isEqualTo(FILTERED);
            assertThat(client.send(Requests.get("/v1/models", OTHER)).answer().text())
                    .isEqualTo(LIST);
            assertThat(client.send(Requests.get("/v1/models/m-9", KEY)).answer().status())
                    .isEqualTo(200);
            RawClient.Response described =
                    client.send(Requests.get("/v1/models/a-1", KEY)).answer();
            assertThat(described.status()).isEqualTo(404);
            assertThat(described.text()).contains("not_found_error");
            assertThat(upstream.requests()).hasSize(6);
            assertThat(upstream.requests().getFirst().values("accept-encoding")).containsExactly("identity");
            assertThat(upstream.requests().getFirst().values("range")).isEmpty();
        }
    }

    @Test
    void listThatCannotBeReadIsCut() throws IOException {
        String large = "{\"data\":[" + " ".repeat(5 << 20) + "]}";
        for (String answer : List.of("not a list", "{\"object\":\"model\",\"id\":\"a-1\"}", large)) {
            try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(answer));
                    GatewayRig rig = builder(", models: [m-*]", upstream).start()) {
                RawClient.Response list = rig.ask(Requests.get("/v1/models", KEY));
                assertThat(list.whole()).isFalse();
                assertThat(list.content()).isEmpty();
                assertThat(rig.finish().getFirst())
                        .contains("\"outcome\":\"truncated\"", "\"response_code_details\":\"models-unreadable\"");
            }
        }
    }

    @Test
    void errorInPlaceOfAListPasses() {
        String error = "HTTP/1.1 500 Oops\r\ncontent-length: 4\r\n\r\noops";
        try (UpstreamScript upstream = UpstreamScript.answering(error);
                GatewayRig rig = builder(", models: [m-*]", upstream).start()) {
            assertThat(rig.ask(Requests.get("/v1/models", KEY)).text()).isEqualTo("oops");
        }
    }

    @Test
    void reloadRefusesTheNextRequestOfAnOpenConnection() throws IOException, ConfigException {
        CountDownLatch reloaded = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                    + UpstreamScript.chunk("data: 1\n\n"));
            reloaded.await();
            c.send(UpstreamScript.chunk("data: 2\n\n") + "0\r\n\r\n");
        });
        try (upstream;
                GatewayRig rig = builder("", upstream).start();
                RawClient stream = rig.connect();
                Http2Client http2 = new Http2Client(rig.port())) {
            stream.send(Requests.messages(KEY)).answer(true);
            Files.writeString(rig.directory().resolve("accounts.yaml"), file(", disabled: true"));
            rig.reload();
            assertThat(http2.post(1, "/v1/messages", Requests.MESSAGES_BODY)
                            .answer(1)
                            .status())
                    .isEqualTo(401);
            reloaded.countDown();
            String rest = UpstreamScript.chunk("data: 1\n\n") + UpstreamScript.chunk("data: 2\n\n") + "0\r\n\r\n";
            assertThat(stream.read(rest.length())).isEqualTo(rest);
            Files.writeString(rig.directory().resolve("accounts.yaml"), file(", models: [a-*]"));
            rig.reload();
            assertThat(http2.post(3, "/v1/messages", Requests.MESSAGES_BODY)
                            .answer(3)
                            .status())
                    .isEqualTo(404);
        }
    }
}
