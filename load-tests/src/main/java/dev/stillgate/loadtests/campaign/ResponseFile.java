package dev.stillgate.loadtests.campaign;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * File of the texts that campaigns were served, one JSON object a line: {@code account}, {@code at} in milliseconds since
 * the epoch by the machine's clock, {@code text}. Thread-safe.
 */
final class ResponseFile implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final BufferedWriter out;

    /** Creates the file, or empties it. */
    ResponseFile(Path file) throws IOException {
        out = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    }

    /** Writes the text of a response, if it has one. */
    void add(String account, String body) {
        StringBuilder text = new StringBuilder();
        try {
            collect(JSON.readTree(body), text);
            if (!text.isEmpty()) {
                write(JSON.writeValueAsString(
                        Map.of("account", account, "at", System.currentTimeMillis(), "text", text.toString())));
            }
        } catch (JsonProcessingException notJson) {
            // a response of another kind
        }
    }

    /** Appends the texts of Messages ({@code content}), Chat Completions ({@code choices}) and Responses. */
    private static void collect(JsonNode answer, StringBuilder text) {
        answer.path("content").forEach(block -> text.append(block.path("text").asText("")));
        answer.path("choices")
                .forEach(choice ->
                        text.append(choice.path("message").path("content").asText("")));
        answer.path("output")
                .forEach(item -> item.path("content")
                        .forEach(part -> text.append(part.path("text").asText(""))));
    }

    private synchronized void write(String line) {
        try {
            out.write(line);
            out.newLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
