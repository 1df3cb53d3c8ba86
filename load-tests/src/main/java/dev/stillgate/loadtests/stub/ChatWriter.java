package dev.stillgate.loadtests.stub;

import dev.stillgate.loadtests.json.JsonBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Formats a model output as an OpenAI Chat Completions response, whole or streamed, with {@code n} equal choices. */
final class ChatWriter {
    private static final int MAX_CHOICES = 128;

    private final Prompt prompt;
    private final ModelOutput output;
    private final String id;
    private final boolean usage;
    private final boolean logprobs;
    private final int choices;
    private final long created = System.currentTimeMillis() / 1000;
    private final List<byte[]> events = new ArrayList<>();

    ChatWriter(Prompt prompt, ModelOutput output, String id, boolean usage) {
        this.prompt = prompt;
        this.output = output;
        this.id = "chatcmpl-" + id;
        this.usage = usage;
        this.logprobs = prompt.flag("logprobs");
        this.choices = Math.clamp(prompt.raw().path("n").asInt(1), 1, MAX_CHOICES);
    }

    JsonBuffer completion() {
        List<JsonBuffer> all = new ArrayList<>();
        for (int i = 0; i < choices; i++) {
            all.add(choice(i));
        }
        JsonBuffer completion = openObject("chat.completion", all);
        return (usage ? completion.fill(",'usage':?", counts()) : completion).raw("}");
    }

    StubResponse.Events stream() {
        boolean counted = usage
                && prompt.raw().path("stream_options").path("include_usage").asBoolean();
        for (int i = 0; i < choices; i++) {
            String content = tool() == null ? "" : null;
            chunk(i, "", counted, null, "{'role':'assistant','content':?,'refusal':null}", content);
        }
        for (int i = 0; i < choices; i++) {
            ModelOutput.ToolCall call = tool();
            if (call != null) {
                toolChunks(i, call, counted);
            } else {
                for (String piece : text().pieces()) {
                    chunk(i, piece, counted, null, "{'content':?}", piece);
                }
            }
            chunk(i, "", counted, finishReason(), "{}");
        }
        if (counted) {
            event(openObject("chat.completion.chunk", List.of()).fill(",'usage':?}", counts()));
        }
        events.add("data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII));
        JsonBuffer error = JsonBuffer.of("{'error':?}", ErrorBodies.openAiError(500, "The server had an error"));
        return new StubResponse.Events(events, sse(error));
    }

    private void toolChunks(int choice, ModelOutput.ToolCall call, boolean counted) {
        chunk(
                choice,
                "",
                counted,
                null,
                "{'tool_calls':[{'index':0,'id':?,'type':'function','function':{'name':?,'arguments':''}}]}",
                call.id(),
                call.name());
        for (String piece : call.pieces()) {
            chunk(choice, "", counted, null, "{'tool_calls':[{'index':0,'function':{'arguments':?}}]}", piece);
        }
    }

    private JsonBuffer choice(int index) {
        ModelOutput.ToolCall call = tool();
        JsonBuffer message = call == null
                ? JsonBuffer.of("{'role':'assistant','content':?,'refusal':null,'annotations':[]}", text().whole())
                : JsonBuffer.of(
                        "{'role':'assistant','content':null,'refusal':null,'tool_calls':[{'id':?,'type':'function',"
                                + "'function':{'name':?,'arguments':?}}]}",
                        call.id(),
                        call.name(),
                        call.arguments());
        return JsonBuffer.of(
                "{'index':?,'message':?,'logprobs':?,'finish_reason':?}",
                index,
                message,
                logprobs && call == null ? logprobs(text().pieces()) : null,
                finishReason());
    }

    /**
     * Adds a chunk of one choice.
     *
     * @param text the part of the output text in the delta, empty for none
     * @param delta template of the delta, filled with {@code values}
     */
    private void chunk(
            int index,
            String text,
            boolean counted,
            @Nullable String finishReason,
            String delta,
            @Nullable Object... values) {
        JsonBuffer choice = JsonBuffer.of(
                "{'index':?,'delta':?,'logprobs':?,'finish_reason':?}",
                index,
                JsonBuffer.of(delta, values),
                logprobs && !text.isEmpty() ? logprobs(List.of(text)) : null,
                finishReason);
        event(openObject("chat.completion.chunk", List.of(choice)).raw(counted ? ",\"usage\":null}" : "}"));
    }

    /** Returns a completion or chunk without its usage and closing brace. */
    private JsonBuffer openObject(String object, List<JsonBuffer> all) {
        return JsonBuffer.of(
                "{'id':?,'object':?,'created':?,'model':?,'choices':?,'service_tier':'default',"
                        + "'system_fingerprint':'fp_stub'",
                id,
                object,
                created,
                prompt.model(),
                all);
    }

    private JsonBuffer counts() {
        int tokens = output.outputTokens() * choices;
        return JsonBuffer.of(
                "{'prompt_tokens':?,'completion_tokens':?,'total_tokens':?,'prompt_tokens_details':{'cached_tokens':0,"
                        + "'audio_tokens':0},'completion_tokens_details':{'reasoning_tokens':0,'audio_tokens':0}}",
                output.inputTokens(),
                tokens,
                output.inputTokens() + tokens);
    }

    private static JsonBuffer logprobs(List<String> pieces) {
        List<JsonBuffer> content = new ArrayList<>();
        for (String piece : pieces) {
            List<Integer> bytes = new ArrayList<>();
            for (byte b : piece.getBytes(StandardCharsets.UTF_8)) {
                bytes.add(b & 0xff);
            }
            content.add(JsonBuffer.of("{'token':?,'logprob':-0.25,'bytes':?,'top_logprobs':[]}", piece, bytes));
        }
        return JsonBuffer.of("{'content':?,'refusal':null}", content);
    }

    private String finishReason() {
        return switch (output.stop()) {
            case END -> "stop";
            case TOOL -> "tool_calls";
            case LENGTH -> "length";
            case REFUSED -> "content_filter";
        };
    }

    private ModelOutput.@Nullable ToolCall tool() {
        return output.blocks().getLast() instanceof ModelOutput.ToolCall call ? call : null;
    }

    private ModelOutput.Text text() {
        return (ModelOutput.Text) output.blocks().getLast();
    }

    private void event(JsonBuffer data) {
        events.add(sse(data));
    }

    static byte[] sse(JsonBuffer data) {
        return new JsonBuffer(data.length() + 8)
                .raw("data: ")
                .raw(data)
                .raw("\n\n")
                .copy();
    }
}
