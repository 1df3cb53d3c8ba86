package dev.stillgate.geo;

import dev.stillgate.spi.Counter;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Loaded databases, shared by successive policies, so that a reload reads only changed files. A file stays loaded as
 * long as a filter uses it. Thread-safe.
 */
final class DatabasePool {
    private static final int CACHE_BITS = 12;

    /** Files loaded by any filter of the process, so that each is read and probed once. */
    private static final Map<Place, WeakReference<DatabaseFile>> SHARED = new HashMap<>();

    /** Process-wide, because results cached on a connection outlive the pool of their snapshot. */
    private static final AtomicLong GENERATIONS = new AtomicLong();

    private final LocatedCache cache = new LocatedCache(CACHE_BITS);
    private final Map<Place, WeakReference<DatabaseFile>> files = new HashMap<>();
    private @Nullable DatabaseSet latest;

    private record Place(DatabaseKind kind, Path path) {}

    LocatedCache cache() {
        return cache;
    }

    /**
     * Returns the watched file at a path, with its latest valid content.
     *
     * @throws IOException if the file is not loaded yet and cannot be read or fails the probe
     */
    synchronized DatabaseFile open(DatabaseKind kind, Path path) throws IOException {
        files.values().removeIf(reference -> reference.refersTo(null));
        Place place = new Place(kind, path.toAbsolutePath().normalize());
        WeakReference<DatabaseFile> reference = files.get(place);
        DatabaseFile file = reference == null ? null : reference.get();
        if (file == null) {
            file = shared(place);
            files.put(place, new WeakReference<>(file));
        } else {
            file.refresh();
        }
        return file;
    }

    /** Returns the file loaded by another filter if it is not stale, otherwise reads it. */
    private static DatabaseFile shared(Place place) throws IOException {
        synchronized (SHARED) {
            SHARED.values().removeIf(reference -> reference.refersTo(null));
            WeakReference<DatabaseFile> reference = SHARED.get(place);
            DatabaseFile file = reference == null ? null : reference.get();
            if (file != null) {
                file.refresh();
            }
            if (file == null || file.stale()) {
                file = new DatabaseFile(place.kind(), place.path());
                SHARED.put(place, new WeakReference<>(file));
            }
            return file;
        }
    }

    /** Returns a snapshot of the files' content; the same object as before if nothing has changed. */
    synchronized DatabaseSet snapshot(List<DatabaseFile> opened, Function<DatabaseKind, Counter> errors) {
        DatabaseSet before = latest;
        if (before != null && before.holds(opened)) {
            return before;
        }
        DatabaseSet next = new DatabaseSet(
                GENERATIONS.incrementAndGet(),
                opened.stream()
                        .map(file -> new DatabaseSet.Database(file.kind(), file.good(), errors.apply(file.kind())))
                        .toList());
        latest = next;
        return next;
    }

    /**
     * Cache of the last addresses located, for connections that carry requests of many clients. It is a two-way
     * set-associative table that replaces the older entry of a set. Bounded, lock-free, and without allocation on a
     * hit. Thread-safe: entries are immutable, and a thread that misses another's latest entry only repeats a lookup.
     */
    static final class LocatedCache {
        private final @Nullable Located[] entries;
        private final int shift;

        /**
         * Creates an empty cache.
         *
         * @param bits binary logarithm of the size, from 2 to 30
         */
        LocatedCache(int bits) {
            this.entries = new Located[1 << bits];
            this.shift = Integer.SIZE - bits;
        }

        /** Returns the cached result for an address and generation, or null. */
        @Nullable
        Located get(InetAddress address, long generation) {
            int place = place(address);
            Located newer = entries[place];
            if (newer != null && newer.answers(address, generation)) {
                return newer;
            }
            Located older = entries[place + 1];
            return older != null && older.answers(address, generation) ? older : null;
        }

        void put(Located located) {
            int place = place(located.address());
            entries[place + 1] = entries[place];
            entries[place] = located;
        }

        /** Returns the first of the address's two slots, an even number. */
        private int place(InetAddress address) {
            int hash = address.hashCode() * 0x9e37_79b9; // Fibonacci hashing (Knuth, TAOCP 3, 6.4)
            return (hash >>> shift) & ~1;
        }
    }
}
