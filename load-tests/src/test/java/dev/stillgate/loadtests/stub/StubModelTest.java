package dev.stillgate.loadtests.stub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class StubModelTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String MESSAGES =
            "{\"model\":\"stub-1\",\"max_tokens\":1000,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    private static final String CHAT =
            "{\"model\":\"stub-1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    private static final String RESPONSES = "{\"model\":\"stub-1\",\"input\":\"Hello\"}";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private StubModel stub;

    @BeforeEach
    void start() {
        stub = StubModel.start();
    }

    @AfterEach
    void stop() {
        stub.close();
        http.shutdownNow();
    }

    @ParameterizedTest
    @CsvSource({"64, true", "1000, true", "63, false"})
    void whoLeavesBeforeTheAnswerIsWholeIsNoted(int announced, boolean early) throws Exception {
        String body = MESSAGES.substring(0, 63);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stub.port())) {
            socket.getOutputStream()
                    .write(("POST /v1/messages HTTP/1.1\r\nhost: a\r\nx-caller: c1\r\ncontent-length: " + announced
                                    + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            if (!early) {
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
            until(() -> stub.stats().hasCome("c1"));
        }
        until(() -> stub.stats().openConnections() == 0);
        assertThat(stub.stats().leftAt("c1") != null).isEqualTo(early);
        assertThat(stub.stats().hasCome("c2")).isFalse();
        assertThat(stub.stats().leftAt("c2")).isNull();
    }

    @Test
    void messagesCarryTheirUsageAndAreTheSameForTheSamePrompt() throws Exception {
        JsonNode first = json(post("/v1/messages", MESSAGES, ""));
        JsonNode second = json(post("/v1/messages", MESSAGES, ""));

        assertThat(first.path("content").path(0).path("text").asText()).startsWith("Prompt ");
        assertThat(first.path("content")).isEqualTo(second.path("content"));
        assertThat(first.path("usage").path("input_tokens").asInt()).isPositive();
        assertThat(first.path("usage")).isEqualTo(second.path("usage"));
        assertThat(first.path("stop_reason").asText()).isEqualTo("end_turn");
    }

    @Test
    void aStreamAddsUpToTheWholeMessage() throws Exception {
        JsonNode whole = json(post("/v1/messages", MESSAGES, ""));
        List<JsonNode> events = events(post("/v1/messages", streamed(MESSAGES), "events=20"));

        StringBuilder text = new StringBuilder();
        for (JsonNode event : events) {
            text.append(event.path("delta").path("text").asText(""));
        }
        assertThat(text.toString())
                .isEqualTo(whole.path("content").path(0).path("text").asText());
        assertThat(events.stream().filter(e -> e.path("type").asText().equals("content_block_delta")))
                .hasSize(20);
        assertThat(events.getFirst().path("message").path("usage").path("input_tokens"))
                .isEqualTo(whole.path("usage").path("input_tokens"));
        assertThat(events.getLast().path("type").asText()).isEqualTo("message_stop");
        assertThat(events.get(events.size() - 2).path("usage").path("output_tokens"))
                .isEqualTo(whole.path("usage").path("output_tokens"));
    }

    @Test
    void chatStreamsEveryChoiceAndItsUsageWhenAsked() throws Exception {
        String body = CHAT.replaceFirst(
                "\\{", "{\"stream\":true,\"n\":2,\"logprobs\":true,\"stream_options\":{\"include_usage\":true},");
        HttpResponse<byte[]> response = post("/v1/chat/completions", body, "");
        List<JsonNode> chunks = events(response);

        String[] text = {"", ""};
        for (JsonNode chunk : chunks) {
            for (JsonNode choice : chunk.path("choices")) {
                text[choice.path("index").asInt()] +=
                        choice.path("delta").path("content").asText("");
            }
        }
        JsonNode whole = json(post("/v1/chat/completions", CHAT, ""));
        assertThat(text)
                .containsOnly(whole.path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asText());
        assertThat(chunks.getLast().path("choices")).isEmpty();
        assertThat(chunks.getLast().path("usage").path("completion_tokens").asInt())
                .isEqualTo(2 * whole.path("usage").path("completion_tokens").asInt());
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).endsWith("data: [DONE]\n\n");
    }

    @Test
    void responsesStreamIsNumberedAndEndsWithTheStoredObject() throws Exception {
        List<JsonNode> events = events(post("/v1/responses", streamed(RESPONSES), ""));

        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).path("sequence_number").asInt()).isEqualTo(i);
        }
        JsonNode last = events.getLast();
        assertThat(last.path("type").asText()).isEqualTo("response.completed");
        String id = last.path("response").path("id").asText();
        assertThat(json(get("/v1/responses/" + id))).isEqualTo(last.path("response"));
    }

    @Test
    void aBackgroundResponseIsPolled() throws Exception {
        JsonNode queued = json(post("/v1/responses", RESPONSES.replaceFirst("\\{", "{\"background\":true,"), ""));
        String path = "/v1/responses/" + queued.path("id").asText();

        assertThat(queued.path("status").asText()).isEqualTo("queued");
        assertThat(json(get(path)).path("status").asText()).isEqualTo("in_progress");
        assertThat(json(get(path)).path("status").asText()).isEqualTo("completed");
    }

    @Test
    void aResponseThatIsNotStoredIsNotFound() throws Exception {
        JsonNode response = json(post("/v1/responses", RESPONSES.replaceFirst("\\{", "{\"store\":false,"), ""));

        assertThat(get("/v1/responses/" + response.path("id").asText()).statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/messages|{'max_tokens':99,'tools':[{'name':'get_weather','input_schema':{'properties':{'city':{'type':'string'}}}}],"
                        + "'messages':[{'role':'user','content':'The weather?'}]}|get_weather",
                "/v1/chat/completions|{'tools':[{'type':'function','function':{'name':'get_weather','parameters':{}}}],"
                        + "'messages':[{'role':'user','content':'The weather?'}]}|tool_calls",
                "/v1/responses|{'tools':[{'type':'function','name':'get_weather','parameters':{}}],'input':'The weather?'}|function_call",
            })
    void aPromptAboutTheWeatherCallsTheTool(String path, String body, String expected) throws Exception {
        String json = body.replace('\'', '"');

        assertThat(text(post(path, json, ""))).contains(expected);
        assertThat(text(post(path, streamed(json), ""))).contains(expected);
    }

    @Test
    void aToolResultIsAnsweredInProse() throws Exception {
        String body = """
                {"model":"m","max_tokens":99,"tools":[{"name":"get_weather","input_schema":{}}],"messages":[
                 {"role":"user","content":"The weather?"},
                 {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"get_weather","input":{}}]},
                 {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"snow"}]}]}
                """;
        JsonNode message = json(post("/v1/messages", body, ""));

        assertThat(message.path("content").path(0).path("text").asText()).isEqualTo("The tool answered: snow");
        assertThat(message.path("stop_reason").asText()).isEqualTo("end_turn");
    }

    @Test
    void aBatchEndsAndGivesOneLinePerRequest() throws Exception {
        String requests = "{\"requests\":[{\"custom_id\":\"a\",\"params\":" + MESSAGES
                + "},{\"custom_id\":\"b\",\"params\":" + MESSAGES + "}]}";
        String id = json(post("/v1/messages/batches", requests, "")).path("id").asText();
        JsonNode batch = json(get("/v1/messages/batches/" + id));
        String[] lines = text(http.send(
                        HttpRequest.newBuilder(
                                        URI.create(batch.path("results_url").asText()))
                                .build(),
                        BodyHandlers.ofByteArray()))
                .split("\n");

        assertThat(batch.path("processing_status").asText()).isEqualTo("ended");
        assertThat(lines).hasSize(2);
        assertThat(MAPPER.readTree(lines[1]).path("custom_id").asText()).isEqualTo("b");
    }

    @Test
    void countTokensAgreesWithTheAnswersUsage() throws Exception {
        assertThat(json(post("/v1/messages/count_tokens", MESSAGES, "")).path("input_tokens"))
                .isEqualTo(
                        json(post("/v1/messages", MESSAGES, "")).path("usage").path("input_tokens"));
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/messages,401,authentication_error",
        "/v1/messages,403,permission_error",
        "/v1/messages,429,rate_limit_error",
        "/v1/messages,500,api_error",
        "/v1/messages,529,overloaded_error",
        "/v1/chat/completions,429,rate_limit_exceeded",
        "/v1/responses,500,server_error",
    })
    void errorsTakeTheProvidersShape(String path, int status, String type) throws Exception {
        HttpResponse<byte[]> response = post(path, MESSAGES, "status=" + status + ",retry-after=7");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(json(response).path("error").path("type").asText()).isEqualTo(type);
        assertThat(response.headers().firstValue("retry-after").isPresent()).isEqualTo(status == 429 || status == 529);
    }

    @Test
    void onceHoldsForTheFirstTryOnly() throws Exception {
        HttpRequest.Builder retry = request("/v1/messages", MESSAGES, "status=429,once");

        assertThat(http.send(retry.build(), BodyHandlers.ofByteArray()).statusCode())
                .isEqualTo(429);
        retry.header("x-stainless-retry-count", "1");
        assertThat(http.send(retry.build(), BodyHandlers.ofByteArray()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void anInvalidKeyAndAnUnknownModelAreRefused() throws Exception {
        HttpRequest.Builder request =
                request("/v1/chat/completions", CHAT, "").header("authorization", "Bearer invalid-7");

        assertThat(http.send(request.build(), BodyHandlers.ofByteArray()).statusCode())
                .isEqualTo(401);
        assertThat(post("/v1/responses", RESPONSES.replace("stub-1", "no-such-1"), "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(get("/v1/elsewhere").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"statsu=1", "delay", "reset=1", "delay=-1", "status=200", "events=x", "size=99999999999"})
    void anUnknownOrImpossibleWordIsNamed(String words) throws Exception {
        HttpResponse<byte[]> response = post("/v1/messages", MESSAGES, words);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(text(response)).contains("x-stub: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "null", "{\"messages\":7}"})
    void abodyThatIsNoRequestIsRefused(String body) throws Exception {
        for (String path :
                new String[] {"/v1/messages", "/v1/chat/completions", "/v1/responses", "/v1/messages/batches"}) {
            assertThat(post(path, body, "").statusCode()).as(path).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut=3", "cut=3,reset", "unterminated-chunk", "short-content-length", "reset", "garbage"})
    void aFaultIsAnErrorForTheReaderOfBodyAndStream(String words) {
        assertThatThrownBy(() -> post("/v1/messages", MESSAGES, words)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> post("/v1/messages", streamed(MESSAGES), words))
                .isInstanceOf(IOException.class);
        assertThat(stub.stats().cancelled()).isZero();
    }

    @Test
    void cutSendsExactlySoManyEvents() {
        assertThatThrownBy(() -> post("/v1/messages", streamed(MESSAGES), "cut=3"))
                .isInstanceOf(IOException.class);
        assertThat(stub.stats().events()).isEqualTo(3);
    }

    @Test
    void anErrorEventEndsTheStreamCleanly() throws Exception {
        List<JsonNode> events = events(post("/v1/messages", streamed(MESSAGES), "error-event=3"));

        assertThat(events).hasSize(4);
        assertThat(events.getLast().path("error").path("type").asText()).isEqualTo("overloaded_error");
    }

    @Test
    void extraBytesFollowAWholeAnswer() throws Exception {
        String sent = raw("x-stub: extra-bytes\r\nconnection: close");

        assertThat(sent).endsWith("extra").containsOnlyOnce("\"type\":\"message\"");
        assertThat(sent.split("HTTP/1\\.1 200 OK")).hasSize(3);
    }

    @Test
    void untilCloseHasNeitherLengthNorChunks() throws Exception {
        String sent = raw("x-stub: until-close");

        assertThat(sent)
                .doesNotContain("content-length")
                .doesNotContain("chunked")
                .endsWith("}");
    }

    @Test
    void gzipIsAppliedUnasked() throws Exception {
        HttpResponse<byte[]> whole = post("/v1/messages", MESSAGES, "gzip");
        HttpResponse<byte[]> stream = post("/v1/messages", streamed(MESSAGES), "gzip");

        assertThat(whole.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(gunzip(whole.body())).contains("end_turn");
        assertThat(gunzip(stream.body())).contains("message_stop");
    }

    @Test
    void usageCanBeLeftOutAndTheTextSized() throws Exception {
        assertThat(text(post("/v1/messages", streamed(MESSAGES), "no-usage"))).doesNotContain("usage");
        String body = MESSAGES.replace("1000", "100000");
        assertThat(json(post("/v1/messages", body, "size=5000"))
                        .path("content")
                        .path(0)
                        .path("text")
                        .asText())
                .hasSize(5000);
    }

    @Test
    void theCeilingEndsTheAnswer() throws Exception {
        JsonNode message = json(post("/v1/messages", MESSAGES.replace("1000", "5"), ""));

        assertThat(message.path("stop_reason").asText()).isEqualTo("max_tokens");
        assertThat(message.path("content").path(0).path("text").asText()).hasSize(20);
    }

    @Test
    void aFixedAnswerComesWithoutReadingTheBody() throws Exception {
        assertThat(json(post("/v1/messages", "not json", "fixed")).path("id").asText())
                .isEqualTo("msg_fixed");
    }

    @Test
    void aReaderWhoLeavesIsCountedAsCancelled() throws Exception {
        HttpRequest request = request("/v1/messages", streamed(MESSAGES), "pace=50,events=1000")
                .build();
        HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
        assertThat(response.body().read()).isEqualTo('e');
        until(() -> stub.stats().openStreams() == 1);
        response.body().close();

        until(() -> stub.stats().cancelledStreams() == 1);
        assertThat(stub.stats().openStreams()).isZero();
        assertThat(stub.stats().lastCancelledAt()).isPositive();
    }

    @Test
    void aReaderWhoLeavesBeforeTheHeadIsCountedToo() throws Exception {
        HttpRequest request = request("/v1/messages", MESSAGES, "hang")
                .timeout(Duration.ofMillis(200))
                .build();
        assertThatThrownBy(() -> http.send(request, BodyHandlers.ofByteArray())).isInstanceOf(IOException.class);

        until(() -> stub.stats().cancelled() == 1);
        assertThat(stub.stats().waiting()).isZero();
    }

    @Test
    void aStreamThatFallsSilentStaysOpenAndOthersAreAnswered() throws Exception {
        HttpRequest request =
                request("/v1/messages", streamed(MESSAGES), "hang,cut=3").build();
        HttpResponse<InputStream> silent = http.send(request, BodyHandlers.ofInputStream());

        assertThat(json(get("/stub/stats")).path("openStreams").asInt()).isEqualTo(1);
        assertThat(stub.stats().events()).isEqualTo(3);
        silent.body().close();
        until(() -> stub.stats().cancelledStreams() == 1);
    }

    @Test
    void statsTellWhatWasReceivedAndResetForgetsIt() throws Exception {
        HttpRequest request = request("/v1/messages?beta=true", MESSAGES, "")
                .header("x-trace", "t-1")
                .build();
        http.send(request, BodyHandlers.ofByteArray());
        JsonNode stats = json(get("/stub/stats"));

        assertThat(stats.path("byPath").path("POST /v1/messages").asInt()).isEqualTo(1);
        assertThat(stub.stats().requests("POST /v1/messages")).isEqualTo(1);
        http.send(request("/stub/reset", "", "").build(), BodyHandlers.ofByteArray());
        assertThat(stub.stats().requests()).isZero();
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        String first = "POST /v1/messages HTTP/1.1\r\nhost: stub\r\nx-stub: delay=50\r\ncontent-length: "
                + MESSAGES.length() + "\r\n\r\n" + MESSAGES;
        String second = "GET /v1/models HTTP/1.1\r\nhost: stub\r\nconnection: close\r\n\r\n";
        String sent = send(first + second);

        assertThat(sent.indexOf("\"type\":\"message\"")).isPositive();
        assertThat(sent.indexOf("\"object\":\"list\"")).isGreaterThan(sent.indexOf("\"type\":\"message\""));
    }

    @Test
    void continueIsSentBeforeTheBody() throws Exception {
        String head =
                "POST /v1/messages HTTP/1.1\r\nhost: stub\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: "
                        + MESSAGES.length() + "\r\n\r\n";

        assertThat(send(head + MESSAGES)).startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n");
    }

    @Test
    void malformedFramingIsRefused() throws Exception {
        assertThat(send("POST /v1/messages HTTP/1.1\r\nhost: stub\r\ncontent-length: x\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
    }

    private String raw(String header) throws IOException {
        return send("POST /v1/messages HTTP/1.1\r\nhost: stub\r\n" + header + "\r\ncontent-length: " + MESSAGES.length()
                + "\r\n\r\n" + MESSAGES);
    }

    private String send(String bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stub.port())) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private HttpRequest.Builder request(String path, String body, String stub) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.stub.baseUrl() + path))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return stub.isEmpty() ? request : request.header("x-stub", stub);
    }

    private HttpResponse<byte[]> post(String path, String body, String stub) throws Exception {
        return http.send(request(path, body, stub).build(), BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(stub.baseUrl() + path)).build(), BodyHandlers.ofByteArray());
    }

    private static String streamed(String body) {
        return body.replaceFirst("\\{", "{\"stream\":true,");
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static JsonNode json(HttpResponse<byte[]> response) throws IOException {
        return MAPPER.readTree(response.body());
    }

    private static List<JsonNode> events(HttpResponse<byte[]> response) throws IOException {
        assertThat(response.headers().firstValue("content-type")).contains("text/event-stream; charset=utf-8");
        List<JsonNode> events = new ArrayList<>();
        for (String line : text(response).split("\n")) {
            if (line.startsWith("data: {")) {
                events.add(MAPPER.readTree(line.substring(6)));
            }
        }
        return events;
    }

    private static String gunzip(byte[] bytes) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Polls, since the far end notices on its own thread; the class timeout bounds it. */
    private static void until(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }
}
