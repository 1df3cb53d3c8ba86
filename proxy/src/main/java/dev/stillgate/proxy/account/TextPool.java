package dev.stillgate.proxy.account;

import dev.stillgate.spi.HeapRoom;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Pool of distinct short texts, numbered from 0 and packed into a few large arrays. Millions of {@code String}s would
 * lengthen the pauses of the garbage collector, which copies objects but not large arrays.
 *
 * <p>A text is encoded as its length, the bytes per character, and its characters. Not thread-safe until
 * {@link #close}; thread-safe and immutable afterwards.
 */
final class TextPool {
    /** The maximum length of a text, in characters. */
    static final int LONGEST = 255;

    private static final int HEADER = 2;

    private final int seed = ThreadLocalRandom.current().nextInt() | 1;
    private final ByteChunks bytes;
    private int[] starts;
    private int size;
    private int[] slots = new int[128];

    TextPool() {
        this(new ByteChunks(), new int[64], 0);
    }

    private TextPool(ByteChunks bytes, int[] starts, int size) {
        this.bytes = bytes;
        this.starts = starts;
        this.size = size;
    }

    /** Returns a pool with the texts of a closed one, in which {@link #find} works. */
    TextPool indexed() {
        TextPool indexed = new TextPool(bytes, starts, size);
        indexed.index(4 * Math.max(1, Integer.highestOneBit(size)));
        return indexed;
    }

    /** Returns the number of a text, or -1. */
    int find(String text) {
        return slots[slot(text)] - 1;
    }

    /** Returns the number of a text; adds the text if it is new. */
    int intern(String text) {
        int known = find(text);
        return known >= 0 ? known : add(text);
    }

    /**
     * Adds a new text and returns its number.
     *
     * @throws IllegalArgumentException if the text is longer than {@link #LONGEST}, or all texts exceed 2 GiB
     * @throws HeapRoom.Full if there is not enough free heap
     */
    int add(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "a text of " + text.length() + " characters: expected at most " + LONGEST);
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
        int at = bytes.allocate(HEADER + width * text.length());
        byte[] chunk = bytes.array(at);
        int to = ByteChunks.index(at);
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

    String get(int number) {
        int at = starts[number];
        byte[] chunk = bytes.array(at);
        int from = ByteChunks.index(at) + HEADER;
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

    /** Returns whether the text with a number equals {@code text}. */
    boolean is(int number, String text) {
        int at = starts[number];
        byte[] chunk = bytes.array(at);
        int from = ByteChunks.index(at) + HEADER;
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

    /** Returns whether the text with a number equals the text with another number of another pool. */
    boolean same(int number, TextPool other, int otherNumber) {
        byte[] chunk = bytes.array(starts[number]);
        byte[] otherChunk = other.bytes.array(other.starts[otherNumber]);
        int from = ByteChunks.index(starts[number]);
        int otherFrom = ByteChunks.index(other.starts[otherNumber]);
        int length = HEADER + (chunk[from] & 0xff) * chunk[from + 1];
        return Arrays.equals(chunk, from, from + HEADER, otherChunk, otherFrom, otherFrom + HEADER)
                && Arrays.equals(chunk, from, from + length, otherChunk, otherFrom, otherFrom + length);
    }

    int size() {
        return size;
    }

    /** Releases the index; {@link #find}, {@link #intern} and {@link #add} must not be called afterwards. */
    TextPool close() {
        HeapRoom.require((long) size * Integer.BYTES);
        starts = Arrays.copyOf(starts, size);
        bytes.close();
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

    /** Returns a randomly seeded hash, against collisions chosen by an attacker. */
    private int hash(String text) {
        long hash = seed;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return (int) (hash >>> 32);
    }

    private void rehash() {
        index(2 * slots.length);
    }

    private void index(int length) {
        HeapRoom.require((long) length * Integer.BYTES);
        slots = new int[length];
        for (int number = 0; number < size; number++) {
            slots[slot(get(number))] = number + 1;
        }
    }

    /** Returns the number of a text, or -1. Linear search that also works after {@link #close}: not for requests. */
    int search(@Nullable String text) {
        for (int number = 0; text != null && text.length() <= LONGEST && number < size; number++) {
            if (is(number, text)) {
                return number;
            }
        }
        return -1;
    }
}
