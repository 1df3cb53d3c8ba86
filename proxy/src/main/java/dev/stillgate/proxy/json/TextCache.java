package dev.stillgate.proxy.json;

import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Caches recently repeated long strings, such as system prompts, keyed by their JSON bytes, so equal bytes are decoded
 * once. Bounded: a text is stored when it occurs twice in a row in its slot, and evicts the previous text there. Short
 * and very long texts are not stored. Not thread-safe.
 */
public final class TextCache {
    static final int LEAST_BYTES = 256;
    static final int MOST_BYTES = 32 << 10;
    private static final int SLOTS = 32;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    private static final long NOTHING = -1;

    /** Per slot, the checksum of the most recent text that was not stored. */
    private final long[] lastMisses = new long[SLOTS];

    private final CRC32C checksum = new CRC32C();
    private final int[] kinds = new int[SLOTS];
    private final byte[][] keys = new byte[SLOTS][0];
    private final String[] texts = new String[SLOTS];

    public TextCache() {
        Arrays.fill(texts, "");
        Arrays.fill(lastMisses, NOTHING);
    }

    /** Returns the text of a node if it is cached, else null. */
    @Nullable
    public String find(JsonTape tape, int node) {
        if (!isCacheable(tape, node)) {
            return null;
        }
        int slot = slot(tape, node);
        boolean hit = kinds[slot] == tape.kind(node)
                && Arrays.equals(keys[slot], 0, keys[slot].length, tape.bytes(), tape.start(node), tape.stop(node));
        if (!hit) {
            return null;
        }
        lastMisses[slot] = NOTHING; // a hit resets the count, so another text must then occur twice in a row
        return texts[slot];
    }

    /** Records the text of a node after a miss, and stores it if it also was the previous miss of its slot. */
    public void missed(JsonTape tape, int node, CharSequence text) {
        if (!isCacheable(tape, node)) {
            return;
        }
        int slot = slot(tape, node);
        checksum.reset();
        checksum.update(tape.bytes(), tape.start(node), tape.stop(node) - tape.start(node));
        if (lastMisses[slot] == checksum.getValue()) {
            kinds[slot] = tape.kind(node);
            keys[slot] = Arrays.copyOfRange(tape.bytes(), tape.start(node), tape.stop(node));
            texts[slot] = text.toString();
        }
        lastMisses[slot] = checksum.getValue();
    }

    private static boolean isCacheable(JsonTape tape, int node) {
        if (node == JsonTape.NONE) {
            return false;
        }
        int size = tape.stop(node) - tape.start(node);
        return size >= LEAST_BYTES && size <= MOST_BYTES;
    }

    /** Hashes the size and four samples of the bytes. A client that forces collisions only evicts texts of its slot. */
    private static int slot(JsonTape tape, int node) {
        int start = tape.start(node);
        int size = tape.stop(node) - start;
        long hash = size;
        for (int part = 0; part < 4; part++) {
            hash = (hash ^ Swar.word(tape.bytes(), start + (size - Long.BYTES) * part / 3)) * MIX;
        }
        return (int) (hash >>> 59);
    }
}
