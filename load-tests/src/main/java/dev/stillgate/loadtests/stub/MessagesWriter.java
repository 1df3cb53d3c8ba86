package dev.stillgate.loadtests.stub;

import dev.stillgate.loadtests.json.JsonBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Formats a model output as an Anthropic Messages response, whole or streamed. */
final class MessagesWriter {
    private final Prompt prompt;
    private final ModelOutput output;
    private final String id;
    private final boolean usage;
    private final List<byte[]> events = new ArrayList<>();

    MessagesWriter(Prompt prompt, ModelOutput output, String id, boolean usage) {
        this.prompt = prompt;
        this.output = output;
        this.id = "msg_" + id;
        this.usage = usage;
    }

    JsonBuffer message() {
        List<JsonBuffer> content = new ArrayList<>();
        for (ModelOutput.Block block : output.blocks()) {
            content.add(
                    switch (block) {
                        case ModelOutput.Text text ->
                            JsonBuffer.of("{'type':'text','text':?,'citations':null}", text.whole());
                        case ModelOutput.Thinking thinking ->
                            JsonBuffer.of(
                                    "{'type':'thinking','thinking':?,'signature':?}",
                                    thinking.whole(),
                                    thinking.signature());
                        case ModelOutput.ToolCall call -> toolUse(call, call.arguments());
                    });
        }
        return message(content, stopReason(), output.outputTokens());
    }

    StubResponse.Events stream() {
        event("message_start", ",'message':?", message(List.of(), null, 1));
        for (int i = 0; i < output.blocks().size(); i++) {
            block(i, output.blocks().get(i));
        }
        JsonBuffer counts = JsonBuffer.of(usage ? ",'usage':{'output_tokens':?}" : "", output.outputTokens());
        event("message_delta", ",'delta':{'stop_reason':?,'stop_sequence':null}?", stopReason(), counts);
        event("message_stop", "");
        JsonBuffer error = JsonBuffer.of("{'type':'error','error':?}", ErrorBodies.anthropicError(529, "Overloaded"));
        return new StubResponse.Events(events, sse("error", error));
    }

    private void block(int index, ModelOutput.Block block) {
        switch (block) {
            case ModelOutput.Text text -> {
                start(index, JsonBuffer.of("{'type':'text','text':''}"));
                deltas(index, "text_delta", "text", text.pieces());
            }
            case ModelOutput.Thinking thinking -> {
                start(index, JsonBuffer.of("{'type':'thinking','thinking':'','signature':''}"));
                deltas(index, "thinking_delta", "thinking", thinking.pieces());
                deltas(index, "signature_delta", "signature", List.of(thinking.signature()));
            }
            case ModelOutput.ToolCall call -> {
                start(index, toolUse(call, "{}"));
                deltas(index, "input_json_delta", "partial_json", List.of(""));
                deltas(index, "input_json_delta", "partial_json", call.pieces());
            }
        }
        event("content_block_stop", ",'index':?", index);
    }

    private void start(int index, JsonBuffer block) {
        event("content_block_start", ",'index':?,'content_block':?", index, block);
        if (index == 0) {
            event("ping", "");
        }
    }

    private void deltas(int index, String type, String field, List<String> pieces) {
        for (String piece : pieces) {
            event("content_block_delta", ",'index':?,'delta':{'type':?,?:?}", index, type, field, piece);
        }
    }

    private JsonBuffer message(List<JsonBuffer> content, @Nullable String stopReason, int outputTokens) {
        JsonBuffer message = JsonBuffer.of(
                "{'id':?,'type':'message','role':'assistant','model':?,'content':?,'stop_reason':?,'stop_sequence':null",
                id,
                prompt.model(),
                content,
                stopReason);
        if (usage) {
            message.fill(
                    ",'usage':{'input_tokens':?,'cache_creation_input_tokens':0,'cache_read_input_tokens':0,"
                            + "'output_tokens':?,'service_tier':'standard'}",
                    output.inputTokens(),
                    outputTokens);
        }
        return message.raw("}");
    }

    private String stopReason() {
        return switch (output.stop()) {
            case END -> "end_turn";
            case TOOL -> "tool_use";
            case LENGTH -> "max_tokens";
            case REFUSED -> "refusal";
        };
    }

    private static JsonBuffer toolUse(ModelOutput.ToolCall call, String input) {
        byte[] json = input.getBytes(StandardCharsets.UTF_8);
        String toolId = "toolu_" + call.id().toLowerCase(Locale.ROOT);
        return JsonBuffer.of("{'type':'tool_use','id':?,'name':?,'input':", toolId, call.name())
                .raw(json)
                .raw("}");
    }

    private void event(String type, String members, @Nullable Object... values) {
        events.add(
                sse(type, JsonBuffer.of("{'type':?", type).fill(members, values).raw("}")));
    }

    static byte[] sse(String type, JsonBuffer data) {
        return new JsonBuffer(type.length() + data.length() + 16)
                .raw("event: ")
                .raw(type)
                .raw("\ndata: ")
                .raw(data)
                .raw("\n\n")
                .copy();
    }
}
