package dev.stillgate.spi;

/**
 * Typed key of a value that filters attach to an exchange or a connection. Slots come from {@link FilterContext#slot};
 * filters that use the same label share the slot.
 *
 * @param <T> the type of the value
 */
public final class Slot<T> {
    private final String label;
    private final int index;
    private final Class<T> type;

    /**
     * Creates a slot; called by the engine only.
     *
     * @param index index in the engine's table, from 0
     */
    public Slot(String label, Class<T> type, int index) {
        this.label = label;
        this.type = type;
        this.index = index;
    }

    public String label() {
        return label;
    }

    public Class<T> type() {
        return type;
    }

    public int index() {
        return index;
    }

    @Override
    public String toString() {
        return label;
    }
}
