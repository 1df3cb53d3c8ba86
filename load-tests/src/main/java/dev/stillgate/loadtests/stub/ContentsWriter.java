package dev.stillgate.loadtests.stub;

import dev.stillgate.loadtests.json.JsonBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Formats a model output as a response of the Gemini API, whole or streamed. */
record ContentsWriter(Prompt prompt, ModelOutput output, String id) {
    JsonBuffer response() {
        List<JsonBuffer> parts = new ArrayList<>();
        output.blocks().forEach(block -> parts.addAll(parts(block, true)));
        return response(parts, finishReason());
    }

    StubResponse.Events stream() {
        List<byte[]> events = new ArrayList<>();
        for (ModelOutput.Block block : output.blocks()) {
            parts(block, false).forEach(part -> events.add(ChatWriter.sse(response(List.of(part), null))));
        }
        events.add(ChatWriter.sse(response(List.of(), finishReason())));
        return new StubResponse.Events(
                events,
                ChatWriter.sse(JsonBuffer.of("{'error':{'code':500,'message':'Overloaded','status':'INTERNAL'}}")));
    }

    private static List<JsonBuffer> parts(ModelOutput.Block block, boolean whole) {
        return switch (block) {
            case ModelOutput.Text text -> texts("{'text':?}", whole ? List.of(text.whole()) : text.pieces());
            case ModelOutput.Thinking thinking -> texts("{'text':?,'thought':true}", List.of(thinking.whole()));
            case ModelOutput.ToolCall call ->
                List.of(JsonBuffer.of("{'functionCall':{'id':?,'name':?,'args':", call.id(), call.name())
                        .raw(call.arguments().getBytes(StandardCharsets.UTF_8))
                        .raw("}}"));
        };
    }

    private static List<JsonBuffer> texts(String template, List<String> texts) {
        return texts.stream().map(text -> JsonBuffer.of(template, text)).toList();
    }

    private JsonBuffer response(List<JsonBuffer> parts, @Nullable String finish) {
        return JsonBuffer.of(
                "{'candidates':[{'content':{'role':'model','parts':?},'finishReason':?,'index':0}],'usageMetadata':"
                        + "{'promptTokenCount':?,'candidatesTokenCount':?,'totalTokenCount':?},'modelVersion':?,"
                        + "'responseId':?}",
                parts,
                finish,
                output.inputTokens(),
                output.outputTokens(),
                output.inputTokens() + output.outputTokens(),
                prompt.model(),
                id);
    }

    private String finishReason() {
        return switch (output.stop()) {
            case END, TOOL -> "STOP";
            case LENGTH -> "MAX_TOKENS";
            case REFUSED -> "SAFETY";
        };
    }
}
