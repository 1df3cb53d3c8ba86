package dev.stillgate.testkit;

import dev.stillgate.spi.Slot;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values left in the slots of one exchange or connection. */
final class Slots {
    private final Map<Integer, Object> values = new HashMap<>();

    <T> @Nullable T get(Slot<T> slot) {
        Object value = values.get(slot.index());
        return value == null ? null : slot.type().cast(value);
    }

    <T> void set(Slot<T> slot, @Nullable T value) {
        if (value == null) {
            values.remove(slot.index());
        } else {
            values.put(slot.index(), value);
        }
    }
}
