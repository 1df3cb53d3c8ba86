package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorBodiesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NASTY = "a \"quoted\\ line\n\u0001 \u00fcmlaut \ud83c\udf0d lone \ud800 end";
    private static final String NASTY_READ = NASTY.replace('\ud800', '\ufffd').replace("\ufffd\udf0d", "\ud83c\udf0d");

    @ParameterizedTest
    @CsvSource(textBlock = """
        MALFORMED,        400, invalid_request_error, invalid_request_error,
        PROMPT_TOO_LONG,  400, invalid_request_error, invalid_request_error, context_length_exceeded
        UNAUTHENTICATED,  401, authentication_error,  invalid_request_error, invalid_api_key
        FORBIDDEN_REGION, 403, permission_error,      request_forbidden,     unsupported_country_region_territory
        BLOCKED,          403, permission_error,      invalid_request_error, insufficient_permissions
        NOT_FOUND,        404, not_found_error,       invalid_request_error, unknown_url
        TOO_LARGE,        413, request_too_large,     invalid_request_error, request_too_large
        EXPECTATION_FAILED, 417, invalid_request_error, invalid_request_error,
        UPGRADE_REQUIRED, 426, invalid_request_error, invalid_request_error,
        NOT_IMPLEMENTED,  501, invalid_request_error, invalid_request_error,
        RATE_LIMITED,     429, rate_limit_error,      requests,              rate_limit_exceeded
        TOKENS_LIMITED,   429, rate_limit_error,      tokens,                rate_limit_exceeded
        UNVERIFIED,       429, rate_limit_error,      requests,              account_unverified
        OVERLOADED,       503, overloaded_error,      service_unavailable_error, server_is_overloaded
        GATEWAY_TIMEOUT,  504, timeout_error,         server_error,          timeout
        INTERNAL,         500, api_error,             server_error,          server_error
        """)
    void statusTypeAndCodeFollowTheProvider(Kind kind, int status, String anthropic, String openAi, String code)
            throws IOException {
        assertThat(ErrorBodies.status(kind)).isEqualTo(status);
        JsonNode a = JSON.readTree(ErrorBodies.body(Provider.ANTHROPIC, kind, "no", "req_1"));
        assertThat(a).isEqualTo(JSON.readTree("""
            {"type":"error","error":{"type":"%s","message":"no"},"request_id":"req_1"}\
            """.formatted(anthropic)));
        JsonNode o = JSON.readTree(ErrorBodies.body(Provider.OPENAI, kind, "no", "req_1"));
        assertThat(o).isEqualTo(JSON.readTree("""
            {"error":{"message":"no","type":"%s","param":null,"code":%s}}\
            """.formatted(openAi, code == null ? "null" : '"' + code + '"')));
    }

    @Test
    void longWaitIsAnExceededQuotaOfOpenAi() throws IOException {
        for (Kind kind : new Kind[] {Kind.RATE_LIMITED, Kind.TOKENS_LIMITED, Kind.UNVERIFIED}) {
            JsonNode later = error(Provider.OPENAI, kind, 301);
            String code = kind == Kind.UNVERIFIED ? "account_unverified" : "insufficient_quota";
            assertThat(later.path("code").asText()).isEqualTo(code);
            assertThat(later.path("message").asText()).isEqualTo("no");
            assertThat(ErrorBodies.namesRetry(Provider.OPENAI, kind, 301)).isFalse();
            assertThat(error(Provider.OPENAI, kind, 300)).isEqualTo(error(Provider.OPENAI, kind, 0));
            assertThat(ErrorBodies.namesRetry(Provider.OPENAI, kind, 300)).isTrue();
            assertThat(error(Provider.ANTHROPIC, kind, 301)).isEqualTo(error(Provider.ANTHROPIC, kind, 0));
            assertThat(ErrorBodies.namesRetry(Provider.ANTHROPIC, kind, 301)).isTrue();
        }
        assertThat(ErrorBodies.namesRetry(Provider.OPENAI, Kind.OVERLOADED, 301))
                .isTrue();
    }

    private static JsonNode error(Provider provider, Kind kind, long retrySeconds) throws IOException {
        return JSON.readTree(ErrorBodies.body(provider, null, kind, "no", "req_1", retrySeconds))
                .path("error");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void messagesAreEscaped(Kind kind) throws IOException {
        JsonNode a = JSON.readTree(ErrorBodies.body(Provider.ANTHROPIC, kind, NASTY, NASTY));
        assertThat(a.at("/error/message").asText()).isEqualTo(NASTY_READ);
        assertThat(a.at("/request_id").asText()).isEqualTo(NASTY_READ);
        JsonNode o = JSON.readTree(ErrorBodies.body(Provider.OPENAI, kind, NASTY, NASTY));
        assertThat(o.at("/error/message").asText()).isEqualTo(NASTY_READ);
        assertThat(ErrorBodies.status(kind)).isBetween(400, 504);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        MALFORMED,        ValidationException,         INVALID_ARGUMENT
        UNAUTHENTICATED,  UnrecognizedClientException, UNAUTHENTICATED
        BLOCKED,          AccessDeniedException,       PERMISSION_DENIED
        NOT_FOUND,        ResourceNotFoundException,   NOT_FOUND
        RATE_LIMITED,     ThrottlingException,         RESOURCE_EXHAUSTED
        TOKENS_LIMITED,   ThrottlingException,         RESOURCE_EXHAUSTED
        GATEWAY_TIMEOUT,  ModelTimeoutException,       DEADLINE_EXCEEDED
        OVERLOADED,       ServiceUnavailableException, UNAVAILABLE
        INTERNAL,         InternalServerException,     INTERNAL
        """)
    void cloudsHaveMembersOfTheirOwn(Kind kind, String bedrock, String vertex) throws IOException {
        JsonNode plain = JSON.readTree(ErrorBodies.body(Provider.ANTHROPIC, kind, NASTY, "req_1"));
        JsonNode b = JSON.readTree(ErrorBodies.body(Provider.ANTHROPIC, Cloud.BEDROCK, kind, NASTY, "req_1", 0));
        List<Header> fields = new ArrayList<>();
        Dialects.of(Provider.ANTHROPIC).cloudFields(Cloud.BEDROCK, kind, "req-1", fields);
        assertThat(fields)
                .containsExactly(new Header("x-amzn-errortype", bedrock), new Header("x-amzn-requestid", "req-1"));
        assertThat(b.at("/message").asText()).isEqualTo(NASTY_READ);
        assertThat(b.get("error")).isEqualTo(plain.get("error"));
        JsonNode v = JSON.readTree(ErrorBodies.body(Provider.ANTHROPIC, Cloud.VERTEX, kind, NASTY, "req_1", 0));
        assertThat(v.at("/error/status").asText()).isEqualTo(vertex);
        assertThat(v.at("/error/code").asInt()).isEqualTo(ErrorBodies.status(kind));
        assertThat(v.at("/error/type")).isEqualTo(plain.at("/error/type"));
        assertThat(v.at("/error/message").asText()).isEqualTo(NASTY_READ);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        MALFORMED,       400, INVALID_ARGUMENT
        UNAUTHENTICATED, 401, UNAUTHENTICATED
        BLOCKED,         403, PERMISSION_DENIED
        NOT_FOUND,       404, NOT_FOUND
        RATE_LIMITED,    429, RESOURCE_EXHAUSTED
        UNVERIFIED,      429, RESOURCE_EXHAUSTED
        OVERLOADED,      503, UNAVAILABLE
        INTERNAL,        500, INTERNAL
        """)
    void errorsOfGoogleHaveCodeMessageAndStatus(Kind kind, int code, String status) throws IOException {
        JsonNode plain = JSON.readTree(ErrorBodies.body(Provider.GOOGLE, Cloud.GEMINI, kind, NASTY, "req_1", 0));
        assertThat(plain.size()).isEqualTo(1);
        assertThat(plain.get("error").size()).isEqualTo(3);
        assertThat(plain.at("/error/code").asInt()).isEqualTo(code);
        assertThat(plain.at("/error/message").asText()).isEqualTo(NASTY_READ);
        assertThat(plain.at("/error/status").asText()).isEqualTo(status);
        JsonNode later = JSON.readTree(ErrorBodies.body(Provider.GOOGLE, Cloud.VERTEX, kind, "no", "req_1", 34));
        assertThat(later.at("/error/details/0/@type").asText()).isEqualTo("type.googleapis.com/google.rpc.RetryInfo");
        assertThat(later.at("/error/details/0/retryDelay").asText()).isEqualTo("34s");
    }

    @Test
    void streamOfGoogleEndsWithALineOfJson() throws IOException {
        JsonNode data = event(Provider.GOOGLE, Operation.GENERATE_CONTENT, "");
        assertThat(data.at("/error/code").asInt()).isEqualTo(504);
        assertThat(data.at("/error/message").asText()).isEqualTo(NASTY_READ);
        assertThat(data.at("/error/status").asText()).isEqualTo("DEADLINE_EXCEEDED");
    }

    @Test
    void anthropicStreamEndsWithErrorEvent() throws IOException {
        JsonNode data = event(Provider.ANTHROPIC, Operation.MESSAGES, "event: error\ndata: ");
        assertThat(data.at("/type").asText()).isEqualTo("error");
        assertThat(data.at("/error/type").asText()).isEqualTo("timeout_error");
        assertThat(data.at("/error/message").asText()).isEqualTo(NASTY_READ);
    }

    @Test
    void completionsStreamEndsWithErrorChunk() throws IOException {
        JsonNode data = event(Provider.OPENAI, Operation.CHAT_COMPLETIONS, "data: ");
        assertThat(data.at("/error/message").asText()).isEqualTo(NASTY_READ);
        assertThat(data.at("/error/code").asText()).isEqualTo("timeout");
    }

    @Test
    void responsesStreamEndsWithErrorEventInBothShapes() throws IOException {
        JsonNode data = event(Provider.OPENAI, Operation.RESPONSES, "event: error\ndata: ");
        assertThat(data.at("/type").asText()).isEqualTo("error");
        assertThat(data.at("/message").asText()).isEqualTo(NASTY_READ);
        assertThat(data.at("/code").asText()).isEqualTo("timeout");
        assertThat(data.at("/param").isNull()).isTrue();
        assertThat(data.at("/sequence_number").asLong()).isEqualTo(17);
        assertThat(data.at("/error/message").asText()).isEqualTo(NASTY_READ);
    }

    private static JsonNode event(Provider provider, Operation operation, String head) throws IOException {
        String event = new String(
                ErrorBodies.sseError(provider, operation, Kind.GATEWAY_TIMEOUT, NASTY, "req_2", 17),
                StandardCharsets.UTF_8);
        assertThat(event).startsWith(head).endsWith("}\n\n");
        String data = event.substring(head.length(), event.length() - 2);
        assertThat(data).doesNotContain("\n").doesNotContain("\r");
        return JSON.readTree(data);
    }
}
