package dev.stillgate.spi;

/** A monotonic counter. */
@FunctionalInterface
public interface Counter {
    void add(long amount);

    default void increment() {
        add(1);
    }
}
