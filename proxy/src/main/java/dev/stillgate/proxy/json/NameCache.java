package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Direct-mapped cache of short strings that recur, such as model names, so that equal bytes are decoded once. Bounded:
 * a name evicts the previous one in its slot, and long names are not cached. Not thread-safe.
 */
public final class NameCache {
    private static final int SLOTS = 64;
    private static final int MAX_BYTES = 128;
    private final byte[][] keys = new byte[SLOTS][0];
    private final String[] names = new String[SLOTS];

    public NameCache() {
        Arrays.fill(names, "");
    }

    /** Returns the text of a string; null for {@link JsonTape#NONE} and nodes of other kinds. */
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
