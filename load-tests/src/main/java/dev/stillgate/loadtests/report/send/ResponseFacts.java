package dev.stillgate.loadtests.report.send;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.loadtests.report.record.RequestRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Facts of a response of Anthropic Messages or OpenAI Chat Completions: events with output, token counts, model, error
 * code. Not thread-safe.
 */
final class ResponseFacts {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ERROR = "error";
    private static final List<String> OUTPUTS_OF_MESSAGES = List.of("text", "thinking", "partial_json");
    private static final List<String> OUTPUTS_OF_CHAT = List.of("content", "reasoning_content", "reasoning", "refusal");

    final List<Long> outputs = new ArrayList<>();
    int events;
    int inputTokens = RequestRecord.NONE;
    int outputTokens = RequestRecord.NONE;
    boolean isWhole;

    @Nullable
    String model;

    @Nullable
    String code;

    @Nullable
    String error;

    /**
     * Reads the data of an event.
     *
     * @param at arrival of its first byte that was not yet there, in nanoseconds
     */
    void event(String data, long at) {
        events++;
        if (data.equals("[DONE]")) {
            isWhole = true;
            return;
        }
        JsonNode event;
        try {
            event = JSON.readTree(data);
        } catch (IOException e) {
            error = "an event is not JSON";
            return;
        }
        String type = event.path("type").asText();
        if (type.equals(ERROR) || event.path(ERROR).isObject()) {
            failure(event);
        } else if (type.equals("message_stop")) {
            isWhole = true;
        } else if (hasOutput(event)) {
            outputs.add(at);
        }
        counts(event.path("message").isObject() ? event.path("message") : event);
    }

    private static boolean hasOutput(JsonNode event) {
        if (event.path("type").asText().equals("content_block_delta")) {
            return hasText(event.path("delta"), OUTPUTS_OF_MESSAGES);
        }
        for (JsonNode choice : event.path("choices")) {
            JsonNode delta = choice.path("delta");
            if (hasText(delta, OUTPUTS_OF_CHAT) || !delta.path("tool_calls").isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasText(JsonNode delta, List<String> names) {
        return names.stream().anyMatch(name -> !delta.path(name).asText("").isEmpty());
    }

    /** Reads a response that is not a stream. */
    void body(byte[] bytes, int status) {
        JsonNode body;
        try {
            body = JSON.readTree(bytes);
        } catch (IOException e) {
            error = "the response is not JSON";
            return;
        }
        if (status == 200) {
            isWhole = body != null && (body.has("content") || body.has("choices"));
            counts(body);
        } else {
            failure(body);
        }
    }

    private void failure(JsonNode body) {
        JsonNode detail = body.path(ERROR).isObject() ? body.path(ERROR) : body;
        code = detail.path("code").isTextual()
                ? detail.path("code").asText()
                : detail.path("type").asText("unknown");
        error = detail.path("message").asText("no message");
    }

    private void counts(JsonNode from) {
        if (from.path("model").isTextual()) {
            model = from.path("model").asText();
        }
        JsonNode usage = from.path("usage");
        inputTokens = count(usage, inputTokens, "input_tokens", "prompt_tokens");
        outputTokens = count(usage, outputTokens, "output_tokens", "completion_tokens");
    }

    private static int count(JsonNode usage, int otherwise, String name, String other) {
        return usage.path(name).asInt(usage.path(other).asInt(otherwise));
    }
}
