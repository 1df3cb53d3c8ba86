package dev.stillgate.loadtests.stub;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stored objects by id; drops the oldest beyond a bound. Thread-safe. */
final class BoundedStore<T> {
    private static final int MAX_ENTRIES = 10_000;
    private final Map<String, T> entries = new LinkedHashMap<>();

    synchronized void put(String id, T entry) {
        entries.put(id, entry);
        if (entries.size() > MAX_ENTRIES) {
            entries.remove(entries.keySet().iterator().next());
        }
    }

    synchronized @Nullable T get(String id) {
        return entries.get(id);
    }

    synchronized void clear() {
        entries.clear();
    }
}
