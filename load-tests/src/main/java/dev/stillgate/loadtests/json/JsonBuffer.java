package dev.stillgate.loadtests.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Growable buffer of JSON in UTF-8. Parts that are written once, such as earlier turns of a conversation, can be copied
 * from buffer to buffer. Not thread-safe.
 */
public final class JsonBuffer {
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_BYTES_PER_CHAR = 6;

    private byte[] bytes;
    private int length;

    /** Creates an empty buffer with an initial capacity in bytes. */
    public JsonBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    /** Returns a new buffer with a filled template, see {@link #fill}. */
    public static JsonBuffer of(String template, @Nullable Object... values) {
        return new JsonBuffer(256).fill(template, values);
    }

    public int length() {
        return length;
    }

    /** Returns the internal array. Only the first {@link #length} bytes are valid, until the next write. */
    public byte[] bytes() {
        return bytes;
    }

    /** Returns a copy of the content. */
    public byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    public void clear() {
        length = 0;
    }

    /** Writes ASCII text without quotes or escapes. */
    public JsonBuffer raw(String ascii) {
        int n = ascii.length();
        reserve(n);
        for (int i = 0; i < n; i++) {
            bytes[length + i] = (byte) ascii.charAt(i);
        }
        length += n;
        return this;
    }

    /** Writes bytes that are valid JSON. */
    public JsonBuffer raw(byte[] json) {
        return raw(json, json.length);
    }

    /** Writes the content of another buffer. */
    public JsonBuffer raw(JsonBuffer json) {
        return raw(json.bytes, json.length);
    }

    private JsonBuffer raw(byte[] json, int count) {
        reserve(count);
        System.arraycopy(json, 0, bytes, length, count);
        length += count;
        return this;
    }

    /**
     * Writes an ASCII template. Single quotes become double quotes, and each {@code ?} is replaced by the next value.
     *
     * @param values as for {@link #value}
     */
    public JsonBuffer fill(String template, @Nullable Object... values) {
        int next = 0;
        for (int i = 0; i < template.length(); i++) {
            char c = template.charAt(i);
            if (c == '?') {
                value(values[next++]);
            } else {
                reserve(1);
                bytes[length++] = (byte) (c == '\'' ? '"' : c);
            }
        }
        return this;
    }

    /**
     * Writes null, a text, number, boolean, Jackson node, buffer of JSON, collection of such values, or map from texts
     * to them.
     */
    public JsonBuffer value(@Nullable Object value) {
        return switch (value) {
            case null -> raw("null");
            case CharSequence text -> string(text);
            case Number number -> raw(number.toString());
            case Boolean flag -> raw(flag.toString());
            case JsonBuffer json -> raw(json);
            case JsonNode node -> raw(node.toString().getBytes(StandardCharsets.UTF_8));
            case Collection<?> many -> array(many);
            case Map<?, ?> map -> object(map);
            default -> throw new IllegalArgumentException("no JSON form for " + value.getClass());
        };
    }

    private JsonBuffer array(Collection<?> values) {
        String separator = "[";
        for (Object value : values) {
            raw(separator).value(value);
            separator = ",";
        }
        return raw(values.isEmpty() ? "[]" : "]");
    }

    private JsonBuffer object(Map<?, ?> members) {
        String separator = "{";
        for (Map.Entry<?, ?> member : members.entrySet()) {
            raw(separator).string(member.getKey().toString()).raw(":").value(member.getValue());
            separator = ",";
        }
        return raw(members.isEmpty() ? "{}" : "}");
    }

    /** Writes an integer. */
    public JsonBuffer number(long value) {
        return raw(Long.toString(value));
    }

    /** Writes a text with quotes and escapes. */
    public JsonBuffer string(CharSequence text) {
        reserve(text.length() + MAX_BYTES_PER_CHAR);
        bytes[length++] = '"';
        for (int i = 0; i < text.length(); i++) {
            reserve(MAX_BYTES_PER_CHAR + 1);
            char c = text.charAt(i);
            if (c >= 0x80) {
                int point = Character.codePointAt(text, i);
                i += Character.charCount(point) - 1;
                length = utf8(bytes, length, point);
            } else if (c >= ' ' && c != '"' && c != '\\') {
                bytes[length++] = (byte) c;
            } else {
                length = escaped(bytes, length, c);
            }
        }
        bytes[length++] = '"';
        return this;
    }

    private static int escaped(byte[] out, int from, char c) {
        int at = from;
        out[at++] = '\\';
        switch (c) {
            case '"', '\\' -> out[at++] = (byte) c;
            case '\n' -> out[at++] = 'n';
            case '\t' -> out[at++] = 't';
            case '\r' -> out[at++] = 'r';
            case '\b' -> out[at++] = 'b';
            case '\f' -> out[at++] = 'f';
            default -> {
                out[at++] = 'u';
                out[at++] = '0';
                out[at++] = '0';
                out[at++] = HEX[c >> 4];
                out[at++] = HEX[c & 15];
            }
        }
        return at;
    }

    private static int utf8(byte[] out, int from, int point) {
        int at = from;
        if (point < 0x800) {
            out[at++] = (byte) (0xC0 | (point >> 6));
        } else {
            if (point < 0x10000) {
                out[at++] = (byte) (0xE0 | (point >> 12));
            } else {
                out[at++] = (byte) (0xF0 | (point >> 18));
                out[at++] = (byte) (0x80 | ((point >> 12) & 0x3F));
            }
            out[at++] = (byte) (0x80 | ((point >> 6) & 0x3F));
        }
        out[at++] = (byte) (0x80 | (point & 0x3F));
        return at;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
