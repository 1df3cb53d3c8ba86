package dev.stillgate.loadtests.stub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The Anthropic Messages shape of a saying, whole and streamed. */
final class MessagesWire {
    private final Prompt prompt;
    private final Saying saying;
    private final String id;
    private final boolean usage;
    private final List<byte[]> events = new ArrayList<>();

    MessagesWire(Prompt prompt, Saying saying, String id, boolean usage) {
        this.prompt = prompt;
        this.saying = saying;
        this.id = "msg_" + id;
        this.usage = usage;
    }

    ObjectNode message() {
        ArrayNode content = Json.array();
        for (Saying.Block block : saying.blocks()) {
            content.add(
                    switch (block) {
                        case Saying.Text text -> Json.object("type", "text", "text", text.whole(), "citations", null);
                        case Saying.Thinking thinking ->
                            Json.object(
                                    "type",
                                    "thinking",
                                    "thinking",
                                    thinking.whole(),
                                    "signature",
                                    thinking.signature());
                        case Saying.ToolCall call ->
                            Json.object(
                                    "type", "tool_use", "id", toolId(call), "name", call.name(), "input", input(call));
                    });
        }
        ObjectNode message = shell(content, stopReason(), saying.outputTokens());
        return message;
    }

    Answer.Events stream() {
        event("message_start", Json.object("message", shell(Json.array(), null, 1)));
        for (int i = 0; i < saying.blocks().size(); i++) {
            block(i, saying.blocks().get(i));
        }
        ObjectNode last = Json.object("delta", Json.object("stop_reason", stopReason(), "stop_sequence", null));
        if (usage) {
            last.set("usage", Json.object("output_tokens", saying.outputTokens()));
        }
        event("message_delta", last);
        event("message_stop", Json.object());
        ObjectNode error = Json.object("type", "error", "error", Failure.anthropicError(529, "Overloaded"));
        return new Answer.Events(events, sse("error", error));
    }

    private void block(int index, Saying.Block block) {
        switch (block) {
            case Saying.Text text -> {
                start(index, Json.object("type", "text", "text", ""));
                deltas(index, "text_delta", "text", text.pieces());
            }
            case Saying.Thinking thinking -> {
                start(index, Json.object("type", "thinking", "thinking", "", "signature", ""));
                deltas(index, "thinking_delta", "thinking", thinking.pieces());
                deltas(index, "signature_delta", "signature", List.of(thinking.signature()));
            }
            case Saying.ToolCall call -> {
                start(
                        index,
                        Json.object(
                                "type", "tool_use", "id", toolId(call), "name", call.name(), "input", Json.object()));
                deltas(index, "input_json_delta", "partial_json", List.of(""));
                deltas(index, "input_json_delta", "partial_json", call.pieces());
            }
        }
        event("content_block_stop", Json.object("index", index));
    }

    private void start(int index, ObjectNode block) {
        event("content_block_start", Json.object("index", index, "content_block", block));
        if (index == 0) {
            event("ping", Json.object());
        }
    }

    private void deltas(int index, String type, String field, List<String> pieces) {
        for (String piece : pieces) {
            event("content_block_delta", Json.object("index", index, "delta", Json.object("type", type, field, piece)));
        }
    }

    private ObjectNode shell(
            ArrayNode content, @org.jspecify.annotations.Nullable String stopReason, int outputTokens) {
        ObjectNode message = Json.object(
                "id",
                id,
                "type",
                "message",
                "role",
                "assistant",
                "model",
                prompt.model(),
                "content",
                content,
                "stop_reason",
                stopReason,
                "stop_sequence",
                null);
        if (usage) {
            ObjectNode counts = Json.object(
                    "input_tokens",
                    saying.inputTokens(),
                    "cache_creation_input_tokens",
                    0,
                    "cache_read_input_tokens",
                    0,
                    "output_tokens",
                    outputTokens,
                    "service_tier",
                    "standard");
            message.set("usage", counts);
        }
        return message;
    }

    private String stopReason() {
        return switch (saying.stop()) {
            case END -> "end_turn";
            case TOOL -> "tool_use";
            case LENGTH -> "max_tokens";
        };
    }

    private static String toolId(Saying.ToolCall call) {
        return "toolu_" + call.id().toLowerCase(Locale.ROOT);
    }

    private static com.fasterxml.jackson.databind.JsonNode input(Saying.ToolCall call) {
        try {
            return Json.read(call.arguments().getBytes(StandardCharsets.UTF_8));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void event(String type, ObjectNode rest) {
        ObjectNode data = Json.object("type", type);
        data.setAll(rest);
        events.add(sse(type, data));
    }

    static byte[] sse(String type, ObjectNode data) {
        return ("event: " + type + "\ndata: " + Json.text(data) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
