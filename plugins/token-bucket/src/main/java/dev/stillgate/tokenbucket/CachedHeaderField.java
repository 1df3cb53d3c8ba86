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
    private final LongFunction<String> text;
    private @Nullable Kept last;

    private record Kept(long number, Header field) {}

    CachedHeaderField(String name, LongFunction<String> text) {
        this.name = name;
        this.text = text;
    }

    Header of(long number) {
        Kept seen = last;
        if (seen == null || seen.number != number) {
            seen = new Kept(number, new Header(name, text.apply(number)));
            last = seen;
        }
        return seen.field;
    }
}
