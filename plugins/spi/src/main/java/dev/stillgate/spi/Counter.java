package dev.stillgate.spi;

/** A count that only grows. */
@FunctionalInterface
public interface Counter {
    void add(long amount);

    default void increment() {
        add(1);
    }
}
