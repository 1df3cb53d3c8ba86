package dev.stillgate.proxy.json;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Type check for the members of an object that the gateway reads: each known key has the JSON types that the provider
 * documents. A value of another type is {@code json-type}, as is a known key in another case. Some model servers
 * convert {@code "5"} and {@code true} to numbers and booleans, or match keys without regard to case, so the model
 * would see values that the filters do not. Null is accepted everywhere, because clients send it for absent values.
 * Immutable.
 */
public final class JsonFields {
    public static final int STRING = 1 << JsonTape.STRING;
    public static final int BOOLEAN = 1 << JsonTape.TRUE | 1 << JsonTape.FALSE;
    public static final int NUMBER = 1 << JsonTape.NUMBER;
    public static final int ARRAY = 1 << JsonTape.ARRAY;
    public static final int OBJECT = 1 << JsonTape.OBJECT;

    /** Any type: the gateway reads such a value exactly as the model does, or not at all. */
    public static final int ANY = -1;

    /** A number that every parser reads as the same integer, see {@link JsonNumbers#isWhole}. */
    private static final int WHOLE = NUMBER | 1;

    private static final int LONGEST_ESCAPE = 6;
    private static final Field[] NONE = {};

    private final Field[][] byLength;
    private final Field[] all;

    private JsonFields(Field... fields) {
        all = fields;
        int longest = Arrays.stream(fields)
                .mapToInt(field -> field.name.text.length())
                .max()
                .orElse(0);
        byLength = new Field[longest + 1][];
        Arrays.fill(byLength, NONE);
        for (Field field : fields) {
            Field[] others = byLength[field.name.text.length()];
            Field[] more = Arrays.copyOf(others, others.length + 1);
            more[others.length] = field;
            byLength[field.name.text.length()] = more;
        }
    }

    public static JsonFields of(Field... fields) {
        return new JsonFields(fields);
    }

    /** Returns these keys and further ones. */
    public JsonFields with(Field... more) {
        Field[] both = Arrays.copyOf(all, all.length + more.length);
        System.arraycopy(more, 0, both, all.length, more.length);
        return new JsonFields(both);
    }

    /**
     * A known key.
     *
     * @param types bit set of the kinds that its value may have
     * @param below the known keys of its value, if that is an object
     */
    public record Field(JsonName name, int types, @Nullable JsonFields below) {
        private String expected() {
            return switch (types) {
                case STRING -> "a string";
                case BOOLEAN -> "true or false";
                case NUMBER -> "a number";
                case WHOLE -> "a whole number up to 2^53, without an exponent";
                case ARRAY -> "an array";
                case OBJECT -> "an object";
                case OBJECT | ARRAY -> "an object or an array";
                default -> "a string or an array";
            };
        }
    }

    public static Field field(String name, int types) {
        return new Field(new JsonName(name), types, null);
    }

    public static Field whole(String name) {
        return field(name, WHOLE);
    }

    /** Returns a key whose value must be an object. */
    public static Field onlyObject(String name, JsonFields below) {
        return new Field(new JsonName(name), OBJECT, below);
    }

    public static Field object(String name, JsonFields below) {
        return new Field(new JsonName(name), ANY, below);
    }

    /**
     * Checks the keys of an object and their values. Allocates nothing unless a key has an escape or is not ASCII.
     *
     * @param base index of the first byte of the request body, from which error offsets are counted
     */
    public void check(JsonTape tape, int object, int base) throws MalformedBody {
        int end = tape.end(object);
        int value;
        for (int key = tape.first(object); key != end; key = tape.next(value)) {
            value = tape.value(key);
            Field field = find(tape, key, base);
            if (field != null) {
                check(tape, value, field, base);
            }
        }
    }

    private static void check(JsonTape tape, int value, Field field, int base) throws MalformedBody {
        int kind = tape.kind(value);
        boolean fits = kind == JsonTape.NULL || (field.types & 1 << kind) != 0;
        if (!fits || (field.types == WHOLE && kind == JsonTape.NUMBER && !JsonNumbers.isWhole(tape, value))) {
            throw new MalformedBody("json-type", field.name + " must be " + field.expected(), tape.start(value) - base);
        }
        if (field.below != null && kind == JsonTape.OBJECT) {
            field.below.check(tape, value, base);
        }
    }

    /** Returns the known field for a key, or null. */
    private @Nullable Field find(JsonTape tape, int key, int base) throws MalformedBody {
        byte[] bytes = tape.bytes();
        int start = tape.start(key);
        int stop = tape.stop(key);
        int length = stop - start;
        if (!tape.escaped(key)) {
            Field[] candidates = length < byLength.length ? byLength[length] : NONE;
            for (Field field : candidates) {
                if (field.name.is(bytes, start, stop)) {
                    return field;
                }
            }
            if (isAscii(bytes, start, stop)) {
                refuseOtherCase(candidates, bytes, start, base);
                return null;
            }
        }
        return length < byLength.length * LONGEST_ESCAPE ? find(tape.string(key), start - base) : null;
    }

    private static void refuseOtherCase(Field[] candidates, byte[] bytes, int start, int base) throws MalformedBody {
        for (Field field : candidates) {
            if (isSameButForCase(bytes, start, field.name.text)) {
                throw otherCase(field, start - base);
            }
        }
    }

    /** Finds a key that has an escape or non-ASCII letters; some of these differ from an ASCII letter only in case. */
    private @Nullable Field find(String key, int offset) throws MalformedBody {
        for (Field field : all) {
            if (field.name.text.equals(key)) {
                return field;
            }
            if (field.name.text.equalsIgnoreCase(key)) {
                throw otherCase(field, offset);
            }
        }
        return null;
    }

    private static MalformedBody otherCase(Field field, int offset) {
        String text = field.name.text;
        boolean lower = text.equals(text.toLowerCase(Locale.ROOT));
        return new MalformedBody(
                "json-type", "the key " + text + (lower ? " must be in lower case" : " has another case"), offset);
    }

    private static boolean isAscii(byte[] bytes, int start, int stop) {
        int union = 0;
        for (int i = start; i < stop; i++) {
            union |= bytes[i];
        }
        return union >= 0;
    }

    private static boolean isSameButForCase(byte[] bytes, int start, String name) {
        for (int i = 0; i < name.length(); i++) {
            int c = bytes[start + i];
            if (lower(c) != lower(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }
}
