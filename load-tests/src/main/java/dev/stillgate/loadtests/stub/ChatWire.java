package dev.stillgate.loadtests.stub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The OpenAI Chat Completions shape of a saying, whole and streamed, with {@code n} equal choices. */
final class ChatWire {
    private static final int MAX_CHOICES = 128;
    private final Prompt prompt;
    private final Saying saying;
    private final String id;
    private final boolean usage;
    private final boolean logprobs;
    private final int choices;
    private final long created = System.currentTimeMillis() / 1000;
    private final List<byte[]> events = new ArrayList<>();

    ChatWire(Prompt prompt, Saying saying, String id, boolean usage) {
        this.prompt = prompt;
        this.saying = saying;
        this.id = "chatcmpl-" + id;
        this.usage = usage;
        this.logprobs = prompt.flag("logprobs");
        this.choices = Math.clamp(prompt.raw().path("n").asInt(1), 1, MAX_CHOICES);
    }

    ObjectNode completion() {
        ArrayNode all = Json.array();
        for (int i = 0; i < choices; i++) {
            all.add(choice(i));
        }
        ObjectNode completion = shell("chat.completion", all);
        if (usage) {
            completion.set("usage", counts());
        }
        return completion;
    }

    Answer.Events stream() {
        boolean counted = usage
                && prompt.raw().path("stream_options").path("include_usage").asBoolean();
        for (int i = 0; i < choices; i++) {
            chunk(
                    i,
                    Json.object("role", "assistant", "content", tool() == null ? "" : null, "refusal", null),
                    null,
                    counted);
        }
        for (int i = 0; i < choices; i++) {
            Saying.ToolCall call = tool();
            if (call != null) {
                toolChunks(i, call, counted);
            } else {
                for (String piece : text().pieces()) {
                    chunk(i, Json.object("content", piece), null, counted);
                }
            }
            chunk(i, Json.object(), finishReason(), counted);
        }
        if (counted) {
            ObjectNode last = shell("chat.completion.chunk", Json.array());
            last.set("usage", counts());
            event(last);
        }
        events.add("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        ObjectNode error = Json.object("error", Failure.openAiError(500, "The server had an error"));
        return new Answer.Events(events, ("data: " + Json.text(error) + "\n\n").getBytes(StandardCharsets.UTF_8));
    }

    private void toolChunks(int choice, Saying.ToolCall call, boolean counted) {
        ObjectNode first =
                Json.object("index", 0, "id", call.id(), "type", "function", "function", function(call.name(), ""));
        chunk(choice, Json.object("tool_calls", Json.array(first)), null, counted);
        for (String piece : call.pieces()) {
            ObjectNode more = Json.object("index", 0, "function", Json.object("arguments", piece));
            chunk(choice, Json.object("tool_calls", Json.array(more)), null, counted);
        }
    }

    private ObjectNode choice(int index) {
        Saying.ToolCall call = tool();
        ObjectNode message =
                Json.object("role", "assistant", "content", call == null ? text().whole() : null, "refusal", null);
        if (call != null) {
            ObjectNode function = function(call.name(), call.arguments());
            message.set(
                    "tool_calls", Json.array(Json.object("id", call.id(), "type", "function", "function", function)));
        } else {
            message.set("annotations", Json.array());
        }
        return Json.object(
                "index",
                index,
                "message",
                message,
                "logprobs",
                logprobs && call == null ? logprobs(text().pieces()) : null,
                "finish_reason",
                finishReason());
    }

    private void chunk(int index, ObjectNode delta, @Nullable String finishReason, boolean counted) {
        boolean prose = logprobs && delta.path("content").asText("").length() > 0;
        ObjectNode choice = Json.object(
                "index", index,
                "delta", delta,
                "logprobs", prose ? logprobs(List.of(delta.path("content").asText())) : null,
                "finish_reason", finishReason);
        ObjectNode chunk = shell("chat.completion.chunk", Json.array(choice));
        if (counted) {
            chunk.putNull("usage");
        }
        event(chunk);
    }

    private ObjectNode shell(String object, ArrayNode all) {
        return Json.object(
                "id", id,
                "object", object,
                "created", created,
                "model", prompt.model(),
                "choices", all,
                "service_tier", "default",
                "system_fingerprint", "fp_stub");
    }

    private ObjectNode counts() {
        int output = saying.outputTokens() * choices;
        return Json.object(
                "prompt_tokens", saying.inputTokens(),
                "completion_tokens", output,
                "total_tokens", saying.inputTokens() + output,
                "prompt_tokens_details", Json.object("cached_tokens", 0, "audio_tokens", 0),
                "completion_tokens_details", Json.object("reasoning_tokens", 0, "audio_tokens", 0));
    }

    private static ObjectNode logprobs(List<String> pieces) {
        ArrayNode content = Json.array();
        for (String piece : pieces) {
            ArrayNode bytes = Json.array();
            for (byte b : piece.getBytes(StandardCharsets.UTF_8)) {
                bytes.add(b & 0xff);
            }
            content.add(Json.object("token", piece, "logprob", -0.25, "bytes", bytes, "top_logprobs", Json.array()));
        }
        return Json.object("content", content, "refusal", null);
    }

    private static ObjectNode function(String name, String arguments) {
        return Json.object("name", name, "arguments", arguments);
    }

    private String finishReason() {
        return switch (saying.stop()) {
            case END -> "stop";
            case TOOL -> "tool_calls";
            case LENGTH -> "length";
        };
    }

    private Saying.@Nullable ToolCall tool() {
        return saying.blocks().getLast() instanceof Saying.ToolCall call ? call : null;
    }

    private Saying.Text text() {
        return (Saying.Text) saying.blocks().getLast();
    }

    private void event(ObjectNode data) {
        events.add(("data: " + Json.text(data) + "\n\n").getBytes(StandardCharsets.UTF_8));
    }
}
