package dev.stillgate.loadtests.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The two APIs whose streams are metered. */
enum Api {
    MESSAGES("/v1/messages", "x-api-key: ", "") {
        @Override
        ReportedUsage usage(List<String> events) {
            ReportedUsage reported = ReportedUsage.NONE;
            for (String event : events) {
                JsonNode data = read(event);
                JsonNode usage = data.path("type").asText().equals("message_start")
                        ? data.path("message").path("usage")
                        : data.path("usage");
                reported = reported.with(usage.path("input_tokens"), usage.path("output_tokens"));
            }
            return reported;
        }

        @Override
        String text(String event) {
            return read(event).path("delta").path("text").asText();
        }
    },
    CHAT("/v1/chat/completions", "authorization: Bearer ", ",\"stream_options\":{\"include_usage\":true}") {
        @Override
        ReportedUsage usage(List<String> events) {
            ReportedUsage reported = ReportedUsage.NONE;
            for (String event : events) {
                JsonNode usage = read(event).path("usage");
                reported = reported.with(usage.path("prompt_tokens"), usage.path("completion_tokens"));
            }
            return reported;
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

    /** Token counts that a response reports; -1 for none. */
    record ReportedUsage(long input, long output) {
        static final ReportedUsage NONE = new ReportedUsage(-1, -1);

        private ReportedUsage with(JsonNode moreInput, JsonNode moreOutput) {
            return new ReportedUsage(moreInput.asLong(input), moreOutput.asLong(output));
        }
    }

    /** Returns the usage that the events of a stream or of its start report. */
    abstract ReportedUsage usage(List<String> events);

    /** Returns the text in an event. */
    abstract String text(String event);

    String path() {
        return path;
    }

    /** Returns the header field with an API key. */
    String credential(String key) {
        return credential + key;
    }

    /** Returns the body of a request for a stream. */
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
