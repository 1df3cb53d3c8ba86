package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Shallow parser of one JSON object: finds the byte range of each member without parsing the values. Values can be
 * copied as the original bytes. Of a value it checks only that strings are terminated and brackets match. Reusable; not
 * thread-safe. A result is valid until the next {@link #read} and while the byte array is unchanged.
 */
public final class JsonMembers {
    /** Result of {@link #find} for an absent member. */
    public static final int NONE = -1;

    private static final int MOST_MEMBERS = 64;
    private static final int DEEPEST = 512;
    private static final int STRIDE = 4;
    private static final int MOST_DIGITS = 16;

    private final int[] spans = new int[MOST_MEMBERS * STRIDE];
    private final byte[] open = new byte[DEEPEST];
    private byte[] buf = new byte[0];
    private int base;
    private int end;
    private int count;

    /**
     * Finds the members of an object.
     *
     * @throws MalformedBody if the bytes are not exactly one JSON object
     */
    public void read(byte[] bytes, int from, int to) throws MalformedBody {
        buf = bytes;
        base = from;
        end = to;
        count = 0;
        int p = space(from);
        if (at(p) != '{') {
            throw syntax("expected an object", p);
        }
        p = space(p + 1);
        if (at(p) == '}') {
            p++;
        } else {
            p = members(p);
        }
        if (space(p) != end) {
            throw new MalformedBody("json-trailing-bytes", "bytes after the JSON object", p - base);
        }
    }

    private int members(int at) throws MalformedBody {
        int p = at;
        while (true) {
            p = member(p);
            byte next = at(p);
            if (next == '}') {
                return p + 1;
            }
            if (next != ',') {
                throw syntax("expected a comma or }", p);
            }
            p = space(p + 1);
        }
    }

    /** Reads one member; returns the index of the next byte that is not white space. */
    private int member(int start) throws MalformedBody {
        if (at(start) != '"') {
            throw syntax("expected a key", start);
        }
        int keyEnd = string(start) - 1;
        int p = space(keyEnd + 1);
        if (at(p) != ':') {
            throw syntax("expected a colon", p);
        }
        int value = space(p + 1);
        int valueEnd = value(value);
        add(start + 1, keyEnd, value, valueEnd);
        return space(valueEnd);
    }

    private void add(int keyStart, int keyEnd, int value, int valueEnd) throws MalformedBody {
        if (count == MOST_MEMBERS) {
            throw syntax("more than " + MOST_MEMBERS + " members", keyStart);
        }
        for (int i = 0; i < count; i++) {
            if (Arrays.equals(buf, spans[i * STRIDE], spans[i * STRIDE + 1], buf, keyStart, keyEnd)) {
                throw new MalformedBody("json-duplicate-key", "duplicate key", keyStart - base);
            }
        }
        int at = count++ * STRIDE;
        spans[at] = keyStart;
        spans[at + 1] = keyEnd;
        spans[at + 2] = value;
        spans[at + 3] = valueEnd;
    }

    /** Returns the index after a value. */
    private int value(int p) throws MalformedBody {
        return switch (at(p)) {
            case '"' -> string(p);
            case '{', '[' -> container(p);
            default -> scalar(p);
        };
    }

    private int scalar(int start) throws MalformedBody {
        int p = start;
        while (p < end && isScalar(buf[p])) {
            p++;
        }
        if (p == start) {
            throw syntax("expected a value", start);
        }
        return p;
    }

    private static boolean isScalar(byte c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' || c == 'E';
    }

    private int container(int start) throws MalformedBody {
        int depth = 0;
        int p = start;
        do {
            byte c = at(p);
            switch (c) {
                case '"' -> p = string(p);
                case '{', '[' -> {
                    if (depth == DEEPEST) {
                        throw new MalformedBody("json-depth", "JSON nested over " + DEEPEST + " levels", p - base);
                    }
                    open[depth++] = (byte) (c + 2); // the matching closing bracket in ASCII
                    p++;
                }
                case '}', ']' -> {
                    if (open[--depth] != c) {
                        throw syntax("mismatched closing bracket", p);
                    }
                    p++;
                }
                default -> p++;
            }
        } while (depth > 0);
        return p;
    }

    private int string(int quote) throws MalformedBody {
        return stringEnd(buf, quote, end, base);
    }

    /**
     * Returns the index after the closing quote of a string.
     *
     * @param quote index of the opening quote
     * @param end index after the document
     * @param base index of the document's first byte, from which error offsets are counted
     */
    public static int stringEnd(byte[] bytes, int quote, int end, int base) throws MalformedBody {
        int p = quote + 1;
        while (true) {
            p = Swar.skipText(bytes, p, end);
            if (p >= end) {
                throw new MalformedBody("json-syntax", "unterminated JSON string", quote - base);
            }
            if (bytes[p] == '"') {
                return p + 1;
            }
            if (bytes[p] != '\\') {
                throw new MalformedBody("json-syntax", "control character in a JSON string", p - base);
            }
            p += 2;
        }
    }

    private int space(int at) {
        int p = at;
        while (p < end && (buf[p] == ' ' || buf[p] == '\t' || buf[p] == '\n' || buf[p] == '\r')) {
            p++;
        }
        return p;
    }

    private byte at(int p) throws MalformedBody {
        if (p >= end) {
            throw syntax("unexpected end of JSON", p);
        }
        return buf[p];
    }

    private MalformedBody syntax(String message, int p) {
        return new MalformedBody("json-syntax", message, p - base);
    }

    /** Returns the index of a member by its ASCII name, or {@link #NONE} if it is absent or null. */
    public int find(String name) {
        for (int i = 0; i < count; i++) {
            if (isNamed(i * STRIDE, name)) {
                return buf[spans[i * STRIDE + 2]] == 'n' ? NONE : i;
            }
        }
        return NONE;
    }

    private boolean isNamed(int at, String name) {
        int start = spans[at];
        if (spans[at + 1] - start != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (buf[start + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the index of the first byte of a member's value, for a string its opening quote. */
    public int start(int member) {
        return spans[member * STRIDE + 2];
    }

    /** Returns the index after a member's value. */
    public int stop(int member) {
        return spans[member * STRIDE + 3];
    }

    /** Returns whether a member is present and a string. */
    public boolean isText(int member) {
        return member != NONE && buf[start(member)] == '"';
    }

    /** Returns a member's value as an integer; -1 if it is absent, negative, not an integer or over 16 digits long. */
    public long whole(int member) {
        if (member == NONE || stop(member) - start(member) > MOST_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = start(member); i < stop(member); i++) {
            if (buf[i] < '0' || buf[i] > '9') {
                return -1;
            }
            number = number * 10 + buf[i] - '0';
        }
        return number;
    }

    /**
     * Decodes a string.
     *
     * @param from index of the opening quote
     * @param to index after the closing quote
     * @throws MalformedBody if the string has an invalid escape or invalid UTF-8
     */
    public static String text(byte[] bytes, int from, int to) throws MalformedBody {
        if (JsonStrings.end(bytes, from + 1, to, from) < 0) {
            char[] chars = new char[to - from];
            return new String(chars, 0, JsonStrings.decode(bytes, from + 1, to - 1, chars, 0));
        }
        return new String(bytes, from + 1, to - from - 2, StandardCharsets.UTF_8);
    }
}
