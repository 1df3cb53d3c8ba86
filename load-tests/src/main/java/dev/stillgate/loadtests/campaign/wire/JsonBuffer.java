package dev.stillgate.loadtests.campaign.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** JSON as it is written, byte by byte: a log of millions of lines is mostly the copying of what was written before. */
public final class JsonBuffer {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private static final int LONGEST = 6; // bytes that one character takes

    private byte[] bytes;
    private int length;

    /** Makes an empty one. */
    public JsonBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    /** Returns how many bytes have been written. */
    public int length() {
        return length;
    }

    /** Returns the bytes; they change with the next write, and only the first {@link #length} count. */
    public byte[] bytes() {
        return bytes;
    }

    /** Returns a copy of what was written. */
    public byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    /** Empties it. */
    public void clear() {
        length = 0;
    }

    /** Cuts it back to a length it had before. */
    public void cut(int to) {
        length = to;
    }

    /** Writes ASCII as it stands. */
    public JsonBuffer raw(String ascii) {
        int n = ascii.length();
        room(n);
        for (int i = 0; i < n; i++) {
            bytes[length + i] = (byte) ascii.charAt(i);
        }
        length += n;
        return this;
    }

    /** Writes bytes as they stand. */
    public JsonBuffer raw(byte[] json) {
        return raw(json, json.length);
    }

    /** Writes what another buffer holds. */
    public JsonBuffer raw(JsonBuffer json) {
        return raw(json.bytes, json.length);
    }

    private JsonBuffer raw(byte[] json, int count) {
        room(count);
        System.arraycopy(json, 0, bytes, length, count);
        length += count;
        return this;
    }

    /** Writes a whole number. */
    public JsonBuffer number(long value) {
        return raw(Long.toString(value));
    }

    /** Writes a text in quotes. */
    public JsonBuffer string(CharSequence text) {
        room(text.length() + LONGEST);
        bytes[length++] = '"';
        for (int i = 0; i < text.length(); i++) {
            room(LONGEST + 1);
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

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
