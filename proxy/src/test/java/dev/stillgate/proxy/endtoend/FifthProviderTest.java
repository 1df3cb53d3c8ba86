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
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A provider that only the tests have, in a folder of its own and one line of a list. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class FifthProviderTest {
    private static final String BODY =
            "{\"model\":\"command-a\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":9";
    private static final String USAGE = "\"usage\":{\"billed_units\":{\"input_tokens\":1,\"output_tokens\":2},"
            + "\"tokens\":{\"input_tokens\":3,\"output_tokens\":14},\"cached_tokens\":2}";
    private static final String CITATION =
            "{\"start\":0,\"end\":3,\"text\":\"Mix\",\"sources\":[{\"type\":\"document\",\"id\":\"d:0\"}]}";

    @TempDir
    private Path directory;

    private static RigBuilder to(UpstreamScript upstream) {
        return GatewayRig.with().to(upstream).route("/v2/").accounts("{credential: [bearer]}");
    }

    private static String whole(String more) {
        return UpstreamScript.json("{\"id\":\"c-1\",\"finish_reason\":\"COMPLETE\",\"message\":{\"role\":\"assistant\","
                + "\"content\":[{\"type\":\"text\",\"text\":\"Mix it\"}]" + more + "}," + USAGE + "}");
    }

    private static String event(String type, String rest) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + rest + "}\n\n";
    }

    private static String delta(String text) {
        return event("content-delta", "\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\"" + text + "\"}}}");
    }

    private static String events(String between) {
        return event("message-start", "\"id\":\"c-1\",\"delta\":{\"message\":{\"role\":\"assistant\",\"content\":[]}}")
                + event(
                        "content-start",
                        "\"index\":0,\"delta\":{\"message\":{\"content\":{\"type\":\"text\",\"text\":\"\"}}}")
                + delta("Mi")
                + between
                + delta("x it")
                + event("content-end", "\"index\":0");
    }

    private static String stream(String between) {
        String body =
                events(between) + event("message-end", "\"delta\":{\"finish_reason\":\"COMPLETE\"," + USAGE + "}");
        return "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: " + body.length() + "\r\n\r\n"
                + body;
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    private RawClient.Response tapped(String answer, String body) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(answer);
                GatewayRig rig = to(upstream)
                        .plugins(TestPlugins.tapping(directory))
                        .filters("[{name: t, type: tapping}]")
                        .start()) {
            return rig.ask(Requests.post("/v2/chat", body));
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    @DisplayName("engine A1: a further provider is read, metered and edited by what its folder says")
    void requestIsReadAndTheResponseMeteredAndEdited(boolean stream) throws IOException {
        String body = BODY + (stream ? ",\"stream\":true}" : "}");
        try (UpstreamScript upstream = UpstreamScript.answering(stream ? stream("") : whole(""));
                GatewayRig rig = to(upstream)
                        .plugins(TestPlugins.tapping(directory))
                        .filters("[{name: t, type: tapping}]")
                        .start()) {
            RawClient.Response got = rig.ask(Requests.post("/v2/chat", body));
            assertThat(got.status()).isEqualTo(200);
            assertThat(got.text()).contains(stream ? "\"Mi[so] \"" : "Mi[so] it");
            assertThat(upstream.requests().getLast().text()).isEqualTo(body);
            JsonNode line = json(rig.finish().getLast());
            assertThat(line.path("gen_ai.operation.name").asText()).isEqualTo("cohere_chat");
            assertThat(line.path("gen_ai.request.model").asText()).isEqualTo("command-a");
            assertThat(line.path("gen_ai.usage.input_tokens").asLong()).isEqualTo(3);
            assertThat(line.path("gen_ai.usage.output_tokens").asLong()).isEqualTo(14);
            assertThat(line.path("gen_ai.response.finish_reasons").path(0).asText())
                    .isEqualTo("COMPLETE");
            assertThat(line.path("stream").asBoolean()).isEqualTo(stream);
        }
    }

    @Test
    void citedTextPassesUnchanged() throws IOException {
        assertThat(tapped(whole(",\"citations\":[" + CITATION + "]"), BODY + "}")
                        .text())
                .contains("\"Mix it\"");
        String cited = event("citation-start", "\"index\":0,\"delta\":{\"message\":{\"citations\":" + CITATION + "}}");
        assertThat(tapped(stream(cited), BODY + ",\"stream\":true}").text()).contains(delta("x it"));
    }

    @Test
    void streamThatEndsEarlyGetsTheErrorOfTheProvider() {
        String part = events("");
        String answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                + UpstreamScript.chunk(part);
        UpstreamScript.Script script = c -> {
            c.request();
            c.send(answer).close();
        };
        try (UpstreamScript upstream = UpstreamScript.of(script);
                GatewayRig rig = to(upstream).start();
                RawClient client = rig.connect()) {
            String got = client.send(Requests.post("/v2/chat", BODY + ",\"stream\":true}"))
                    .rest();
            assertThat(got).contains("\"finish_reason\":\"ERROR\"");
        }
    }

    @ParameterizedTest
    @CsvSource({"/v2/chat, 400", "/v2/embed, 404"})
    void refusalHasTheFormOfTheProvider(String path, int status) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = to(upstream).start()) {
            RawClient.Response got = rig.ask(Requests.post(path, "{\"max_tokens\":\"nine\"}"));
            assertThat(got.status()).isEqualTo(status);
            assertThat(json(got.text()).fieldNames()).toIterable().containsExactly("id", "message");
        }
    }
}
