package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests the response facts that a filter receives; the client gets every byte unchanged. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class ResponseFactsTest {
    private static final String TEXT = "Lime mortar breathes, and that is why old walls stay dry inside.";
    private static final String JSON_BODY = "{\"id\":\"msg_1\",\"content\":[{\"type\":\"text\",\"text\":\"" + TEXT
            + "\"},{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"input\":{}}],\"usage\":{\"output_tokens\":9}}";
    private static final String STREAM =
            "data: {\"type\":\"content_block_start\",\"content_block\":{\"text\":\"\"}}\n\n"
                    + "data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"" + TEXT.substring(0, 30)
                    + "\"}}\n\n"
                    + "data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"" + TEXT.substring(30) + "\"}}\n\n"
                    + "data: {\"type\":\"content_block_start\",\"content_block\":{\"id\":\"toolu_1\",\"input\":{}}}\n\n"
                    + "data: {\"type\":\"content_block_delta\",\"delta\":{\"partial_json\":\"{}\"}}\n\n";
    private static final String SSE = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ";
    private static final String SHOWN = """
            java.util.Map<String, Object> seen = new java.util.concurrent.ConcurrentHashMap<>();
            context.adminView("answers", seen::get);
            return new CompletionFilter() {
                public boolean readsResponse() { return %s; }
                public void onComplete(Exchange x, Outcome o) {
                    ResponseFacts a = x.responseFacts();
                    java.util.List<Boolean> marks = new java.util.ArrayList<>();
                    for (int i = 0; i < a.hashCount(); i++) {
                        marks.add(a.hash(i) == context.contextHashes().ofText("%s")
                            || a.hash(i) == context.contextHashes().ofId("toolu_1"));
                    }
                    seen.put(x.requestId(), java.util.List.of(a.proseChars(), a.codeChars(), a.toolChars(), marks));
                }
            };""";

    @TempDir
    private Path directory;

    private JsonNode shown(GatewayRig rig, String filter) throws IOException {
        try (RawClient admin = new RawClient(rig.adminPort())) {
            RawClient.Response page = admin.send("GET /answers/r-1 HTTP/1.1\r\nhost: localhost\r\n\r\n")
                    .answer();
            return new ObjectMapper().readTree(page.text()).at("/filters/" + filter);
        }
    }

    private GatewayRig rig(UpstreamScript upstream, String filters) throws IOException {
        TestPlugins.in(directory, "reading", SHOWN.formatted("true", TEXT));
        return GatewayRig.with()
                .to(upstream)
                .plugins(TestPlugins.in(directory, "blind", SHOWN.formatted("false", TEXT)))
                .filters(filters)
                .start();
    }

    @Test
    void filterReceivesFactsOfTheResponse() throws IOException {
        for (String mode : List.of("enforce", "shadow")) {
            for (String answer : List.of(UpstreamScript.json(JSON_BODY), SSE + STREAM.length() + "\r\n\r\n" + STREAM)) {
                String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
                try (UpstreamScript upstream = UpstreamScript.answering(answer);
                        GatewayRig rig = rig(
                                upstream, "[{name: r, type: reading, mode: " + mode + "}, {name: b, type: blind}]")) {
                    String asked = Requests.post("/v1/messages", "{\"model\":\"m\"}", "x-request-id: r-1");
                    assertThat(rig.ask(asked).text()).isEqualTo(body);
                    assertThat(shown(rig, "r")).hasToString("[" + TEXT.length() + ",0,2,[true,true]]");
                    assertThat(shown(rig, "b")).as("reported too").isEqualTo(shown(rig, "r"));
                }
            }
        }
    }

    @Test
    void deliveredPartOfABrokenResponseIsKnown() throws IOException {
        String half = STREAM.substring(0, STREAM.indexOf("toolu_1"));
        try (UpstreamScript upstream = UpstreamScript.of(c -> {
                    c.request();
                    c.send(SSE + STREAM.length() + "\r\n\r\n" + half);
                    c.close();
                });
                GatewayRig rig = rig(upstream, "[{name: r, type: reading}]")) {
            RawClient.Response answer =
                    rig.ask(Requests.post("/v1/messages", "{\"model\":\"m\"}", "x-request-id: r-1"));
            assertThat(answer.whole()).isFalse();
            assertThat(shown(rig, "r")).hasToString("[" + TEXT.length() + ",0,0,[true]]");
        }
    }

    @Test
    void factsAreNotCollectedUnlessRequested() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(JSON_BODY));
                GatewayRig rig = rig(upstream, "[{name: b, type: blind}, {name: r, type: reading, mode: off}]")) {
            rig.ask(Requests.post("/v1/messages", "{\"model\":\"m\"}", "x-request-id: r-1"));
            assertThat(shown(rig, "b")).hasToString("[0,0,0,[]]");
        }
    }
}
