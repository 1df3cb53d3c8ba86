package dev.stillgate.proxy.config;

import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the content of files on a thread of its own. File system events only trigger a check. The files are also
 * checked every two seconds, because bind mounts, network file systems, the links of a Kubernetes ConfigMap and
 * exhausted watches give no events.
 */
public final class FileWatch implements AutoCloseable {
    /** Interval between checks without an event. */
    public static final Duration POLL = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);
    private static final Duration QUIET = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofMillis(50);

    private final Subject subject;
    private final FileContents contents;
    private final Ticker ticker;
    private final Debounce<Path> settling = new Debounce<>(QUIET, LONGEST);
    private final Map<Path, WatchKey> directories = new HashMap<>();
    private final @Nullable WatchService events;
    private final Thread thread;
    private volatile boolean closed;

    /** Owner of the watched files. */
    public interface Subject {
        /** Returns the files to watch, each with the content that was last acted on. */
        Map<Path, String> known();

        /** Called after a change is complete. Afterwards {@link #known} returns the new contents. */
        void changed();
    }

    /** Starts to watch. */
    public FileWatch(Subject subject, FileContents contents, Ticker ticker) {
        this(subject, contents, ticker, service());
    }

    /** Starts to watch; without events if {@code events} is null. */
    FileWatch(Subject subject, FileContents contents, Ticker ticker, @Nullable WatchService events) {
        this.subject = subject;
        this.contents = contents;
        this.ticker = ticker;
        this.events = events;
        this.thread = Thread.ofPlatform().name("stillgate-watch").daemon().start(this::run);
    }

    private static @Nullable WatchService service() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("files are checked every {} s, because the system has no watch service ({})", POLL.toSeconds(), e);
            return null;
        }
    }

    private void run() {
        while (!closed) {
            try {
                look();
                pause(settling.isChanging() ? SOON : POLL);
            } catch (InterruptedException | ClosedWatchServiceException e) {
                return;
            } catch (RuntimeException | LinkageError failure) { // the next check may succeed
                LOG.error("watching the configuration failed", failure);
                settle();
            }
        }
    }

    private void look() {
        Map<Path, String> known = subject.known();
        register(known.keySet());
        if (settling.look(known, contents.look(known.keySet()), ticker.nanos())) {
            subject.changed();
        }
    }

    private static void settle() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pause(Duration atMost) throws InterruptedException {
        WatchService service = events;
        if (service == null) {
            Thread.sleep(atMost);
            return;
        }
        WatchKey key = service.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
        if (key != null) {
            Thread.sleep(SOON); // other files of the directory, such as logs, may change all the time
        }
        while (key != null) {
            key.pollEvents();
            if (!key.reset()) {
                directories.values().remove(key);
            }
            key = service.poll();
        }
    }

    /** Watches the directories of the files and of their link targets. */
    private void register(Set<Path> files) {
        WatchService service = events;
        if (service == null) {
            return;
        }
        Set<Path> wanted = new HashSet<>();
        for (Path file : files) {
            parent(file.toAbsolutePath(), wanted);
            parent(target(file), wanted);
        }
        directories.entrySet().removeIf(entry -> {
            boolean gone = !wanted.contains(entry.getKey()) || !entry.getValue().isValid();
            if (gone) {
                entry.getValue().cancel();
            }
            return gone;
        });
        wanted.removeAll(directories.keySet());
        wanted.forEach(directory -> register(service, directory));
    }

    /** Returns the target of a link; the file itself if it is missing or not a link. */
    private static Path target(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file.toAbsolutePath();
        }
    }

    private static void parent(Path file, Set<Path> directories) {
        Path parent = file.getParent();
        if (parent != null && Files.isDirectory(parent)) {
            directories.add(parent);
        }
    }

    private void register(WatchService service, Path directory) {
        try {
            directories.put(
                    directory,
                    directory.register(
                            service,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE));
        } catch (IOException e) {
            LOG.debug("{} is checked every {} s, without a watch", directory, POLL.toSeconds(), e);
        }
    }

    /** Stops, and waits for a running {@link Subject#changed} call. */
    @Override
    public void close() {
        closed = true;
        try {
            if (events != null) {
                events.close();
            }
            thread.join(Duration.ofSeconds(10));
        } catch (IOException e) {
            LOG.debug("the watch did not close", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
