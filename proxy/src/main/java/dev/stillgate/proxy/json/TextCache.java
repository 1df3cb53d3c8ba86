package dev.stillgate.proxy.json;

import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The long texts met last that came more than once, as system prompts do, by the JSON that says them: for the same bytes there
 * is the same string. Bounded: a text takes the place of another of its slot when it comes the second time in a row there, and
 * neither short nor very long ones are kept.
 */
public final class TextCache {
    static final int LEAST_BYTES = 256;
    static final int MOST_BYTES = 32 << 10;
    private static final int SLOTS = 32;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    private static final long NOTHING = -1;

    /** What came last in each slot and was not kept, by its checksum. */
    private final long[] met = new long[SLOTS];

    private final CRC32C all = new CRC32C();
    private final int[] kinds = new int[SLOTS];
    private final byte[][] keys = new byte[SLOTS][0];
    private final String[] texts = new String[SLOTS];

    public TextCache() {
        Arrays.fill(texts, "");
        Arrays.fill(met, NOTHING);
    }

    /** Returns the text of a node, null when it is not known. */
    @Nullable
    public String find(JsonTape tape, int node) {
        if (!isKept(tape, node)) {
            return null;
        }
        int slot = slot(tape, node);
        boolean same = kinds[slot] == tape.kind(node)
                && Arrays.equals(keys[slot], 0, keys[slot].length, tape.bytes(), tape.start(node), tape.stop(node));
        if (!same) {
            return null;
        }
        met[slot] = NOTHING; // another has to come twice without this one between
        return texts[slot];
    }

    /** Takes the text of a node that was not known. */
    public void met(JsonTape tape, int node, CharSequence text) {
        if (!isKept(tape, node)) {
            return;
        }
        int slot = slot(tape, node);
        all.reset();
        all.update(tape.bytes(), tape.start(node), tape.stop(node) - tape.start(node));
        if (met[slot] == all.getValue()) {
            kinds[slot] = tape.kind(node);
            keys[slot] = Arrays.copyOfRange(tape.bytes(), tape.start(node), tape.stop(node));
            texts[slot] = text.toString();
        }
        met[slot] = all.getValue();
    }

    private static boolean isKept(JsonTape tape, int node) {
        if (node == JsonTape.NONE) {
            return false;
        }
        int size = tape.stop(node) - tape.start(node);
        return size >= LEAST_BYTES && size <= MOST_BYTES;
    }

    /** Returns the slot by the size and some bytes: whoever makes many of one slot has only his own not kept. */
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
