package dev.stillgate.spi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Values in the slots of one exchange or connection, for implementations of {@link Exchange} and {@link
 * ConnectionFacts}. Not thread-safe.
 */
public final class Slots {
    private static final int MORE = 4;

    private @Nullable Object[] values = {};

    /** Returns the value in a slot, or null. */
    public <T> @Nullable T get(Slot<T> slot) {
        Object value = slot.index() < values.length ? values[slot.index()] : null;
        return value == null ? null : slot.type().cast(value);
    }

    /** Stores a value in a slot; null clears it. */
    public <T> void set(Slot<T> slot, @Nullable T value) {
        if (slot.index() >= values.length) {
            values = Arrays.copyOf(values, slot.index() + MORE);
        }
        values[slot.index()] = value;
    }
}
