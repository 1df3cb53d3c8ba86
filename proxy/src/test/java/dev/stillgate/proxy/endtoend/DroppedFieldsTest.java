package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests request header fields that a route takes out. */
@ExtendWith(NoLeaks.class)
class DroppedFieldsTest {
    private static final String[] SENT = {
        "x-first: 1",
        "X-LiteLLM-API-Key: sk-other",
        "x-litellm: 2",
        "x-litellm-api-key: sk-again",
        "X-Team: a",
        "x-last: 3"
    };

    @Test
    void listedFieldsAreTakenOutOfPromptsAndUnreadRequests() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .routeKeys("dropFields: [x-litellm-api-key, X-Team]")
                        .start()) {
            rig.ask(Requests.messages(SENT));
            rig.ask(Requests.get("/v1/models", SENT));
            assertThat(upstream.requests()).hasSize(2).allSatisfy(request -> {
                assertThat(request.fields().toString()).doesNotContainIgnoringCase("x-litellm-api-key", "sk-", "team");
                assertThat(request.values("x-first")).containsExactly("1");
                assertThat(request.values("x-litellm")).containsExactly("2");
                assertThat(request.values("x-last")).containsExactly("3");
            });
            assertThat(upstream.requests().getFirst().text()).isEqualTo(Requests.MESSAGES_BODY);
        }
    }

    @Test
    void fieldsOfAnotherRouteStay() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .routeKeys("dropFields: [x-team]")
                        .route("/v1/chat/completions")
                        .start()) {
            rig.ask(Requests.chat("X-Team: a"));
            rig.ask(Requests.messages("X-Team: a"));
            assertThat(upstream.requests())
                    .extracting(request -> request.values("x-team"))
                    .containsExactly(List.of("a"), List.of());
        }
    }

    @Test
    void droppedFieldIsNotRecorded(@TempDir Path directory) throws IOException {
        Path log = directory.resolve("exchanges.jsonl");
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .routeKeys("dropFields: [x-litellm-api-key]")
                        .record("{path: " + log + ", text: full}")
                        .start()) {
            rig.ask(Requests.messages(SENT));
            rig.ask(Requests.get("/v2/nothing", "x-stainless-os: 4"));
            GatewayRig.eventually("recorded", () -> rig.metric("stillgate_record_written_total") == 2);
        }
        assertThat(Files.readString(log))
                .contains("\"x-first\"", "\"x-stainless-os\",\"4\"")
                .doesNotContain("sk-", "x-litellm-api-key");
    }
}
