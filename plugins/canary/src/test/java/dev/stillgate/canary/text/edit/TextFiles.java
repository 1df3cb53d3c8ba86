package dev.stillgate.canary.text.edit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/** Reads texts from JSON lines, gzipped or not: the fields with a model's responses or a person's prose. */
public final class TextFiles {
    private static final Set<String> FIELDS = Set.of("text", "response", "output", "content");

    private TextFiles() {}

    /** Returns a file of the folder that {@code STILLGATE_SHARED} names; skips the test without it. */
    public static Path shared(String name) {
        String folder = System.getenv("STILLGATE_SHARED");
        assumeTrue(folder != null && !folder.isEmpty(), "STILLGATE_SHARED names no folder with data/" + name);
        Path file = Path.of(folder, "data", name);
        assumeTrue(Files.exists(file), file + " does not exist");
        return file;
    }

    /** Returns the texts of a file; from a conversation only the assistant's messages. */
    public static List<String> read(Path file, String... fields) throws IOException {
        Set<String> wanted = fields.length == 0 ? FIELDS : Set.of(fields);
        List<String> texts = new ArrayList<>();
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
                JsonParser parser = new JsonFactory().createParser(in)) {
            boolean assistant = true;
            String field = "";
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case FIELD_NAME -> field = parser.currentName();
                    case START_OBJECT -> assistant = true;
                    case VALUE_STRING -> {
                        if (field.equals("role")) {
                            assistant = parser.getText().equals("assistant");
                        } else if (wanted.contains(field) && assistant) {
                            texts.add(parser.getText());
                        }
                    }
                    default -> {}
                }
            }
        }
        return texts;
    }

    /** Returns the text fields of each object of a file of JSON lines, without nested objects. */
    static List<Map<String, String>> objects(Path file) throws IOException {
        List<Map<String, String>> objects = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file);
                JsonParser parser = new JsonFactory().createParser(in)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.START_OBJECT) {
                    objects.add(new HashMap<>());
                } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
                    objects.getLast().put(parser.currentName(), parser.getText());
                }
            }
        }
        return objects;
    }
}
