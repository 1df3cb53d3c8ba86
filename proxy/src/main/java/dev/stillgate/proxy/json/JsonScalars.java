package dev.stillgate.proxy.json;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads chosen members of a JSON object from a client, as strictly as {@link JsonTape}: strings, numbers, booleans, and
 * lists of strings. Other members are parsed, but not converted, so a hostile document costs little more than its bytes.
 */
public final class JsonScalars {
    /** The maximum length of a number, in characters: the conversion of a long one to binary is slow. */
    static final int MAX_NUMBER = 32;

    private JsonScalars() {}

    /**
     * Returns the named members of an object; null for another document. Nulls are left out. A list holds the strings
     * among its elements, a number longer than {@value #MAX_NUMBER} characters is NaN, and an object is empty.
     */
    public static @Nullable Map<String, Object> read(byte[] document, Set<String> names) throws MalformedBody {
        JsonTape tape = new JsonTape();
        tape.parse(document, 0, document.length);
        int object = tape.root();
        if (tape.kind(object) != JsonTape.OBJECT) {
            return null;
        }
        Map<String, Object> members = new HashMap<>();
        for (int key = tape.first(object); key != tape.end(object); key = tape.next(tape.value(key))) {
            String name = tape.string(key);
            Object value = names.contains(name) ? value(tape, tape.value(key)) : null;
            if (value != null) {
                members.put(name, value);
            }
        }
        return members;
    }

    private static @Nullable Object value(JsonTape tape, int node) {
        return switch (tape.kind(node)) {
            case JsonTape.OBJECT -> Map.of();
            case JsonTape.ARRAY -> strings(tape, node);
            case JsonTape.STRING -> tape.string(node);
            case JsonTape.NUMBER -> number(tape, node);
            case JsonTape.TRUE -> true;
            case JsonTape.FALSE -> false;
            default -> null;
        };
    }

    private static List<String> strings(JsonTape tape, int array) {
        List<String> strings = new ArrayList<>();
        for (int node = tape.first(array); node != tape.end(array); node = tape.next(node)) {
            if (tape.isText(node)) {
                strings.add(tape.string(node));
            }
        }
        return strings;
    }

    private static Number number(JsonTape tape, int node) {
        int start = tape.start(node);
        int length = tape.stop(node) - start;
        return length > MAX_NUMBER ? Double.NaN : JsonValues.number(tape.bytes(), start, length);
    }
}
