package dev.stillgate.proxy.backtest;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was made last of the same bytes, such as the text of an account's id, so that what comes again and again is made
 * once. Bounded: an entry takes the place of another of the same slot, and long ones are not kept.
 *
 * @param <T> what is made
 */
final class SliceCache<T> {
    private static final int LONGEST = 4096;
    private final @Nullable Entry<T>[] slots;
    private final Maker<T> maker;

    /** Makes something of bytes. */
    @FunctionalInterface
    interface Maker<T> {
        T make(byte[] bytes, int from, int to) throws BrokenLine;
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by hand
    private record Entry<T>(byte[] key, T value) {}

    /**
     * An empty cache.
     *
     * @param slots a power of two
     */
    @SuppressWarnings("unchecked") // an array of a generic type is made in no other way
    SliceCache(int slots, Maker<T> maker) {
        this.slots = (Entry<T>[]) new Entry<?>[slots];
        this.maker = maker;
    }

    T get(byte[] bytes, int from, int to) throws BrokenLine {
        if (to - from > LONGEST) {
            return maker.make(bytes, from, to);
        }
        int slot = Words.hash(bytes, from, to) & (slots.length - 1);
        Entry<T> entry = slots[slot];
        if (entry == null || !Arrays.equals(entry.key(), 0, entry.key().length, bytes, from, to)) {
            entry = new Entry<>(Arrays.copyOfRange(bytes, from, to), maker.make(bytes, from, to));
            slots[slot] = entry;
        }
        return entry.value();
    }
}
