package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Header;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A header field that tells a number which is mostly the one it told last: the field is made anew only when it is not. Any
 * thread may ask; of two that make it at once either is kept.
 */
final class KeptField {
    private final String name;
    private final LongFunction<String> text;
    private @Nullable Kept last;

    private record Kept(long number, Header field) {}

    KeptField(String name, LongFunction<String> text) {
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
