package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The names met last, such as of models, so that a name that is asked for again and again is decoded once. Bounded: a
 * name takes the place of another of the same slot, and long ones are not kept.
 */
public final class NameCache {
    private static final int SLOTS = 64;
    private static final int MAX_BYTES = 128;
    private final byte[][] keys = new byte[SLOTS][0];
    private final String[] names = new String[SLOTS];

    public NameCache() {
        Arrays.fill(names, "");
    }

    /** Returns the text of a string, null when there is no such node or it is no string. */
    @Nullable
    public String name(JsonTape tape, int node) {
        if (!tape.isText(node)) {
            return null;
        }
        int start = tape.start(node);
        int length = tape.stop(node) - start;
        if (length > MAX_BYTES || tape.escaped(node)) {
            return tape.string(node);
        }
        byte[] buf = tape.bytes();
        int hash = length;
        for (int i = start; i < start + length; i++) {
            hash = 31 * hash + buf[i];
        }
        int slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
        if (!Arrays.equals(keys[slot], 0, keys[slot].length, buf, start, start + length)) {
            keys[slot] = Arrays.copyOfRange(buf, start, start + length);
            names[slot] = new String(keys[slot], StandardCharsets.UTF_8);
        }
        return names[slot];
    }
}
