package dev.stillgate.loadtests.report.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.loadtests.json.JsonBuffer;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** File of records, one JSON line each. */
public final class RecordFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RecordFile() {}

    /** Writes a file. */
    public static void write(Path file, List<RequestRecord> records) throws IOException {
        JsonBuffer line = new JsonBuffer(4096);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            for (RequestRecord each : records) {
                line.clear();
                write(line, each);
                out.write(line.bytes(), 0, line.length());
                out.write('\n');
            }
        }
    }

    private static void write(JsonBuffer line, RequestRecord each) {
        line.fill(
                "{'index':?,'stream':?,'intended_ns':?,'started_ns':?,'first_event_ns':?,'first_output_ns':?,"
                        + "'last_output_ns':?,'last_event_ns':?,'events':?,'output_events':?,",
                each.index(),
                each.stream(),
                each.intended(),
                each.started(),
                present(each.firstEvent()),
                present(each.firstOutput()),
                present(each.lastOutput()),
                each.ended(),
                each.events(),
                each.outputs().size());
        line.fill(
                "'input_tokens':?,'output_tokens':?,'status':?,'outcome':?,'code':?,'error':?,'model':?,"
                        + "'output_events_ns':?}",
                present(each.inputTokens()),
                present(each.outputTokens()),
                each.status(),
                each.outcome().text(),
                each.code(),
                each.error(),
                each.model(),
                each.outputs());
    }

    private static @Nullable Long present(long value) {
        return value == RequestRecord.NONE ? null : value;
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException naming an invalid line
     */
    public static List<RequestRecord> read(Path file) throws IOException {
        List<RequestRecord> records = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    records.add(parse(JSON.readTree(line)));
                } catch (JsonProcessingException | IllegalArgumentException e) {
                    throw new IllegalArgumentException(file + ":" + (records.size() + 1) + " is not a record", e);
                }
            }
        }
        return records;
    }

    private static RequestRecord parse(JsonNode line) {
        if (!line.path("index").isInt() || !line.path("intended_ns").isIntegralNumber()) {
            throw new IllegalArgumentException("no index or intended start");
        }
        List<Long> outputs = new ArrayList<>();
        line.path("output_events_ns").forEach(time -> outputs.add(time.asLong()));
        return new RequestRecord(
                line.path("index").asInt(),
                line.path("stream").asBoolean(),
                line.path("intended_ns").asLong(),
                line.path("started_ns").asLong(),
                line.path("first_event_ns").asLong(RequestRecord.NONE),
                line.path("last_event_ns").asLong(RequestRecord.NONE),
                line.path("events").asInt(),
                List.copyOf(outputs),
                line.path("input_tokens").asInt(RequestRecord.NONE),
                line.path("output_tokens").asInt(RequestRecord.NONE),
                line.path("status").asInt(),
                Outcome.valueOf(line.path("outcome").asText().toUpperCase(Locale.ROOT)),
                text(line.path("code")),
                text(line.path("error")),
                text(line.path("model")));
    }

    private static @Nullable String text(JsonNode node) {
        return node.isTextual() ? node.asText() : null;
    }
}
