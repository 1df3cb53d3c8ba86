package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The members of one JSON object, found where they stand and without reading what is in them: their values can be handed
 * on as the bytes that were written. Of a value it is only certain that its strings and brackets are whole; whoever reads
 * it judges the rest. Reusable, by one thread; valid until the next {@link #read} and while nobody writes to the bytes.
 */
public final class JsonMembers {
    /** What {@link #find} returns for a member that is not there. */
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
     * Finds the members of the object that the bytes hold and nothing else.
     *
     * @throws MalformedBody when they hold something else
     */
    public void read(byte[] bytes, int from, int to) throws MalformedBody {
        buf = bytes;
        base = from;
        end = to;
        count = 0;
        int p = space(from);
        if (at(p) != '{') {
            throw syntax("an object expected", p);
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
                throw syntax("a comma or } expected", p);
            }
            p = space(p + 1);
        }
    }

    /** Takes one member and returns the index of what stands after it. */
    private int member(int start) throws MalformedBody {
        if (at(start) != '"') {
            throw syntax("a key expected", start);
        }
        int keyEnd = string(start) - 1;
        int p = space(keyEnd + 1);
        if (at(p) != ':') {
            throw syntax("a colon expected", p);
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
                throw new MalformedBody("json-duplicate-key", "a key that is there already", keyStart - base);
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
            throw syntax("a value expected", start);
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
                    open[depth++] = (byte) (c + 2); // the bracket that closes it
                    p++;
                }
                case '}', ']' -> {
                    if (open[--depth] != c) {
                        throw syntax("a bracket that closes another", p);
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
     * Returns the index after the string that begins at its quote.
     *
     * @param end where its document ends
     * @param base where its document starts, for the offset of an error
     */
    public static int stringEnd(byte[] bytes, int quote, int end, int base) throws MalformedBody {
        int p = quote + 1;
        while (true) {
            p = Swar.skipText(bytes, p, end);
            if (p >= end) {
                throw new MalformedBody("json-syntax", "JSON string without an end", quote - base);
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

    /** Returns the member of that name, which needs no escapes, or {@link #NONE}; also when its value is null. */
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

    /** Returns the index of the first byte of a member's value; of a string, of its quote. */
    public int start(int member) {
        return spans[member * STRIDE + 2];
    }

    /** Returns the index after a member's value. */
    public int stop(int member) {
        return spans[member * STRIDE + 3];
    }

    /** Returns whether a member is there and a string. */
    public boolean isText(int member) {
        return member != NONE && buf[start(member)] == '"';
    }

    /** Returns a member's whole number, -1 when it is not there, no whole number, negative, or of over 16 digits. */
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
     * Returns the text of a string whose quotes stand at {@code from} and before {@code to}.
     *
     * @throws MalformedBody when it is no text
     */
    public static String text(byte[] bytes, int from, int to) throws MalformedBody {
        if (JsonStrings.end(bytes, from + 1, to, from) < 0) {
            char[] chars = new char[to - from];
            return new String(chars, 0, JsonStrings.decode(bytes, from + 1, to - 1, chars, 0));
        }
        return new String(bytes, from + 1, to - from - 2, StandardCharsets.UTF_8);
    }
}
