package dev.stillgate.proxy.dialect.usage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.dialect.Fixtures;
import dev.stillgate.spi.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WholeResponseTest {
    private final WholeResponse whole = new WholeResponse();

    private static byte[] events(String... data) {
        StringBuilder stream = new StringBuilder();
        for (String one : data) {
            stream.append("event: x\ndata: ").append(one).append("\n\n");
        }
        return stream.toString().getBytes(StandardCharsets.UTF_8);
    }

    private JsonNode of(String... data) throws IOException {
        byte[] made = whole.of(events(data));
        return new ObjectMapper().readTree(made == null ? "null".getBytes(StandardCharsets.UTF_8) : made);
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    private static final String[] MESSAGE = {
        """
        {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],\
        "stop_reason":null,"usage":{"input_tokens":9,"output_tokens":1}}}""",
        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}}",
        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"so\"}}",
        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"s==\"}}",
        "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
        "{\"type\":\"ping\"}",
        "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"one \\\"\"}}",
        "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"\\n\\u00e9\"}}",
        "{\"type\":\"content_block_stop\",\"index\":1}",
        """
        {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}""",
        "{\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\"\"}}",
        "{\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\":[1]}\"}}",
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":30}}",
        "{\"type\":\"message_stop\"}"
    };

    @Test
    void messageIsAssembled() throws IOException {
        assertThat(of(MESSAGE)).isEqualTo(json("""
                {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[
                 {"type":"thinking","thinking":"so","signature":"s=="},{"type":"text","text":"one \\"\\n\\u00e9"},
                 {"type":"tool_use","id":"toolu_1","name":"f","input":{"a":[1]}}],
                 "stop_reason":"tool_use","usage":{"input_tokens":9,"output_tokens":30}}"""));
    }

    @Test
    void completionIsAssembled() throws IOException {
        assertThat(of(
                        "{\"id\":\"c\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}",
                        "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"he\"}},{\"index\":1,\"delta\":{\"content\":\"x\"}}]}",
                        "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"llo\"},\"finish_reason\":\"stop\"}],\"usage\":null}",
                        "{\"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"t\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}}]}",
                        "{\"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"}\"}}]},\"finish_reason\":\"tool_calls\"}]}",
                        "{\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}",
                        "[DONE]"))
                .isEqualTo(json("""
                        {"id":"c","created":1,"model":"m","object":"chat.completion","choices":[
                         {"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hello"}},
                         {"index":1,"finish_reason":"tool_calls","message":{"role":"assistant","content":"x",
                          "tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]}}],
                         "usage":{"prompt_tokens":3,"completion_tokens":4}}"""));
    }

    @Test
    void responseIsTakenFromLastEvent() throws IOException {
        assertThat(
                        of(
                                "{\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"output\":[]}}",
                                "{\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"output\":[{\"type\":\"message\"}]}}"))
                .isEqualTo(json("{\"id\":\"r\",\"output\":[{\"type\":\"message\"}]}"));
    }

    private static final String[] GENERATION = {
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"So\",\"thought\":true}],\"role\":\"model\"},\"index\":0}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"one \\\"\"}]}},{\"content\":{\"parts\":[{\"text\":\"x\"}]},\"index\":1}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" two\"},{\"functionCall\":{\"name\":\"f\"}}]}}],\"modelVersion\":\"m\"}",
        """
        {"candidates":[{"content":{"parts":[{"text":"end"},{"text":".","thoughtSignature":"s"}]},"finishReason":"STOP"},\
        {"finishReason":"STOP","index":1}],"usageMetadata":{"promptTokenCount":3},"modelVersion":"m"}"""
    };

    @Test
    void generationIsAssembledFromEventsAndFromAnArray() throws IOException {
        JsonNode expected = json("""
                {"modelVersion":"m","usageMetadata":{"promptTokenCount":3},"candidates":[
                 {"index":0,"finishReason":"STOP","content":{"role":"model","parts":[{"text":"So","thought":true},
                  {"text":"one \\" two"},{"functionCall":{"name":"f"}},{"text":"end.","thoughtSignature":"s"}]}},
                 {"index":1,"finishReason":"STOP","content":{"role":"model","parts":[{"text":"x"}]}}]}""");
        assertThat(of(GENERATION)).isEqualTo(expected);
        byte[] array = (" [" + String.join("\n,\r\n", GENERATION) + "]").getBytes(StandardCharsets.UTF_8);
        assertThat(WholeResponse.isArray(array)).isTrue();
        assertThat(new ObjectMapper().readTree(whole.of(array))).isEqualTo(expected);
        assertThat(of(GENERATION[0], GENERATION[1]).isNull()).isTrue();
        assertThat(of("{\"promptFeedback\":{\"blockReason\":\"OTHER\"}}"))
                .isEqualTo(json("{\"promptFeedback\":{\"blockReason\":\"OTHER\"}}"));
    }

    @Test
    void incompleteOrInvalidStreamGivesNull() throws IOException {
        String[] cut = new String[MESSAGE.length - 1];
        System.arraycopy(MESSAGE, 0, cut, 0, cut.length);
        assertThat(of(cut).isNull()).isTrue();
        assertThat(of("{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{}}]}").isNull())
                .isTrue();
        assertThat(of("{\"broken\"").isNull()).isTrue();
        assertThat(of().isNull()).isTrue();
        assertThat(of(MESSAGE).isNull()).as("reused after errors").isFalse();
    }

    static Stream<Fixtures.Response> streams() {
        return Fixtures.own().stream()
                .filter(Fixtures.Response::sse)
                .filter(answer ->
                        answer.operation().readsBody() && answer.usage().source() == Usage.Source.EXACT)
                .filter(answer -> answer.terminal() && !answer.name().startsWith("hostile"));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void usageIdAndModelAreThoseOfTheStream(Fixtures.Response stream) {
        byte[] made = whole.of(stream.body());
        assertThat(made).isNotNull();
        UsageReader document = new UsageReader().reset(stream.operation(), false);
        document.feed(made, 0, made.length);
        UsageReader events = new UsageReader().reset(stream.operation(), true);
        events.feed(stream.body(), 0, stream.body().length);
        assertThat(document.usage()).isEqualTo(events.usage());
        assertThat(document.id()).isEqualTo(events.id());
        assertThat(document.model()).isEqualTo(events.model());
    }
}
