package dev.stillgate.proxy.dialect;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The long texts met last that came more than once, as system prompts do, by the JSON that says them: for the same bytes there
 * is the same string. Bounded: a text takes the place of another of its slot when it comes the second time in a row there, and
 * neither short nor very long ones are kept.
 */
final class TextCache {
    static final int LEAST_BYTES = 256;
    static final int MOST_BYTES = 32 << 10;
    private static final int SLOTS = 32;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    private final long[] met = new long[SLOTS];
    private final int[] kinds = new int[SLOTS];
    private final byte[][] keys = new byte[SLOTS][0];
    private final String[] texts = new String[SLOTS];

    TextCache() {
        Arrays.fill(texts, "");
    }

    /** Returns the text of a node, null when it is not known. */
    @Nullable
    String find(JsonTape tape, int node) {
        if (!isKept(tape, node)) {
            return null;
        }
        int slot = slot(sample(tape, node));
        boolean same = kinds[slot] == tape.kind(node)
                && Arrays.equals(keys[slot], 0, keys[slot].length, tape.bytes(), tape.start(node), tape.stop(node));
        return same ? texts[slot] : null;
    }

    /** Takes the text of a node that was not known. */
    void met(JsonTape tape, int node, CharSequence text) {
        if (!isKept(tape, node)) {
            return;
        }
        long sample = sample(tape, node);
        int slot = slot(sample);
        if (met[slot] == sample) {
            kinds[slot] = tape.kind(node);
            keys[slot] = Arrays.copyOfRange(tape.bytes(), tape.start(node), tape.stop(node));
            texts[slot] = text.toString();
        }
        met[slot] = sample;
    }

    private static boolean isKept(JsonTape tape, int node) {
        if (node == JsonTape.NONE) {
            return false;
        }
        int size = tape.stop(node) - tape.start(node);
        return size >= LEAST_BYTES && size <= MOST_BYTES;
    }

    /** Returns a hash of the size and of some bytes: whoever makes others like them has only his own not kept. */
    private static long sample(JsonTape tape, int node) {
        int start = tape.start(node);
        int size = tape.stop(node) - start;
        long hash = size;
        for (int part = 0; part < 4; part++) {
            hash = (hash ^ Swar.word(tape.bytes(), start + (size - Long.BYTES) * part / 3)) * MIX;
        }
        return hash;
    }

    private static int slot(long sample) {
        return (int) (sample >>> 59);
    }
}
