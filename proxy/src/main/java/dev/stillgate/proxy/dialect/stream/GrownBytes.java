package dev.stillgate.proxy.dialect.stream;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Growable byte buffer: bytes are appended at the end and dropped at the beginning. Not thread-safe. */
public final class GrownBytes {
    private static final int FIRST = 1024;
    private static final int MOST_KEPT = 64 * 1024;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[0];
    private int length;

    public int length() {
        return length;
    }

    /** Returns the array whose first {@link #length} bytes are the content. Not a copy; valid until the next change. */
    public byte[] bytes() {
        return bytes;
    }

    /** Removes all bytes and releases a large array. */
    public void clear() {
        length = 0;
        if (bytes.length > MOST_KEPT) {
            bytes = new byte[0];
        }
    }

    /** Removes the first {@code count} bytes. */
    public void drop(int count) {
        if (count == length) {
            clear();
        } else if (count > 0) {
            System.arraycopy(bytes, count, bytes, 0, length - count);
            length -= count;
        }
    }

    private void reserve(int count) {
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(FIRST, Math.max(length + count, 2 * bytes.length)));
        }
    }

    public void add(byte[] from, int start, int end) {
        reserve(end - start);
        System.arraycopy(from, start, bytes, length, end - start);
        length += end - start;
    }

    public void add(byte[] added) {
        add(added, 0, added.length);
    }

    public void add(GrownBytes other, int start, int end) {
        add(other.bytes, start, end);
    }

    public void addNumber(long value) {
        add(Long.toString(value).getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Appends text as the content of a JSON string (RFC 8259, section 7), without quotes. Mandatory characters and
     * unpaired surrogates are escaped; all others become UTF-8.
     */
    public void addText(CharSequence text) {
        int chars = text.length();
        reserve(6 * chars);
        byte[] out = bytes;
        int o = length;
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                if (c >= ' ' && c != '"' && c != '\\') {
                    out[o++] = (byte) c;
                } else {
                    o = escape(c, o);
                }
            } else if (c < 0x800) {
                out[o++] = (byte) (0xc0 | c >> 6);
                out[o++] = (byte) (0x80 | (c & 0x3f));
            } else if (Character.isSurrogate(c)) {
                boolean pair = i + 1 < chars && Character.isSurrogatePair(c, text.charAt(i + 1));
                o = pair ? point(Character.toCodePoint(c, text.charAt(++i)), o) : unit(c, o);
            } else {
                out[o++] = (byte) (0xe0 | c >> 12);
                out[o++] = (byte) (0x80 | (c >> 6 & 0x3f));
                out[o++] = (byte) (0x80 | (c & 0x3f));
            }
        }
        length = o;
    }

    private int escape(char c, int at) {
        int letter = switch (c) {
            case '"', '\\' -> c;
            case '\b' -> 'b';
            case '\f' -> 'f';
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            default -> 0;
        };
        if (letter == 0) {
            return unit(c, at);
        }
        bytes[at] = '\\';
        bytes[at + 1] = (byte) letter;
        return at + 2;
    }

    private int unit(char c, int at) {
        bytes[at] = '\\';
        bytes[at + 1] = 'u';
        for (int i = 0; i < 4; i++) {
            bytes[at + 2 + i] = HEX[c >> (12 - 4 * i) & 0xf];
        }
        return at + 6;
    }

    private int point(int point, int at) {
        bytes[at] = (byte) (0xf0 | point >> 18);
        bytes[at + 1] = (byte) (0x80 | (point >> 12 & 0x3f));
        bytes[at + 2] = (byte) (0x80 | (point >> 6 & 0x3f));
        bytes[at + 3] = (byte) (0x80 | (point & 0x3f));
        return at + 4;
    }
}
