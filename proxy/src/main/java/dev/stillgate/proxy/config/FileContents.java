package dev.stillgate.proxy.config;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.Ticker;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Content hashes of files for change detection. Caches the hash of each file, so checking a large unchanged file is
 * cheap. Thread-safe.
 */
public final class FileContents {
    private final Ticker ticker;

    @GuardedBy("this")
    private final Map<Path, WatchedFile> files = new HashMap<>();

    public FileContents(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Returns the content hash of each file, or another text that identifies the state of an unreadable file. */
    public synchronized Map<Path, String> look(Collection<Path> paths) {
        Map<Path, String> contents = new LinkedHashMap<>();
        for (Path path : paths) {
            contents.put(path, look(path));
        }
        files.keySet().retainAll(contents.keySet());
        return contents;
    }

    /** Returns the content hash of a file, or another text that identifies the state of an unreadable file. */
    public synchronized String look(Path path) {
        return files.computeIfAbsent(path, absent -> new WatchedFile(absent, ticker))
                .look();
    }
}
