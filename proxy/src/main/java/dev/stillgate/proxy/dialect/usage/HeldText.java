package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.JsonStrings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A string that comes in pieces, held as it is written up to a bound; longer ones are not held. */
final class HeldText {
    static final int ROOM = 256;

    /** A decoder may look so far beyond what is held. */
    private static final int SLACK = 8;

    private final byte[] room = new byte[ROOM + SLACK];
    private int length;

    void clear() {
        length = 0;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** Returns whether all of it is held. */
    boolean isWhole() {
        return length <= ROOM;
    }

    void add(byte[] buf, int start, int end) {
        if (length + end - start > ROOM) {
            length = ROOM + 1;
        } else {
            System.arraycopy(buf, start, room, length, end - start);
            length += end - start;
        }
    }

    byte[] bytes() {
        return room;
    }

    /**
     * Decodes what is held, in its place, and returns its length. It was not checked and may decode to nonsense, but never to what
     * was held before: a character or an escape that is cut off ends in zeros.
     */
    int decode(boolean escapes) {
        if (!escapes) {
            return length;
        }
        Arrays.fill(room, length, length + SLACK, (byte) 0);
        char[] chars = new char[ROOM + SLACK];
        int count = JsonStrings.decode(room, 0, length, chars, 0);
        byte[] plain = new String(chars, 0, count).getBytes(StandardCharsets.UTF_8);
        length = Math.min(plain.length, ROOM);
        System.arraycopy(plain, 0, room, 0, length);
        return length;
    }
}
