package dev.stillgate.proxy.account;

import dev.stillgate.spi.HeapRoom;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Many short texts, each once, by their numbers from 0: packed into a few large arrays. Millions of strings would be millions
 * of objects that a collector copies, with everything else standing still, each time that they are read anew; large arrays
 * are not copied. A text is its length, the width of its characters in bytes, and its characters. For one thread until it is
 * {@link #close closed}; immutable afterwards.
 */
final class TextPool {
    /** The most characters of a text. */
    static final int LONGEST = 255;

    private static final int CHUNK_BITS = 24;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final int MOST_CHUNKS = 1 << (Integer.SIZE - 1 - CHUNK_BITS);
    private static final int FIRST = 1 << 12;
    private static final int HEADER = 2;

    private final int seed = ThreadLocalRandom.current().nextInt() | 1;
    private byte[][] chunks = {new byte[FIRST]};
    private int end;
    private int[] starts = new int[64];
    private int size;
    private int[] slots = new int[128];

    /** Returns the number of a text that is there already, -1 when it is not. */
    int find(String text) {
        return slots[slot(text)] - 1;
    }

    /** Returns the number of a text, which is added when it is not there. */
    int intern(String text) {
        int known = find(text);
        return known >= 0 ? known : add(text);
    }

    /**
     * Adds a text that is not there, and returns its number.
     *
     * @throws IllegalArgumentException when it is longer than {@link #LONGEST}, or all texts are longer than 2 GiB
     * @throws HeapRoom.Full when the heap has no room for it
     */
    int add(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("a text of " + text.length() + " characters: expected " + LONGEST);
        }
        if (size + 1 > slots.length / 2) {
            rehash();
        }
        int slot = slot(text);
        if (size == starts.length) {
            HeapRoom.require(2L * size * Integer.BYTES);
            starts = Arrays.copyOf(starts, size * 2);
        }
        starts[size++] = write(text);
        slots[slot] = size;
        return size - 1;
    }

    private int write(String text) {
        int width = 1;
        for (int i = 0; i < text.length(); i++) {
            width = text.charAt(i) > 0xff ? 2 : width;
        }
        int at = room(HEADER + width * text.length());
        byte[] chunk = chunks[at >>> CHUNK_BITS];
        int to = at & (CHUNK - 1);
        chunk[to++] = (byte) text.length();
        chunk[to++] = (byte) width;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (width == 2) {
                chunk[to++] = (byte) (c >> 8);
            }
            chunk[to++] = (byte) c;
        }
        return at;
    }

    /** Returns where that many bytes in a row are free; the first chunk grows, later ones are large from the start. */
    private int room(int bytes) {
        int last = chunks.length - 1;
        int at = end - (last << CHUNK_BITS);
        if (at + bytes > chunks[last].length) {
            HeapRoom.require(Math.min(2L * chunks[last].length, CHUNK));
            if (chunks[last].length < CHUNK) {
                chunks[last] = Arrays.copyOf(chunks[last], chunks[last].length * 2);
            } else if (chunks.length < MOST_CHUNKS) {
                chunks = Arrays.copyOf(chunks, chunks.length + 1);
                chunks[last + 1] = new byte[CHUNK];
                end = (last + 1) << CHUNK_BITS;
            } else {
                throw new IllegalArgumentException("more than 2 GiB of texts");
            }
        }
        int start = end;
        end += bytes;
        return start;
    }

    /** Returns the text of a number. */
    String get(int number) {
        int at = starts[number];
        byte[] chunk = chunks[at >>> CHUNK_BITS];
        int from = (at & (CHUNK - 1)) + HEADER;
        int length = chunk[from - 2] & 0xff;
        if (chunk[from - 1] == 1) {
            return new String(chunk, from, length, StandardCharsets.ISO_8859_1);
        }
        char[] chars = new char[length];
        for (int i = 0; i < length; i++) {
            chars[i] = (char) ((chunk[from + 2 * i] & 0xff) << 8 | (chunk[from + 2 * i + 1] & 0xff));
        }
        return new String(chars);
    }

    /** Returns whether a number's text is this one. */
    boolean is(int number, String text) {
        int at = starts[number];
        byte[] chunk = chunks[at >>> CHUNK_BITS];
        int from = (at & (CHUNK - 1)) + HEADER;
        if ((chunk[from - 2] & 0xff) != text.length()) {
            return false;
        }
        boolean wide = chunk[from - 1] == 2;
        for (int i = 0; i < text.length(); i++) {
            int c = wide
                    ? (chunk[from + 2 * i] & 0xff) << 8 | (chunk[from + 2 * i + 1] & 0xff)
                    : chunk[from + i] & 0xff;
            if (c != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Returns how many texts there are. */
    int size() {
        return size;
    }

    /** Lets go of what only adding needs; nothing is found or added afterwards. */
    TextPool close() {
        HeapRoom.require((long) size * Integer.BYTES);
        starts = Arrays.copyOf(starts, size);
        int last = chunks.length - 1;
        chunks[last] = Arrays.copyOf(chunks[last], end - (last << CHUNK_BITS));
        slots = new int[0];
        return this;
    }

    private int slot(String text) {
        int mask = slots.length - 1;
        int slot = hash(text) & mask;
        while (slots[slot] != 0 && !is(slots[slot] - 1, text)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /** Returns a hash that whoever chooses the texts cannot foretell. */
    private int hash(String text) {
        long hash = seed;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return (int) (hash >>> 32);
    }

    private void rehash() {
        int[] before = slots;
        HeapRoom.require(2L * before.length * Integer.BYTES);
        slots = new int[before.length * 2];
        for (int number = 0; number < size; number++) {
            slots[slot(get(number))] = number + 1;
        }
    }

    /** Returns the number of a text by looking at each, -1 when it is not there; for people only. */
    int search(@Nullable String text) {
        for (int number = 0; text != null && text.length() <= LONGEST && number < size; number++) {
            if (is(number, text)) {
                return number;
            }
        }
        return -1;
    }
}
