package dev.stillgate.spi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The values that filters left in the slots of one exchange or connection. For whoever implements {@link Exchange} or
 * {@link ConnectionFacts}; filters use the methods there. Not thread-safe, as an exchange belongs to one thread.
 */
public final class Slots {
    private static final int MORE = 4;

    private @Nullable Object[] values = {};

    /** Returns what was left in a slot, null when nothing was. */
    public <T> @Nullable T get(Slot<T> slot) {
        Object value = slot.index() < values.length ? values[slot.index()] : null;
        return value == null ? null : slot.type().cast(value);
    }

    /** Leaves a value in a slot; null empties it. */
    public <T> void set(Slot<T> slot, @Nullable T value) {
        if (slot.index() >= values.length) {
            values = Arrays.copyOf(values, slot.index() + MORE);
        }
        values[slot.index()] = value;
    }
}
