package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON document as maps, lists, texts, numbers and booleans, as strictly read as a prompt is; what is null is left out.
 * For documents that people write and read, not for those that requests carry.
 */
public final class JsonValues {
    private final JsonTape tape = new JsonTape();

    private JsonValues() {}

    /** Returns the document's value, null for {@code null}. */
    public static @Nullable Object read(byte[] document) throws MalformedBody {
        JsonValues values = new JsonValues();
        values.tape.parse(document, 0, document.length);
        return values.value(values.tape.root());
    }

    private @Nullable Object value(int node) {
        return switch (tape.kind(node)) {
            case JsonTape.OBJECT -> members(node);
            case JsonTape.ARRAY -> elements(node);
            case JsonTape.STRING -> tape.string(node);
            case JsonTape.NUMBER -> number(node);
            case JsonTape.TRUE -> true;
            case JsonTape.FALSE -> false;
            default -> null;
        };
    }

    private Map<String, Object> members(int object) {
        Map<String, Object> members = new LinkedHashMap<>();
        int key = tape.first(object);
        while (key != tape.end(object)) {
            int at = tape.value(key);
            Object value = value(at);
            if (value != null) {
                members.put(tape.string(key), value);
            }
            key = tape.next(at);
        }
        return members;
    }

    private List<Object> elements(int array) {
        List<Object> elements = new ArrayList<>();
        for (int at = tape.first(array); at != tape.end(array); at = tape.next(at)) {
            Object value = value(at);
            if (value != null) {
                elements.add(value);
            }
        }
        return elements;
    }

    /** A number is whole when it is written so and fits. */
    private Number number(int node) {
        int start = tape.start(node);
        String text = new String(tape.bytes(), start, tape.stop(node) - start, StandardCharsets.US_ASCII);
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException fraction) {
            return Double.valueOf(text);
        }
    }
}
