package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Object key or string constant to compare with the bytes of a document. Immutable. */
public final class JsonName {
    private static final int WORD = 8;

    public final String text;
    private final byte[] utf8;
    private final long first;

    public JsonName(String text) {
        this.text = text;
        this.utf8 = text.getBytes(StandardCharsets.UTF_8);
        this.first = Swar.tail(utf8, 0, utf8.length);
    }

    /**
     * Returns whether the bytes from {@code start} to {@code end} equal this name. Compares the first eight at once.
     */
    boolean is(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length != utf8.length) {
            return false;
        }
        if (length == 0 || start > bytes.length - WORD) {
            return Arrays.equals(bytes, start, end, utf8, 0, length);
        }
        return Swar.first(Swar.word(bytes, start), Math.min(length, WORD)) == first
                && (length <= WORD || Arrays.equals(bytes, start + WORD, end, utf8, WORD, length));
    }

    @Override
    public String toString() {
        return text;
    }
}
