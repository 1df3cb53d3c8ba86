package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parses a JSON document into maps, lists, strings, numbers and booleans, as strictly as {@link JsonTape}. Nulls are
 * left out. For files, not for the request path, where {@link JsonScalars} reads.
 */
public final class JsonValues {
    private static final String GREATEST_LONG = Long.toString(Long.MAX_VALUE);

    /** The digits of the least long. */
    private static final String LEAST_LONG = Long.toString(Long.MIN_VALUE).substring(1);

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

    private Number number(int node) {
        int start = tape.start(node);
        return number(tape.bytes(), start, tape.stop(node) - start);
    }

    /**
     * Returns a {@link Long} for an integer literal that fits, else a {@link Double}. Raises no exception, because the
     * documents of clients can have many numbers.
     */
    static Number number(byte[] document, int start, int length) {
        String text = new String(document, start, length, StandardCharsets.US_ASCII);
        if (isLong(text)) {
            return Long.valueOf(text);
        }
        return Double.valueOf(text);
    }

    /** Returns whether a number literal is an integer that fits. JSON has no leading zeros, so its length tells. */
    private static boolean isLong(String literal) {
        boolean negative = literal.charAt(0) == '-';
        int sign = negative ? 1 : 0;
        int digits = literal.length() - sign;
        if (digits > LEAST_LONG.length()) {
            return false;
        }
        for (int i = sign; i < literal.length(); i++) {
            if (literal.charAt(i) < '0' || literal.charAt(i) > '9') {
                return false;
            }
        }
        return digits < LEAST_LONG.length()
                || literal.substring(sign).compareTo(negative ? LEAST_LONG : GREATEST_LONG) <= 0;
    }
}
