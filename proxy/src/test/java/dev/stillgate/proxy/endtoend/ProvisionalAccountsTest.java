package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests unlisted credentials: until the upstream has served one, all of an address share one bucket. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class ProvisionalAccountsTest {
    /** The limit of an account; an address has the same for all its provisional accounts. */
    private static final int CAPACITY = 4;

    private static final String BUCKET = "[{name: limits, type: token-bucket, config: {overflow: {factor: 2}, limits:"
            + " [{name: requests, measure: requests, capacity: " + CAPACITY + ", refill: 1/1h}]}}]";
    private static final int SHARED = 2 * CAPACITY;
    private static final int KEYS = 20;

    private static UpstreamScript answering(int status) {
        return UpstreamScript.answering("HTTP/1.1 " + status + " Some\r\ncontent-length: 0\r\n\r\n");
    }

    static Stream<Arguments> unproven() {
        String prompt = Requests.messages("x-api-key: forged-%");
        return Stream.of(
                Arguments.of(
                        "a preflight", 204, Requests.head("OPTIONS", "/v1/models", "x-api-key: forged-%") + "\r\n"),
                Arguments.of("a list", 200, Requests.get("/v1/models", "x-api-key: forged-%")),
                Arguments.of("an opaque upload", 200, Requests.post("/v1/blobs/1", "blob", "x-api-key: forged-%")),
                Arguments.of("batches", 200, Requests.get("/v1/messages/batches", "x-api-key: forged-%")),
                Arguments.of("a bad request", 400, prompt),
                Arguments.of("an unknown path", 404, prompt),
                Arguments.of("a limit at the edge", 429, prompt),
                Arguments.of("an upstream that is down", 500, prompt),
                Arguments.of("a redirection", 302, prompt));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("unproven")
    @DisplayName("engine A5: a response that needs no valid key does not accept a forged one")
    void keylessResponseDoesNotAcceptAKey(String what, int status, String request) throws IOException {
        assertThat(what).isNotEmpty();
        try (UpstreamScript upstream = answering(status);
                GatewayRig rig = GatewayRig.with().to(upstream).filters(BUCKET).start()) {
            for (int round = 0; round < 2; round++) {
                for (int key = 0; key < KEYS; key++) {
                    rig.ask(request.replace("%", Integer.toString(key)));
                }
            }
            assertThat(upstream.requests()).hasSize(SHARED);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/messages",
                "/v1/messages/count_tokens",
                "/v1/chat/completions",
                "/v1/embeddings",
                "/v1/audio/transcriptions"
            })
    @DisplayName("engine A5: a served prompt gives its account its own bucket")
    void servedPromptAcceptsItsKey(String path) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with().to(upstream).filters(BUCKET).start()) {
            for (int key = 0; key < SHARED; key++) {
                String request = Requests.post(path, Requests.MESSAGES_BODY, "x-api-key: honest-" + key);
                assertThat(rig.ask(request).status()).isEqualTo(200);
            }
            for (int key = 0; key < SHARED; key++) {
                String request = Requests.post(path, Requests.MESSAGES_BODY, "x-api-key: honest-" + key);
                for (int i = 0; i < CAPACITY; i++) {
                    assertThat(rig.ask(request).status()).isEqualTo(200);
                }
                assertThat(rig.ask(request).status()).isEqualTo(429);
            }
        }
    }

    @Test
    @DisplayName("engine A5: a client that lists models first is served, and accepted with its first prompt")
    void clientThatListsModelsFirstIsServed() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with().to(upstream).filters(BUCKET).start()) {
            assertThat(rig.ask(Requests.get("/v1/models", "x-api-key: honest")).status())
                    .isEqualTo(200);
            assertThat(rig.ask(Requests.messages("x-api-key: honest")).status()).isEqualTo(200);
            for (int i = 0; i < SHARED; i++) {
                rig.ask(Requests.get("/v1/models", "x-api-key: forged-" + i));
            }
            assertThat(rig.ask(Requests.get("/v1/models", "x-api-key: honest")).status())
                    .as("its own bucket")
                    .isEqualTo(200);
        }
    }
}
