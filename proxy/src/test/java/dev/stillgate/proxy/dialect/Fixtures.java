package dev.stillgate.proxy.dialect;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.dialect.provider.PathMatch;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Usage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Responses to replay, with their expected usage: our own from {@code dialect/fixtures}, which state it, and recorded
 * ones, for which a simple reader determines it.
 */
public final class Fixtures {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = "/dialect/fixtures/";
    private static final String RECORDINGS = "wire-exchanges/wire-dev.jsonl.gz";

    private Fixtures() {}

    /**
     * A response.
     *
     * @param name name for test reports
     * @param sse whether it is {@code text/event-stream}
     * @param events the number of complete events, documents or lines; -1 if unknown
     * @param terminal whether it is complete
     */
    public record Response(
            String name,
            Operation operation,
            boolean sse,
            byte[] body,
            Usage usage,
            long events,
            boolean terminal,
            @Nullable String model,
            @Nullable String id) {
        @Override
        public String toString() {
            return name;
        }

        /** Returns whether the usage is as expected; without a recorded usage, any estimate of the output is. */
        public boolean hasUsage(Usage read) {
            return read.equals(usage)
                    || (events < 0
                            && usage.source() == Usage.Source.NONE
                            && read.equals(new Usage(Usage.Source.ESTIMATED, -1, read.output(), -1, -1, -1)));
        }

        /** Returns the answer with this text before its first event and after each event. */
        public Response withKeepAlives(String text) {
            String events = new String(body, StandardCharsets.UTF_8).replace("\n\n", "\n\n" + text);
            byte[] more = (text + events).getBytes(StandardCharsets.UTF_8);
            return new Response(name, operation, sse, more, usage, this.events, terminal, model, id);
        }

        /** Returns the media type of the body. */
        public String contentType() {
            boolean lines = operation == Operation.MESSAGE_BATCH_RESULTS || operation == Operation.FILE_CONTENT;
            return sse ? "text/event-stream; charset=utf-8" : lines ? "application/x-jsonl" : "application/json";
        }
    }

    /**
     * A recorded request and its response.
     *
     * @param path the request path
     * @param request the request body
     */
    public record Recording(String path, byte[] request, int status, Response answer) {
        @Override
        public String toString() {
            return answer.name;
        }
    }

    /** Returns our own responses. */
    public static List<Response> own() {
        List<Response> answers = new ArrayList<>();
        for (String line : new String(resource("expected.jsonl"), StandardCharsets.UTF_8).split("\n")) {
            JsonNode e = read(line);
            String file = e.get("file").asText();
            answers.add(new Response(
                    file,
                    Operation.of(e.get("operation").asText()),
                    e.get("sse").asBoolean(),
                    resource(file),
                    usage(
                            e.path("estimated").asBoolean() ? Usage.Source.ESTIMATED : Usage.Source.EXACT,
                            e.path("input").asLong(-1),
                            e.path("output").asLong(-1),
                            e.path("cacheRead").asLong(-1),
                            e.path("cacheWrite").asLong(-1),
                            e.path("reasoning").asLong(-1)),
                    e.get("events").asLong(),
                    e.get("terminal").asBoolean(),
                    e.path("model").asText(null),
                    e.path("id").asText(null)));
        }
        return answers;
    }

    /** Returns the recorded exchanges of the shared data; skips the test without them. */
    public static List<Recording> recorded() {
        Path file = shared(RECORDINGS);
        List<Recording> recordings = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                recordings.add(recording(read(line), recordings.size()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return recordings;
    }

    /**
     * Returns a file of the folder that {@code STILLGATE_SHARED} names; skips the test without it. A test that reads such
     * files has the tag {@code shared}, and no other test depends on them.
     */
    public static Path shared(String name) {
        String folder = System.getenv("STILLGATE_SHARED");
        assumeTrue(folder != null && !folder.isEmpty(), "STILLGATE_SHARED names no folder with data/" + name);
        Path file = Path.of(folder, "data", name);
        assumeTrue(Files.exists(file), file + " does not exist");
        return file;
    }

    private static Recording recording(JsonNode e, int number) {
        String path = e.get("uri").asText();
        boolean sse = e.get("sse").asBoolean();
        String body = e.get("resp_body").asText();
        PathMatch match = PathTable.match(e.get("method").asText(), path);
        PlainReader plain = new PlainReader();
        plain.read(body, sse);
        Response answer = new Response(
                number + " " + e.get("path").asText() + " " + e.get("i").asInt(),
                match.operation(),
                sse,
                body.getBytes(StandardCharsets.UTF_8),
                usage(
                        Usage.Source.EXACT,
                        plain.input,
                        plain.output,
                        plain.cacheRead,
                        plain.cacheWrite,
                        plain.reasoning),
                -1,
                true,
                null,
                null);
        String status = e.get("status").asText();
        return new Recording(
                path,
                e.get("req_body").asText().getBytes(StandardCharsets.UTF_8),
                Integer.parseInt(status.substring(0, 3)),
                answer);
    }

    private static Usage usage(
            Usage.Source source, long input, long output, long cacheRead, long cacheWrite, long reasoning) {
        boolean none = Math.max(Math.max(input, output), Math.max(Math.max(cacheRead, cacheWrite), reasoning)) < 0;
        return none ? Usage.NONE : new Usage(source, input, output, cacheRead, cacheWrite, reasoning);
    }

    public static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] resource(String file) {
        try (InputStream in = Fixtures.class.getResourceAsStream(FOLDER + file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the usage of a complete response from its JSON tree. */
    private static final class PlainReader {
        private long input = -1;
        private long output = -1;
        private long cacheRead = -1;
        private long cacheWrite = -1;
        private long reasoning = -1;

        void read(String body, boolean sse) {
            if (!sse) {
                usage(Fixtures.read(body).path("usage"));
                return;
            }
            for (String line : body.split("\r\n|\n|\r")) {
                if (line.startsWith("data: {")) {
                    JsonNode event = Fixtures.read(line.substring(6));
                    usage(event.path("message").path("usage"));
                    usage(event.path("response").path("usage"));
                    usage(event.path("usage"));
                }
            }
        }

        private void usage(JsonNode u) {
            input = last(input, u.path("input_tokens"), u.path("prompt_tokens"));
            output = last(output, u.path("output_tokens"), u.path("completion_tokens"));
            JsonNode prompt = u.has("prompt_tokens") ? u.path("prompt_tokens_details") : u.path("input_tokens_details");
            cacheRead = last(cacheRead, u.path("cache_read_input_tokens"), prompt.path("cached_tokens"));
            cacheWrite = last(cacheWrite, u.path("cache_creation_input_tokens"), prompt.path("cache_write_tokens"));
            JsonNode answer =
                    u.has("prompt_tokens") ? u.path("completion_tokens_details") : u.path("output_tokens_details");
            reasoning = last(reasoning, answer.path("thinking_tokens"), answer.path("reasoning_tokens"));
        }

        private static long last(long before, JsonNode a, JsonNode b) {
            return a.isIntegralNumber() ? a.asLong() : b.isIntegralNumber() ? b.asLong() : before;
        }
    }
}
