package dev.stillgate.proxy.backtest;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cache of values parsed from byte slices, such as account ids, so that repeated slices are parsed once. Direct-mapped
 * and bounded: an entry replaces another one in its slot, and long slices are not cached. Not thread-safe.
 *
 * @param <T> the type of the values
 */
final class SliceCache<T> {
    private static final int LONGEST = 4096;
    private final @Nullable Entry<T>[] slots;
    private final Parser<T> parser;

    /** Parser of a byte slice. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(byte[] bytes, int from, int to) throws BrokenLine;
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by hand
    private record Entry<T>(byte[] key, T value) {}

    /**
     * Creates an empty cache.
     *
     * @param slots the number of slots, a power of two
     */
    @SuppressWarnings("unchecked") // generic arrays cannot be created otherwise
    SliceCache(int slots, Parser<T> parser) {
        this.slots = (Entry<T>[]) new Entry<?>[slots];
        this.parser = parser;
    }

    T get(byte[] bytes, int from, int to) throws BrokenLine {
        if (to - from > LONGEST) {
            return parser.parse(bytes, from, to);
        }
        int slot = ByteSearch.hash(bytes, from, to) & (slots.length - 1);
        Entry<T> entry = slots[slot];
        if (entry == null || !Arrays.equals(entry.key(), 0, entry.key().length, bytes, from, to)) {
            entry = new Entry<>(Arrays.copyOfRange(bytes, from, to), parser.parse(bytes, from, to));
            slots[slot] = entry;
        }
        return entry.value();
    }
}
