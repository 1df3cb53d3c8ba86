package dev.stillgate.proxy.config;

import dev.stillgate.spi.Ticker;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Looks at files again and again, and remembers enough of each that a look at a large one that is as it was is cheap. */
public final class FileContents {
    private final Ticker ticker;
    private final Map<Path, WatchedFile> files = new HashMap<>();

    public FileContents(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Returns what tells the content of each file from any other content, its hash where it can be read. */
    public synchronized Map<Path, String> look(Collection<Path> paths) {
        Map<Path, String> contents = new LinkedHashMap<>();
        for (Path path : paths) {
            contents.put(path, look(path));
        }
        files.keySet().retainAll(contents.keySet());
        return contents;
    }

    /** Returns what tells the content of one file from any other. */
    public synchronized String look(Path path) {
        return files.computeIfAbsent(path, absent -> new WatchedFile(absent, ticker))
                .look();
    }
}
