package dev.stillgate.proxy.backtest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stillgate.spi.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The header fields of a log line, written as {@code [["name","value"],...]}. Immutable. */
final class LoggedHeaders implements Headers {
    private static final String EXPECTED = "expected a list such as [[\"user-agent\",\"x\"]]";
    private static final JsonMapper JSON = new JsonMapper();

    private final String[] names;
    private final String[] values;

    private LoggedHeaders(List<String> texts) {
        names = new String[texts.size() / 2];
        values = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = texts.get(2 * i);
            values[i] = texts.get(2 * i + 1);
        }
    }

    /** Returns a list with a single field. */
    static LoggedHeaders of(String name, String value) {
        return new LoggedHeaders(List.of(name, value));
    }

    /** Parses the JSON of a log line. */
    static LoggedHeaders read(String json) throws BrokenLine {
        List<String> texts = new ArrayList<>();
        for (JsonNode field : list(json)) {
            if (field.size() != 2
                    || !field.path(0).isTextual()
                    || !field.path(1).isTextual()) {
                throw new BrokenLine(EXPECTED);
            }
            texts.add(LogLine.encodable(field.path(0).textValue()));
            texts.add(LogLine.encodable(field.path(1).textValue()));
        }
        return new LoggedHeaders(texts);
    }

    private static JsonNode list(String json) throws BrokenLine {
        try {
            JsonNode list = JSON.readTree(json);
            if (list.isArray()) {
                return list;
            }
        } catch (JacksonException e) {
            // reported below
        }
        throw new BrokenLine(EXPECTED);
    }

    @Override
    public @Nullable String first(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equalsIgnoreCase(name)) {
                return values[i];
            }
        }
        return null;
    }

    @Override
    public void forEach(BiConsumer<String, String> consumer) {
        for (int i = 0; i < names.length; i++) {
            consumer.accept(names[i], values[i]);
        }
    }

    @Override
    public int size() {
        return names.length;
    }
}
