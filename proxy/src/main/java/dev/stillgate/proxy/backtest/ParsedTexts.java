package dev.stillgate.proxy.backtest;

import org.jspecify.annotations.Nullable;

/**
 * Cache of values parsed from texts, such as account ids, so that repeated texts are parsed once. Direct-mapped and
 * bounded: an entry replaces another one in its slot, and long texts are not cached. Not thread-safe.
 *
 * @param <T> the type of the values
 */
final class ParsedTexts<T> {
    private static final int LONGEST = 4096;
    private final @Nullable Entry<T>[] slots;
    private final Parser<T> parser;

    /** Parser of a text. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(String text) throws BrokenLine;
    }

    private record Entry<T>(String key, T value) {}

    /**
     * Creates an empty cache.
     *
     * @param slots the number of slots, a power of two
     */
    @SuppressWarnings("unchecked") // generic arrays cannot be created otherwise
    ParsedTexts(int slots, Parser<T> parser) {
        this.slots = (Entry<T>[]) new Entry<?>[slots];
        this.parser = parser;
    }

    T get(String text) throws BrokenLine {
        if (text.length() > LONGEST) {
            return parser.parse(text);
        }
        int hash = text.hashCode();
        int slot = (hash ^ hash >>> 16) & (slots.length - 1);
        Entry<T> entry = slots[slot];
        if (entry == null || !entry.key().equals(text)) {
            entry = new Entry<>(text, parser.parse(text));
            slots[slot] = entry;
        }
        return entry.value();
    }
}
