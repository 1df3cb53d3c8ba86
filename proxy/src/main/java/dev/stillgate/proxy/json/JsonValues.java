package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parses a JSON document into maps, lists, strings, numbers and booleans, as strictly as {@link JsonTape}. Nulls are
 * left out. For files, not for the request path.
 */
public final class JsonValues {
    private final JsonTape tape = new JsonTape();

    private JsonValues() {}

    /** Returns the value of a document; null if the document is {@code null}. */
    public static @Nullable Object read(byte[] document) throws MalformedBody {
        JsonValues values = new JsonValues();
        values.tape.parse(document, 0, document.length);
        return values.value(values.tape.root());
    }

    /** Returns whether a document is an object with a member of a name, whose value may be null. */
    public static boolean hasMember(byte[] document, String name) throws MalformedBody {
        JsonTape tape = new JsonTape();
        tape.parse(document, 0, document.length);
        int object = tape.root();
        if (tape.kind(object) != JsonTape.OBJECT) {
            return false;
        }
        for (int key = tape.first(object); key != tape.end(object); key = tape.next(tape.value(key))) {
            if (tape.string(key).equals(name)) {
                return true;
            }
        }
        return false;
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
            int node = tape.value(key);
            Object value = value(node);
            if (value != null) {
                members.put(tape.string(key), value);
            }
            key = tape.next(node);
        }
        return members;
    }

    private List<Object> elements(int array) {
        List<Object> elements = new ArrayList<>();
        for (int node = tape.first(array); node != tape.end(array); node = tape.next(node)) {
            Object value = value(node);
            if (value != null) {
                elements.add(value);
            }
        }
        return elements;
    }

    /** Returns a {@link Long} for an integer literal that fits, else a {@link Double}. */
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
