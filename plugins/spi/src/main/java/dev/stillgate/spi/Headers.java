package dev.stillgate.spi;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a message in the order received; names are case-insensitive. A view, valid as long as its source
 * says.
 */
public interface Headers {
    /** Returns the value of the first field with a name, or null. */
    @Nullable
    String first(String name);

    /** Calls the consumer for every field in the order received, with the name as spelt in the message. */
    void forEach(BiConsumer<String, String> consumer);

    /** Returns whether the name of any field starts with a prefix, ignoring case. */
    default boolean hasNameStarting(String prefix) {
        boolean[] found = new boolean[1];
        forEach((name, value) -> found[0] |= name.regionMatches(true, 0, prefix, 0, prefix.length()));
        return found[0];
    }

    /** Returns the number of fields. */
    int size();
}
