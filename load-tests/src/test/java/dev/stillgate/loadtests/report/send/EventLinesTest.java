package dev.stillgate.loadtests.report.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventLinesTest {
    private final ResponseFacts facts = new ResponseFacts();
    private final EventLines lines = new EventLines(facts);

    private void read(String text, long at) {
        lines.read(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), at);
    }

    @Test
    void anEventHasTheTimeOfItsEnd() {
        read("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",", 10);
        read("\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n", 20);
        assertThat(facts.outputs).isEmpty();
        read("\ndata: {\"type\":\"message_stop\"}\n\n", 30);
        assertThat(facts.outputs).containsExactly(30L);
        assertThat(facts.events).isEqualTo(2);
        assertThat(facts.isWhole).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void allLineEndsAreRead(String end) {
        read(": ping" + end + end + "data:{\"choices\":[{\"delta\":{\"content\":\"ü\"}}]}" + end + end, 1);
        read("data: [DONE]" + end + end, 2);
        assertThat(facts.outputs).containsExactly(1L);
        assertThat(facts.events).isEqualTo(2);
        assertThat(facts.isWhole).isTrue();
    }

    @Test
    void outputsAreTextReasoningAndArgumentsOnly() {
        String delta = "data: {\"type\":\"content_block_delta\",\"delta\":%s}\n\n";
        read(
                "data: {\"type\":\"message_start\",\"message\":{\"model\":\"m-1\",\"usage\":{\"input_tokens\":9,"
                        + "\"output_tokens\":1}}}\n\n",
                1);
        read(delta.formatted("{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}"), 2);
        read(delta.formatted("{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}"), 3);
        read(delta.formatted("{\"type\":\"input_json_delta\",\"partial_json\":\"\"}"), 4);
        read(delta.formatted("{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}"), 5);
        read(
                "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
                        + "\"usage\":{\"output_tokens\":17}}\n\n",
                6);
        assertThat(facts.outputs).containsExactly(2L, 5L);
        assertThat(facts.inputTokens).isEqualTo(9);
        assertThat(facts.outputTokens).isEqualTo(17);
        assertThat(facts.model).isEqualTo("m-1");
        assertThat(facts.isWhole).isFalse();
    }

    @Test
    void chatChunksWithoutContentAreNoOutput() {
        read("data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n", 1);
        read("data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"so\"}}]}\n\n", 2);
        read("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}\n\n", 3);
        read("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}\n\n", 4);
        assertThat(facts.outputs).containsExactly(2L, 3L);
        assertThat(facts.inputTokens).isEqualTo(5);
        assertThat(facts.outputTokens).isEqualTo(6);
    }

    @Test
    void errorEventsAndGarbageAreErrors() {
        read("data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n", 1);
        assertThat(facts.code).isEqualTo("overloaded_error");
        assertThat(facts.error).isEqualTo("busy");
        read("data: {broken\n\n", 2);
        assertThat(facts.error).isEqualTo("an event is not JSON");
    }
}
