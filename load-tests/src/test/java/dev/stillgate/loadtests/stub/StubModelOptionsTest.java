package dev.stillgate.loadtests.stub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses to the options in {@code x-stub} and to invalid requests. */
class StubModelOptionsTest extends StubModelRig {
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
    void errorsHaveTheProvidersFormat(String path, int status, String type) throws Exception {
        HttpResponse<byte[]> response = post(path, MESSAGES, "status=" + status + ",retry-after=7");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(json(response).path("error").path("type").asText()).isEqualTo(type);
        assertThat(response.headers().firstValue("retry-after").isPresent()).isEqualTo(status == 429 || status == 529);
    }

    @Test
    void onceAppliesToTheFirstAttemptOnly() throws Exception {
        HttpRequest.Builder retry = request("/v1/messages", MESSAGES, "status=429,once");

        assertThat(http.send(retry.build(), BodyHandlers.ofByteArray()).statusCode())
                .isEqualTo(429);
        retry.header("x-stainless-retry-count", "1");
        assertThat(http.send(retry.build(), BodyHandlers.ofByteArray()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void invalidKeyAndUnknownModelAreRefused() throws Exception {
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
    void invalidOptionIsReported(String words) throws Exception {
        HttpResponse<byte[]> response = post("/v1/messages", MESSAGES, words);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(text(response)).contains("x-stub: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "null", "{\"messages\":7}"})
    void invalidBodyIsRefused(String body) throws Exception {
        for (String path :
                new String[] {"/v1/messages", "/v1/chat/completions", "/v1/responses", "/v1/messages/batches"}) {
            assertThat(post(path, body, "").statusCode()).as(path).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut=3", "cut=3,reset", "unterminated-chunk", "short-content-length", "reset", "garbage"})
    void faultIsAnErrorForTheClient(String words) {
        assertThatThrownBy(() -> post("/v1/messages", MESSAGES, words)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> post("/v1/messages", streamed(MESSAGES), words))
                .isInstanceOf(IOException.class);
        assertThat(stub.stats().cancelled()).isZero();
    }

    @Test
    void cutSendsTheGivenNumberOfEvents() {
        assertThatThrownBy(() -> post("/v1/messages", streamed(MESSAGES), "cut=3"))
                .isInstanceOf(IOException.class);
        assertThat(stub.stats().events()).isEqualTo(3);
    }

    @Test
    void errorEventEndsTheStreamCleanly() throws Exception {
        List<JsonNode> events = events(post("/v1/messages", streamed(MESSAGES), "error-event=3"));

        assertThat(events).hasSize(4);
        assertThat(events.getLast().path("error").path("type").asText()).isEqualTo("overloaded_error");
    }

    @Test
    void extraBytesFollowACompleteResponse() throws Exception {
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
    void gzipIsAppliedWithoutAcceptEncoding() throws Exception {
        HttpResponse<byte[]> whole = post("/v1/messages", MESSAGES, "gzip");
        HttpResponse<byte[]> stream = post("/v1/messages", streamed(MESSAGES), "gzip");

        assertThat(whole.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(gunzip(whole.body())).contains("end_turn");
        assertThat(gunzip(stream.body())).contains("message_stop");
    }

    @Test
    void usageIsOmittedAndTextHasTheGivenSize() throws Exception {
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
    void maxTokensTruncatesTheOutput() throws Exception {
        JsonNode message = json(post("/v1/messages", MESSAGES.replace("1000", "5"), ""));

        assertThat(message.path("stop_reason").asText()).isEqualTo("max_tokens");
        assertThat(message.path("content").path(0).path("text").asText()).hasSize(20);
    }

    @Test
    void refusalIsTheReasonOfTheEnd() throws Exception {
        assertThat(json(post("/v1/messages", MESSAGES, "refuse"))
                        .path("stop_reason")
                        .asText())
                .isEqualTo("refusal");
        assertThat(text(post("/v1/messages", streamed(MESSAGES), "refuse"))).contains("\"refusal\"");
    }

    @Test
    void fixedResponseIgnoresTheBody() throws Exception {
        assertThat(json(post("/v1/messages", "not json", "fixed")).path("id").asText())
                .isEqualTo("msg_fixed");
    }
}
