package dev.stillgate.proxy.config;

/** Binds YAML to records. */
public final class Binder {
    private Binder() {}

    static <R extends Record> R defaults(Class<R> type) {
        throw new UnsupportedOperationException(type.getName());
    }
}
