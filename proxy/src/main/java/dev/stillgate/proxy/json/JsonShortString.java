package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;

/**
 * The key or string that a {@link JsonReader} is reading. A key or short string is decoded when it is complete, and
 * only copied if it is split or has escapes. Not thread-safe.
 */
final class JsonShortString {
    /** Limit of the length in bytes, with escapes. A longer string is read as the empty one. */
    static final int MAX = 256;

    private static final byte[] NOTHING = {};

    private boolean lines;
    private boolean inEscape;
    private byte[] held = NOTHING;
    private int heldLength;
    private boolean escapes;
    private byte[] bytes = NOTHING;
    private int from;
    private int to;

    /** Sets whether reading stops at line ends. */
    void endAtLines(boolean endAtLines) {
        lines = endAtLines;
    }

    /** Discards an unfinished string. */
    void clear() {
        inEscape = false;
    }

    /** Forgets a complete string. Keeps no reference to an array that was read. */
    void release() {
        bytes = NOTHING;
    }

    /** Begins a key or short string after its opening quote. */
    void begin() {
        escapes = false;
        heldLength = 0;
    }

    /**
     * Skips string content. Returns the index after its closing quote; the bitwise complement of the end of the piece,
     * or of a line end that stops reading, if the string continues.
     */
    int skip(byte[] buf, int from, int end) {
        int p = from;
        if (inEscape) {
            inEscape = false;
            p++;
        }
        while (true) {
            p = Swar.skipText(buf, p, end);
            if (p == end || isLineEnd(buf[p])) {
                return ~p;
            }
            byte c = buf[p++];
            if (c == '"') {
                return p;
            }
            if (c == '\\') {
                escapes = true;
                if (p == end || isLineEnd(buf[p])) {
                    inEscape = true;
                    return ~p;
                }
                p++;
            }
        }
    }

    private boolean isLineEnd(byte c) {
        return lines && (c == '\n' || c == '\r');
    }

    /** Adds a piece of a string that continues in the next piece. */
    void hold(byte[] buf, int start, int end) {
        if (heldLength + end - start > MAX) {
            heldLength = MAX + 1;
            return;
        }
        if (held.length == 0) {
            held = new byte[MAX + 1]; // and a closing quote
        }
        System.arraycopy(buf, start, held, heldLength, end - start);
        heldLength += end - start;
    }

    /** Adds the last piece. A string with an invalid escape becomes empty. */
    void end(byte[] buf, int start, int end) {
        if (heldLength == 0 && !escapes && end - start <= MAX) {
            bytes = buf;
            from = start;
            to = end;
            return;
        }
        hold(buf, start, end);
        bytes = held;
        from = 0;
        to = heldLength > MAX ? 0 : escapes ? decode() : heldLength;
    }

    /** Decodes the escapes in place and returns the new length. */
    private int decode() {
        held[heldLength] = '"';
        try {
            JsonStrings.end(held, 0, heldLength + 1, 0);
        } catch (MalformedBody invalid) {
            return 0;
        }
        char[] chars = new char[heldLength];
        int count = JsonStrings.decode(held, 0, heldLength, chars, 0);
        byte[] plain = new String(chars, 0, count).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(plain, 0, held, 0, plain.length);
        return plain.length;
    }

    /** Returns the array with the string from {@link #from} up to {@link #to}. */
    byte[] bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }
}
