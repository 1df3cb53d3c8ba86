package dev.stillgate.loadtests.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The two APIs whose streams are metered, as a caller sees them. */
enum Api {
    MESSAGES("/v1/messages", "x-api-key: ", "") {
        @Override
        Told told(List<String> events) {
            Told told = Told.NOTHING;
            for (String event : events) {
                JsonNode data = read(event);
                JsonNode usage = data.path("type").asText().equals("message_start")
                        ? data.path("message").path("usage")
                        : data.path("usage");
                told = told.with(usage.path("input_tokens"), usage.path("output_tokens"));
            }
            return told;
        }

        @Override
        String text(String event) {
            return read(event).path("delta").path("text").asText();
        }
    },
    CHAT("/v1/chat/completions", "authorization: Bearer ", ",\"stream_options\":{\"include_usage\":true}") {
        @Override
        Told told(List<String> events) {
            Told told = Told.NOTHING;
            for (String event : events) {
                JsonNode usage = read(event).path("usage");
                told = told.with(usage.path("prompt_tokens"), usage.path("completion_tokens"));
            }
            return told;
        }

        @Override
        String text(String event) {
            return read(event)
                    .path("choices")
                    .path(0)
                    .path("delta")
                    .path("content")
                    .asText();
        }
    };

    private static final ObjectMapper JSON = new ObjectMapper();
    private final String path;
    private final String credential;
    private final String options;

    Api(String path, String credential, String options) {
        this.path = path;
        this.credential = credential;
        this.options = options;
    }

    /** What an answer told of its tokens; -1 is not told. */
    record Told(long input, long output) {
        static final Told NOTHING = new Told(-1, -1);

        private Told with(JsonNode moreInput, JsonNode moreOutput) {
            return new Told(moreInput.asLong(input), moreOutput.asLong(output));
        }
    }

    /** Returns what the events of a stream, or of its beginning, have told. */
    abstract Told told(List<String> events);

    /** Returns the text that an event delivers. */
    abstract String text(String event);

    String path() {
        return path;
    }

    /** Returns the header field that carries a key. */
    String credential(String key) {
        return credential + key;
    }

    /** Returns the body that asks for a stream. */
    String body(int maxTokens) {
        return """
                {"model":"stub-1","max_tokens":%d,"stream":true%s,\
                "messages":[{"role":"user","content":"Who keeps the light, and who the tide table?"}]}""".formatted(maxTokens, options);
    }

    private static JsonNode read(String event) {
        try {
            return JSON.readTree(event.equals("[DONE]") ? "{}" : event);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
