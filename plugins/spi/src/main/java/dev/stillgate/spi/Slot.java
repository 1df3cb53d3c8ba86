package dev.stillgate.spi;

/**
 * A typed place in an exchange or a connection where a filter leaves a value for later. Slots come from
 * {@link FilterContext#slot}; the same label names the same slot for every filter, so one filter can read what another
 * found.
 *
 * @param <T> the type of the value
 */
public final class Slot<T> {
    private final String label;
    private final int index;
    private final Class<T> type;

    /**
     * A slot; filters do not call this.
     *
     * @param index the place of the slot in the engine's table, from 0
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
