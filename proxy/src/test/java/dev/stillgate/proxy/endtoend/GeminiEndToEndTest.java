package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests requests of the Gemini API. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class GeminiEndToEndTest {
    private static final String MODEL = "/v1beta/models/gemini-2.5-flash";
    private static final String ASK = MODEL + ":generateContent";
    private static final String STREAM = MODEL + ":streamGenerateContent";
    private static final String VERTEX =
            "/v1/projects/p-1/locations/us-east5/publishers/google/models/gemini-2.5-flash:generateContent";
    private static final String BODY = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}],"
            + "\"generationConfig\":{\"maxOutputTokens\":9}}";
    private static final String KEY = "x-goog-api-key: AIza-one";
    private static final String USAGE = "\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":9,"
            + "\"thoughtsTokenCount\":5},\"modelVersion\":\"gemini-answering\"}";
    private static final String FIRST = piece("Mi", "");
    private static final String LAST = piece("x it", ",\"finishReason\":\"STOP\"");
    private static final String JSON = UpstreamScript.json(piece("Mix it", ",\"finishReason\":\"STOP\""));
    private static final String EVENTS =
            response("text/event-stream", "data: " + FIRST + "\r\n\r\ndata: " + LAST + "\r\n\r\n");
    private static final String ARRAY = response("application/json", "[" + FIRST + "\n,\r\n" + LAST + "\n]\n");

    @TempDir
    private Path directory;

    private static String piece(String text, String more) {
        return "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + text + "\"}],\"role\":\"model\"}" + more
                + ",\"index\":0}]," + USAGE;
    }

    private static String response(String type, String body) {
        return "HTTP/1.1 200 OK\r\ncontent-type: " + type + "\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
    }

    private static RigBuilder to(UpstreamScript upstream) {
        return GatewayRig.with()
                .to(upstream)
                .route("/v1beta/, opaque: [/v1beta/models]")
                .accounts("{credential: [x-goog-api-key, query-key, bearer]}");
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    @ParameterizedTest
    @CsvSource({
        ASK + ", json, false",
        STREAM + "?alt=sse, events, true",
        STREAM + ", array, true",
        VERTEX + "?alt=json&prettyPrint=false, json, false",
        ASK + "?%24alt=json%3Benum-encoding%3Dint, json, false"
    })
    @DisplayName(
            "engine A1: a request of the Gemini API is read, metered and edited, whole and in both kinds of streams")
    void requestIsReadAndTheAnswerMeteredAndEdited(String target, String format, boolean stream) throws IOException {
        String answer = format.equals("json") ? JSON : format.equals("array") ? ARRAY : EVENTS;
        try (UpstreamScript upstream = UpstreamScript.answering(answer);
                GatewayRig rig = to(upstream)
                        .plugins(TestPlugins.tapping(directory))
                        .filters("[{name: t, type: tapping}]")
                        .start()) {
            RawClient.Response got = rig.ask(Requests.post(target, BODY, KEY));
            assertThat(got.status()).isEqualTo(200);
            assertThat(got.text().replaceAll("\"}].*?\"text\":\"", "")).contains(stream ? "[so] it" : "Mi[so] it");
            UpstreamScript.Request seen = upstream.requests().getLast();
            assertThat(seen.line()).isEqualTo("POST " + target + " HTTP/1.1");
            assertThat(seen.text()).isEqualTo(BODY);
            assertThat(seen.values("x-goog-api-key")).containsExactly("AIza-one");
            JsonNode line = json(rig.finish().getLast());
            assertThat(line.path("gen_ai.operation.name").asText()).isEqualTo("generate_content");
            assertThat(line.path("gen_ai.request.model").asText()).isEqualTo("gemini-2.5-flash");
            assertThat(line.path("gen_ai.response.model").asText()).isEqualTo("gemini-answering");
            assertThat(line.path("gen_ai.usage.input_tokens").asLong()).isEqualTo(3);
            assertThat(line.path("gen_ai.usage.output_tokens").asLong()).isEqualTo(14);
            assertThat(line.path("gen_ai.usage.reasoning_tokens").asLong()).isEqualTo(5);
            assertThat(line.path("stream").asBoolean()).isEqualTo(stream);
            assertThat(line.path("path").asText()).isEqualTo(target.replaceAll("\\?.*", ""));
        }
    }

    @Test
    void unfilteredAnswerPassesByteForByte() {
        try (UpstreamScript upstream = UpstreamScript.answering(ARRAY);
                GatewayRig rig = to(upstream).start()) {
            assertThat(rig.ask(Requests.post(STREAM, BODY, KEY)).text())
                    .isEqualTo(ARRAY.substring(ARRAY.indexOf("\r\n\r\n") + 4));
        }
    }

    @Test
    void tokensAreCounted() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json("{\"totalTokens\":31}"));
                GatewayRig rig = to(upstream).start()) {
            assertThat(rig.ask(Requests.post(MODEL + ":countTokens", BODY, KEY)).status())
                    .isEqualTo(200);
            JsonNode line = json(rig.finish().getLast());
            assertThat(line.path("gen_ai.operation.name").asText()).isEqualTo("count_content_tokens");
            assertThat(line.path("gen_ai.usage.input_tokens").asLong()).isEqualTo(31);
        }
    }

    @Test
    @DisplayName("engine A1: the provider's own judgement is in the log")
    void verdictOfTheProviderIsLogged() throws IOException {
        String blocked = "{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"}," + USAGE;
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(blocked));
                GatewayRig rig = to(upstream).start()) {
            rig.ask(Requests.post(ASK, BODY, KEY));
            JsonNode line = json(rig.finish().getLast());
            assertThat(line.path("provider_verdict").asText()).isEqualTo("refusal");
            assertThat(line.path("provider_verdict_category").asText()).isEqualTo("PROHIBITED_CONTENT");
        }
    }

    @Test
    @DisplayName("engine A1: refusals have the shape of Google's errors, with the advice to try again")
    void refusalsHaveTheShapeOfGoogle() throws IOException {
        String limit = "[{name: l, type: token-bucket, config: {limits: "
                + "[{name: r, measure: requests, capacity: 1, refill: 1/1h}]}}]";
        try (UpstreamScript upstream = UpstreamScript.answering(JSON);
                GatewayRig rig = to(upstream).filters(limit).start()) {
            RawClient.Response limited = rig.ask(Requests.post(ASK, BODY, KEY));
            for (int i = 0; i < 5 && limited.status() == 200; i++) { // until the account is at its limit
                limited = rig.ask(Requests.post(ASK, BODY, KEY));
            }
            JsonNode error = json(limited.text()).path("error");
            assertThat(limited.status()).isEqualTo(429);
            assertThat(error.path("code").asInt()).isEqualTo(429);
            assertThat(error.path("status").asText()).isEqualTo("RESOURCE_EXHAUSTED");
            assertThat(error.path("message").asText()).isNotEmpty();
            assertThat(error.at("/details/0/retryDelay").asText())
                    .isEqualTo(limited.values("retry-after").getFirst() + "s");
            RawClient.Response malformed = rig.ask(Requests.post(ASK, "{\"contents\":7}", "x-goog-api-key: b"));
            assertThat(json(malformed.text()).at("/error/status").asText()).isEqualTo("INVALID_ARGUMENT");
            RawClient.Response unknown = rig.ask(Requests.post(MODEL + ":embedContent", BODY, KEY));
            assertThat(json(unknown.text()).at("/error/status").asText()).isEqualTo("NOT_FOUND");
        }
    }

    @Test
    @DisplayName("engine A7: a key in the query is the same account as in the field, and is in no log")
    void keyInTheQueryIsTheAccount() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(JSON);
                GatewayRig rig = to(upstream).start()) {
            for (String target : List.of(ASK + "?key=AIza-one", STREAM + "?alt=sse&key=AIza-one")) {
                assertThat(rig.ask(Requests.post(target, BODY)).status()).isEqualTo(200);
                assertThat(upstream.requests().getLast().line()).isEqualTo("POST " + target + " HTTP/1.1");
            }
            rig.ask(Requests.post(ASK, BODY, KEY));
            rig.ask(Requests.post(ASK + "?key=AIza-two", BODY));
            rig.ask(Requests.get("/v1beta/models?key=AIza-one&pageSize=9"));
            List<String> lines = rig.finish();
            assertThat(lines).noneMatch(line -> line.contains("AIza"));
            List<String> accounts = lines.stream()
                    .map(line -> line.replaceAll(".*\"account\":\"([^\"]*)\".*", "$1"))
                    .toList();
            assertThat(accounts.getFirst()).startsWith("h1:");
            assertThat(accounts.get(1)).isEqualTo(accounts.getFirst());
            assertThat(accounts.get(2)).isEqualTo(accounts.getFirst());
            assertThat(accounts.get(3)).startsWith("h1:").isNotEqualTo(accounts.getFirst());
            assertThat(accounts.get(4)).isEqualTo(accounts.getFirst());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                    ?key=AIza-two             | x-goog-api-key: AIza-one   | 401 | credential-in-query
                    ?key=AIza-two             | authorization: Bearer ya29 | 200 | -
                    ?key=a&key=b              | x-none: 1                  | 401 | credential-ambiguous
                    ?key=                     | x-none: 1                  | 401 | credential-ambiguous
                    ?key=a%20b                | x-none: 1                  | 401 | credential-ambiguous
                    ?access_token=ya29        | x-none: 1                  | 400 | query-parameter
                    ?$key=a                   | x-none: 1                  | 400 | query-parameter
                    ?%6bey=a                  | x-none: 1                  | 401 | credential-ambiguous
                    ?%6bey=a                  | x-goog-api-key: AIza-one   | 400 | query-parameter
                    ?key=a&ke%79=b            | x-none: 1                  | 401 | credential-ambiguous
                    ?fields=candidates        | x-goog-api-key: AIza-one   | 400 | query-parameter
                    ?alt=proto                | x-goog-api-key: AIza-one   | 400 | query-parameter
                    ?alt=media                | x-goog-api-key: AIza-one   | 400 | query-parameter
                    ?callback=f               | x-goog-api-key: AIza-one   | 400 | query-parameter
                    """)
    @DisplayName("engine A7: a query that would change the account or the format of the answer is refused")
    void queryIsChecked(String query, String field, int status, String code) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(JSON);
                GatewayRig rig = to(upstream).start()) {
            RawClient.Response got = rig.ask(Requests.post(ASK + query, BODY, field));
            assertThat(got.status()).isEqualTo(status);
            assertThat(upstream.requests()).hasSize(status == 200 ? 1 : 0);
            JsonNode line = json(rig.finish().getLast());
            assertThat(line.path("response_code_details").asText(null)).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "?key=AIza-two, 401",
        "?%6bey=AIza-two, 401",
        "?pageSize=9&k%65%79=AIza-two, 401",
        "?%6Bey=, 401",
        "?%6bez=9&key%3Da, 200",
        "?filter%5Bkey%5D=9, 200",
    })
    void keyInTheQueryOfAnOpaquePathIsFoundInAnyForm(String query, int status) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(JSON);
                GatewayRig rig = to(upstream).start()) {
            assertThat(rig.ask(Requests.get("/v1beta/models" + query, "x-goog-api-key: AIza-one"))
                            .status())
                    .isEqualTo(status);
            assertThat(upstream.requests()).hasSize(status == 200 ? 1 : 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ASK + "?key=real", "/v1beta/models/m:countTokens?key=real"})
    void unlistedKeyInTheQueryIsRefused(String target) {
        try (UpstreamScript upstream = UpstreamScript.answering(JSON);
                GatewayRig rig =
                        to(upstream).accounts("{credential: [x-goog-api-key]}").start()) {
            assertThat(rig.ask(Requests.post(target, BODY)).status()).isEqualTo(401);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void unlistedFieldIsDropped() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(JSON);
                GatewayRig rig = to(upstream).accounts("{credential: [bearer]}").start()) {
            rig.ask(Requests.post(ASK, BODY, KEY, "x-goog-fieldmask: candidates"));
            assertThat(upstream.requests().getLast().values("x-goog-api-key")).isEmpty();
            assertThat(upstream.requests().getLast().values("x-goog-fieldmask")).isEmpty();
        }
    }

    @Test
    @DisplayName("engine A1: a stream that is cut between two events ends with an error in the form of Google")
    void cutStreamEndsWithAnError() {
        String event = "data: " + FIRST + "\r\n\r\n";
        try (UpstreamScript upstream = UpstreamScript.of(c -> {
                    c.request();
                    c.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                            + UpstreamScript.chunk(event));
                    c.close();
                });
                GatewayRig rig = to(upstream).start();
                RawClient client = rig.connect()) {
            String got =
                    client.send(Requests.post(STREAM + "?alt=sse", BODY, KEY)).rest();
            assertThat(got)
                    .contains(FIRST)
                    .contains("\n{\"error\":{\"code\":50")
                    .contains("\"status\":\"UNAVAILABLE\"");
        }
    }
}
