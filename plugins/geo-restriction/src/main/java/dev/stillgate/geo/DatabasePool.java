package dev.stillgate.geo;

import dev.stillgate.spi.Counter;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The state that outlives a policy: the databases in memory, so that a policy swap reads no file that has not changed. A
 * file is kept for as long as a filter uses it. Any thread.
 */
final class DatabasePool {
    private static final int CACHE_BITS = 12;

    /** Files that any filter of the process has in memory, so that each is read and tested once. */
    private static final Map<Place, WeakReference<DatabaseFile>> SHARED = new HashMap<>();

    /** Counts over all pools: what a connection keeps of a snapshot outlives the pool that the snapshot is from. */
    private static final AtomicLong GENERATIONS = new AtomicLong();

    private final LocatedCache cache = new LocatedCache(CACHE_BITS);
    private final Map<Place, WeakReference<DatabaseFile>> files = new HashMap<>();
    private @Nullable Snapshot latest;

    private record Place(DatabaseKind kind, Path path) {}

    LocatedCache cache() {
        return cache;
    }

    /**
     * Returns the watched file at a path, its content as new as a sound one can be.
     *
     * @throws IOException when it is not in memory yet, and cannot be read or does not pass the probe
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

    /** Returns the file as another filter has it if it is sound, else reads it. */
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

    /** Returns a snapshot of the files' content; the same one as before when nothing has changed. */
    synchronized Snapshot snapshot(List<DatabaseFile> opened, Function<DatabaseKind, Counter> errors) {
        Snapshot before = latest;
        if (before != null && before.holds(opened)) {
            return before;
        }
        Snapshot next = new Snapshot(
                GENERATIONS.incrementAndGet(),
                opened.stream()
                        .map(file -> new Snapshot.Database(file.kind(), file.good(), errors.apply(file.kind())))
                        .toList());
        latest = next;
        return next;
    }
}
