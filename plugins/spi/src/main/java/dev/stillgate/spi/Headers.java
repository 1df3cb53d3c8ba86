package dev.stillgate.spi;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The header fields of a message, in the order received; names compare without case. A view: see the giver. */
public interface Headers {
    /** Returns the value of the first field of that name (any case), or null. */
    @Nullable
    String first(String name);

    /** Hands over every field in the order received, its name as the peer spelt it. */
    void forEach(BiConsumer<String, String> consumer);

    /** Returns whether there is a field whose name begins so (any case). */
    default boolean hasNameStarting(String prefix) {
        boolean[] found = new boolean[1];
        forEach((name, value) -> found[0] |= name.regionMatches(true, 0, prefix, 0, prefix.length()));
        return found[0];
    }

    /** Returns the number of fields. */
    int size();
}
