package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Header;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Header field whose last number and text are cached: the text is formatted again only when the number changes.
 * Thread-safe; of two concurrent updates, either one stays in the cache.
 */
final class CachedHeaderField {
    private final String name;
    private final LongFunction<String> format;
    private @Nullable Entry last;

    private record Entry(long number, Header field) {}

    CachedHeaderField(String name, LongFunction<String> format) {
        this.name = name;
        this.format = format;
    }

    Header of(long number) {
        Entry entry = last;
        if (entry == null || entry.number != number) {
            entry = new Entry(number, new Header(name, format.apply(number)));
            last = entry;
        }
        return entry.field;
    }
}
