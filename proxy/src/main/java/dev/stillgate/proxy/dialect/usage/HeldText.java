package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.JsonStrings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bounded buffer for the raw content of a JSON string that arrives in pieces. Longer strings are dropped. */
final class HeldText {
    static final int CAPACITY = 256;

    /** Number of bytes that a decoder may read beyond the content. */
    private static final int SLACK = 8;

    private final byte[] buffer = new byte[CAPACITY + SLACK];
    private int length;

    void clear() {
        length = 0;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** Returns whether the whole string fits into the buffer. */
    boolean isWhole() {
        return length <= CAPACITY;
    }

    void add(byte[] buf, int start, int end) {
        if (length + end - start > CAPACITY) {
            length = CAPACITY + 1;
        } else {
            System.arraycopy(buf, start, buffer, length, end - start);
            length += end - start;
        }
    }

    byte[] bytes() {
        return buffer;
    }

    /**
     * Decodes the content in place and returns its new length. Invalid content may decode to any text, but never to
     * earlier content of the buffer: a truncated character or escape is padded with zeros.
     */
    int decode(boolean escapes) {
        if (!escapes) {
            return length;
        }
        Arrays.fill(buffer, length, length + SLACK, (byte) 0);
        char[] chars = new char[CAPACITY + SLACK];
        int count = JsonStrings.decode(buffer, 0, length, chars, 0);
        byte[] plain = new String(chars, 0, count).getBytes(StandardCharsets.UTF_8);
        length = Math.min(plain.length, CAPACITY);
        System.arraycopy(plain, 0, buffer, 0, length);
        return length;
    }
}
