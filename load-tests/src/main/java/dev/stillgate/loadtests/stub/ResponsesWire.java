package dev.stillgate.loadtests.stub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The OpenAI Responses shape of a saying, whole and as the full sequence of stream events. */
final class ResponsesWire {
    private final Prompt prompt;
    private final Saying saying;
    private final String id;
    private final boolean usage;
    private final long created = System.currentTimeMillis() / 1000;
    private final List<byte[]> events = new ArrayList<>();

    ResponsesWire(Prompt prompt, Saying saying, String id, boolean usage) {
        this.prompt = prompt;
        this.saying = saying;
        this.id = id;
        this.usage = usage;
    }

    String id() {
        return "resp_" + id;
    }

    /** The response object in a status; output and usage stand in finished ones only. */
    ObjectNode response(String status) {
        boolean finished = status.equals("completed") || status.equals("incomplete");
        ArrayNode output = Json.array();
        for (int i = 0; finished && i < saying.blocks().size(); i++) {
            output.add(item(i, true));
        }
        JsonNode raw = prompt.raw();
        ObjectNode response = Json.object(
                "id",
                id(),
                "object",
                "response",
                "created_at",
                created,
                "status",
                status,
                "background",
                prompt.flag("background"),
                "error",
                null,
                "incomplete_details",
                status.equals("incomplete") ? Json.object("reason", "max_output_tokens") : null,
                "instructions",
                raw.get("instructions"),
                "max_output_tokens",
                raw.get("max_output_tokens"),
                "model",
                prompt.model(),
                "output",
                output,
                "parallel_tool_calls",
                true,
                "previous_response_id",
                raw.get("previous_response_id"),
                "reasoning",
                Json.object("effort", null, "summary", null),
                "store",
                raw.path("store").asBoolean(true),
                "temperature",
                1.0,
                "text",
                Json.object("format", Json.object("type", "text")),
                "tool_choice",
                "auto",
                "tools",
                raw.has("tools") ? raw.get("tools") : Json.array(),
                "top_p",
                1.0,
                "truncation",
                "disabled",
                "usage",
                finished && usage ? counts() : null,
                "user",
                null,
                "metadata",
                Json.object());
        return response;
    }

    String finalStatus() {
        return saying.stop() == Saying.Stop.LENGTH ? "incomplete" : "completed";
    }

    Answer.Events stream() {
        event("response.created", Json.object("response", response("in_progress")));
        event("response.in_progress", Json.object("response", response("in_progress")));
        for (int i = 0; i < saying.blocks().size(); i++) {
            event("response.output_item.added", Json.object("output_index", i, "item", item(i, false)));
            switch (saying.blocks().get(i)) {
                case Saying.Text text -> text(i, text);
                case Saying.ToolCall call -> call(i, call);
                case Saying.Thinking thinking -> summary(i, thinking);
            }
            event("response.output_item.done", Json.object("output_index", i, "item", item(i, true)));
        }
        event("response." + finalStatus(), Json.object("response", response(finalStatus())));
        ObjectNode error = Json.object(
                "type",
                "error",
                "code",
                "server_error",
                "message",
                "The server had an error",
                "param",
                null,
                "sequence_number",
                events.size());
        return new Answer.Events(events, MessagesWire.sse("error", error));
    }

    private void text(int index, Saying.Text text) {
        ObjectNode at = Json.object("item_id", itemId(index), "output_index", index, "content_index", 0);
        event("response.content_part.added", with(at, "part", part("")));
        for (String piece : text.pieces()) {
            ObjectNode delta = at.deepCopy().put("delta", piece);
            delta.set("logprobs", Json.array());
            event("response.output_text.delta", delta);
        }
        ObjectNode done = at.deepCopy().put("text", text.whole());
        done.set("logprobs", Json.array());
        event("response.output_text.done", done);
        event("response.content_part.done", with(at, "part", part(text.whole())));
    }

    private void call(int index, Saying.ToolCall call) {
        ObjectNode at = Json.object("item_id", itemId(index), "output_index", index);
        for (String piece : call.pieces()) {
            event("response.function_call_arguments.delta", at.deepCopy().put("delta", piece));
        }
        event(
                "response.function_call_arguments.done",
                at.deepCopy().put("name", call.name()).put("arguments", call.arguments()));
    }

    private void summary(int index, Saying.Thinking thinking) {
        ObjectNode at = Json.object("item_id", itemId(index), "output_index", index, "summary_index", 0);
        event(
                "response.reasoning_summary_part.added",
                with(at, "part", Json.object("type", "summary_text", "text", "")));
        for (String piece : thinking.pieces()) {
            event("response.reasoning_summary_text.delta", at.deepCopy().put("delta", piece));
        }
        event("response.reasoning_summary_text.done", at.deepCopy().put("text", thinking.whole()));
        ObjectNode whole = Json.object("type", "summary_text", "text", thinking.whole());
        event("response.reasoning_summary_part.done", with(at, "part", whole));
    }

    private ObjectNode item(int index, boolean done) {
        String status = done ? "completed" : "in_progress";
        return switch (saying.blocks().get(index)) {
            case Saying.Text text ->
                Json.object(
                        "id",
                        itemId(index),
                        "type",
                        "message",
                        "status",
                        done ? finalStatus() : status,
                        "role",
                        "assistant",
                        "content",
                        done ? Json.array(part(text.whole())) : Json.array());
            case Saying.ToolCall call ->
                Json.object(
                        "id",
                        itemId(index),
                        "type",
                        "function_call",
                        "status",
                        status,
                        "arguments",
                        done ? call.arguments() : "",
                        "call_id",
                        call.id(),
                        "name",
                        call.name());
            case Saying.Thinking thinking ->
                Json.object(
                        "id",
                        itemId(index),
                        "type",
                        "reasoning",
                        "summary",
                        done
                                ? Json.array(Json.object("type", "summary_text", "text", thinking.whole()))
                                : Json.array());
        };
    }

    private ObjectNode counts() {
        return Json.object(
                "input_tokens", saying.inputTokens(),
                "input_tokens_details", Json.object("cached_tokens", 0),
                "output_tokens", saying.outputTokens(),
                "output_tokens_details", Json.object("reasoning_tokens", 0),
                "total_tokens", saying.inputTokens() + saying.outputTokens());
    }

    private String itemId(int index) {
        return switch (saying.blocks().get(index)) {
            case Saying.Text _ -> "msg_" + id + "_" + index;
            case Saying.ToolCall _ -> "fc_" + id + "_" + index;
            case Saying.Thinking _ -> "rs_" + id + "_" + index;
        };
    }

    private static ObjectNode part(String text) {
        return Json.object("type", "output_text", "annotations", Json.array(), "logprobs", Json.array(), "text", text);
    }

    private static ObjectNode with(ObjectNode at, String name, JsonNode value) {
        ObjectNode copy = at.deepCopy();
        copy.set(name, value);
        return copy;
    }

    private void event(String type, ObjectNode rest) {
        ObjectNode data = Json.object("type", type);
        data.setAll(rest);
        data.put("sequence_number", events.size());
        events.add(MessagesWire.sse(type, data));
    }
}
