package dev.stillgate.loadtests.stub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.loadtests.json.JsonBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Formats a model output as an OpenAI Responses response, whole or as the full sequence of stream events. */
final class ResponsesWriter {
    private final Prompt prompt;
    private final ModelOutput output;
    private final String id;
    private final boolean usage;
    private final long created = System.currentTimeMillis() / 1000;
    private final List<byte[]> events = new ArrayList<>();

    ResponsesWriter(Prompt prompt, ModelOutput output, String id, boolean usage) {
        this.prompt = prompt;
        this.output = output;
        this.id = id;
        this.usage = usage;
    }

    String id() {
        return "resp_" + id;
    }

    /** Returns the response object in a status; only finished ones have output and usage. */
    JsonBuffer response(String status) {
        boolean finished = status.equals("completed") || status.equals("incomplete");
        List<JsonBuffer> items = new ArrayList<>();
        for (int i = 0; finished && i < output.blocks().size(); i++) {
            items.add(item(i, true));
        }
        JsonNode raw = prompt.raw();
        JsonBuffer response = JsonBuffer.of(
                "{'id':?,'object':'response','created_at':?,'status':?,'background':?,'error':null,",
                id(),
                created,
                status,
                prompt.flag("background"));
        response.raw(
                status.equals("incomplete")
                        ? "\"incomplete_details\":{\"reason\":\"max_output_tokens\"},"
                        : "\"incomplete_details\":null,");
        response.fill(
                "'instructions':?,'max_output_tokens':?,'model':?,'output':?,'parallel_tool_calls':true,",
                raw.get("instructions"),
                raw.get("max_output_tokens"),
                prompt.model(),
                items);
        response.fill(
                "'previous_response_id':?,'reasoning':{'effort':null,'summary':null},'store':?,'temperature':1.0,",
                raw.get("previous_response_id"),
                raw.path("store").asBoolean(true));
        return response.fill(
                "'text':{'format':{'type':'text'}},'tool_choice':'auto','tools':?,'top_p':1.0,"
                        + "'truncation':'disabled','usage':?,'user':null,'metadata':{}}",
                raw.has("tools") ? raw.get("tools") : List.of(),
                finished && usage ? counts() : null);
    }

    String finalStatus() {
        return output.stop() == ModelOutput.Stop.LENGTH ? "incomplete" : "completed";
    }

    StubResponse.Events stream() {
        event("response.created", ",'response':?", response("in_progress"));
        event("response.in_progress", ",'response':?", response("in_progress"));
        for (int i = 0; i < output.blocks().size(); i++) {
            event("response.output_item.added", ",'output_index':?,'item':?", i, item(i, false));
            switch (output.blocks().get(i)) {
                case ModelOutput.Text text -> text(i, text);
                case ModelOutput.ToolCall call -> call(i, call);
                case ModelOutput.Thinking thinking -> summary(i, thinking);
            }
            event("response.output_item.done", ",'output_index':?,'item':?", i, item(i, true));
        }
        event("response." + finalStatus(), ",'response':?", response(finalStatus()));
        JsonBuffer error = JsonBuffer.of(
                "{'type':'error','code':'server_error','message':'The server had an error','param':null,"
                        + "'sequence_number':?}",
                events.size());
        return new StubResponse.Events(events, MessagesWriter.sse("error", error));
    }

    private void text(int index, ModelOutput.Text text) {
        String at = ",'item_id':?,'output_index':?,'content_index':0";
        String item = itemId(index);
        event("response.content_part.added", at + ",'part':?", item, index, part(""));
        for (String piece : text.pieces()) {
            event("response.output_text.delta", at + ",'delta':?,'logprobs':[]", item, index, piece);
        }
        event("response.output_text.done", at + ",'text':?,'logprobs':[]", item, index, text.whole());
        event("response.content_part.done", at + ",'part':?", item, index, part(text.whole()));
    }

    private void call(int index, ModelOutput.ToolCall call) {
        String at = ",'item_id':?,'output_index':?";
        String item = itemId(index);
        for (String piece : call.pieces()) {
            event("response.function_call_arguments.delta", at + ",'delta':?", item, index, piece);
        }
        event(
                "response.function_call_arguments.done",
                at + ",'name':?,'arguments':?",
                item,
                index,
                call.name(),
                call.arguments());
    }

    private void summary(int index, ModelOutput.Thinking thinking) {
        String at = ",'item_id':?,'output_index':?,'summary_index':0";
        String item = itemId(index);
        event("response.reasoning_summary_part.added", at + ",'part':?", item, index, summaryPart(""));
        for (String piece : thinking.pieces()) {
            event("response.reasoning_summary_text.delta", at + ",'delta':?", item, index, piece);
        }
        event("response.reasoning_summary_text.done", at + ",'text':?", item, index, thinking.whole());
        event("response.reasoning_summary_part.done", at + ",'part':?", item, index, summaryPart(thinking.whole()));
    }

    private JsonBuffer item(int index, boolean done) {
        String status = done ? "completed" : "in_progress";
        return switch (output.blocks().get(index)) {
            case ModelOutput.Text text ->
                JsonBuffer.of(
                        "{'id':?,'type':'message','status':?,'role':'assistant','content':?}",
                        itemId(index),
                        done ? finalStatus() : status,
                        done ? List.of(part(text.whole())) : List.of());
            case ModelOutput.ToolCall call ->
                JsonBuffer.of(
                        "{'id':?,'type':'function_call','status':?,'arguments':?,'call_id':?,'name':?}",
                        itemId(index),
                        status,
                        done ? call.arguments() : "",
                        call.id(),
                        call.name());
            case ModelOutput.Thinking thinking ->
                JsonBuffer.of(
                        "{'id':?,'type':'reasoning','summary':?}",
                        itemId(index),
                        done ? List.of(summaryPart(thinking.whole())) : List.of());
        };
    }

    private JsonBuffer counts() {
        return JsonBuffer.of(
                "{'input_tokens':?,'input_tokens_details':{'cached_tokens':0},'output_tokens':?,"
                        + "'output_tokens_details':{'reasoning_tokens':0},'total_tokens':?}",
                output.inputTokens(),
                output.outputTokens(),
                output.inputTokens() + output.outputTokens());
    }

    private String itemId(int index) {
        return switch (output.blocks().get(index)) {
            case ModelOutput.Text _ -> "msg_" + id + "_" + index;
            case ModelOutput.ToolCall _ -> "fc_" + id + "_" + index;
            case ModelOutput.Thinking _ -> "rs_" + id + "_" + index;
        };
    }

    private static JsonBuffer part(String text) {
        return JsonBuffer.of("{'type':'output_text','annotations':[],'logprobs':[],'text':?}", text);
    }

    private static JsonBuffer summaryPart(String text) {
        return JsonBuffer.of("{'type':'summary_text','text':?}", text);
    }

    private void event(String type, String members, @Nullable Object... values) {
        JsonBuffer data = JsonBuffer.of("{'type':?", type).fill(members, values);
        events.add(MessagesWriter.sse(type, data.fill(",'sequence_number':?}", events.size())));
    }
}
