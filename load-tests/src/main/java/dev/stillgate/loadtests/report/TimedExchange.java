package dev.stillgate.loadtests.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.loadtests.report.RequestRecord.Outcome;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request to Anthropic Messages or OpenAI Chat Completions, and the times of its response in nanoseconds since the
 * start of the run. Not thread-safe.
 */
final class TimedExchange {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Fields with output in {@code delta}: three of Messages, four of Chat Completions. */
    private static final List<String> OUTPUTS =
            List.of("text", "thinking", "partial_json", "content", "reasoning_content", "reasoning", "refusal");

    private static final int OK = 200;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int LONGEST_BODY = 16 << 20;
    private static final int LONGEST_TEXT = 300;

    private final int index;
    private final boolean stream;
    private final long intended;
    private final long started;
    private final List<Long> outputs = new ArrayList<>();
    /** Data of the current event, or all lines of a response that is not a stream. */
    private final StringBuilder text = new StringBuilder();

    private int status;
    private boolean isStream;
    private boolean isWhole;
    private @Nullable String ownCode;
    private @Nullable Integer inputTokens;
    private @Nullable Integer outputTokens;
    private @Nullable String code;
    private @Nullable String error;

    TimedExchange(int index, boolean stream, long intended, long started) {
        this.index = index;
        this.stream = stream;
        this.intended = intended;
        this.started = started;
    }

    /** Takes the head of the response. */
    void begin(int responseStatus, HttpHeaders headers) {
        status = responseStatus;
        isStream = status == OK && headers.firstValue("content-type").orElse("").startsWith("text/event-stream");
        ownCode = headers.firstValue("x-stillgate-code").orElse(null);
    }

    /** Reads a line of the response; an event has the time of the empty line at its end. */
    void read(String line, long at) {
        if (!isStream) {
            text.append(text.length() < LONGEST_BODY ? line + "\n" : "");
        } else if (line.isEmpty()) {
            if (!text.isEmpty()) {
                event(text.toString(), at);
            }
            text.setLength(0);
        } else if (line.startsWith("data:")) {
            text.append(text.isEmpty() ? "" : "\n").append(line.substring(5).strip());
        }
    }

    /**
     * Returns the record of the ended response.
     *
     * @param problem why the response is incomplete, null if the connection had none
     */
    RequestRecord end(long at, @Nullable String problem) {
        if (!isStream && status != 0) {
            body();
        }
        String incomplete = isWhole ? null : "the response is incomplete";
        String why = problem != null ? problem : error != null ? error : incomplete;
        Outcome outcome = status == FORBIDDEN || status == TOO_MANY_REQUESTS
                ? Outcome.REFUSED
                : status == OK && why == null ? Outcome.COMPLETED : Outcome.FAILED;
        return new RequestRecord(
                index,
                stream,
                intended,
                started,
                at,
                List.copyOf(outputs),
                inputTokens,
                outputTokens == null && isStream ? (Integer) outputs.size() : outputTokens,
                status,
                outcome,
                shortened(ownCode == null ? code : ownCode),
                shortened(why));
    }

    /** Returns a text of a server as valid Unicode, not longer than a line. */
    private static @Nullable String shortened(@Nullable String text) {
        return text == null
                ? null
                : new String(
                        text.substring(0, Math.min(text.length(), LONGEST_TEXT)).getBytes(StandardCharsets.UTF_8),
                        StandardCharsets.UTF_8);
    }

    /** Reads the data of an event, whose end arrived at a time in nanoseconds. */
    private void event(String data, long at) {
        if (data.equals("[DONE]")) {
            isWhole = true;
            return;
        }
        JsonNode event = parsed(data);
        String type = event.path("type").asText();
        if (event.path("error").isObject()) {
            failure(event);
        } else if (type.equals("message_stop")) {
            isWhole = true;
        } else if (hasOutput(
                type.equals("content_block_delta")
                        ? event
                        : event.path("choices").path(0))) {
            outputs.add(at);
        }
        counts(event.path("message").isObject() ? event.path("message") : event);
    }

    private static boolean hasOutput(JsonNode owner) {
        JsonNode delta = owner.path("delta");
        return !delta.path("tool_calls").isEmpty()
                || OUTPUTS.stream()
                        .anyMatch(name -> !delta.path(name).asText("").isEmpty());
    }

    /** Reads a response that is not a stream. */
    private void body() {
        JsonNode body = parsed(text.toString());
        if (status == OK) {
            isWhole = body.has("content") || body.has("choices");
            counts(body);
        } else {
            failure(body);
        }
    }

    private JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            error = "the response is not JSON";
            return JSON.createObjectNode();
        }
    }

    private void failure(JsonNode body) {
        JsonNode detail = body.path("error");
        code = detail.path("code").asText(detail.path("type").asText("unknown"));
        error = detail.path("message").asText(error == null ? "no message" : error);
    }

    private void counts(JsonNode from) {
        JsonNode usage = from.path("usage");
        inputTokens = count(usage, inputTokens, "input_tokens", "prompt_tokens");
        outputTokens = count(usage, outputTokens, "output_tokens", "completion_tokens");
    }

    private static @Nullable Integer count(JsonNode usage, @Nullable Integer otherwise, String name, String other) {
        JsonNode count = usage.has(name) ? usage.path(name) : usage.path(other);
        return count.isInt() ? (Integer) count.asInt() : otherwise;
    }
}
