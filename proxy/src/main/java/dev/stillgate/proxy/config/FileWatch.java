package dev.stillgate.proxy.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the content of files on a thread of its own, by comparing it at an interval. File system events are not used:
 * bind mounts, network file systems, the links of a Kubernetes ConfigMap and exhausted watches give none.
 */
public final class FileWatch implements AutoCloseable {
    /** Interval between the checks of a gateway. */
    public static final Duration POLL = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

    /** Checks after which a change that goes on is acted on, so that one file cannot delay the others. */
    private static final int MOST_CHECKS = 5;

    private final Subject subject;
    private final FileContents contents;
    private final Duration interval;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private Map<Path, String> seen = Map.of(); // of the thread
    private int checks; // that found the contents changed

    /** Owner of the watched files. */
    public interface Subject {
        /** Returns the files to watch, each with the content that was last acted on. */
        Map<Path, String> known();

        /** Called after a change is complete. Afterwards {@link #known} returns the new contents. */
        void changed();
    }

    /** Starts to watch. */
    public FileWatch(Subject subject, FileContents contents, Duration interval) {
        this.subject = subject;
        this.contents = contents;
        this.interval = interval;
        this.thread = Thread.ofPlatform().name("stillgate-watch").daemon().start(this::run);
    }

    private void run() {
        try {
            while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    look();
                } catch (RuntimeException | LinkageError failure) { // the next check may succeed
                    LOG.error("watching the configuration failed", failure);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Acts on a change that two checks found alike, because an editor writes a file in pieces. */
    private void look() {
        Map<Path, String> known = subject.known();
        Map<Path, String> present = contents.look(known.keySet());
        if (present.equals(known)) {
            checks = 0;
        } else if (checks == 0 || (checks < MOST_CHECKS && !present.equals(seen))) {
            seen = present;
            checks++;
        } else {
            checks = 0;
            subject.changed();
        }
    }

    /** Stops, and waits for a running {@link Subject#changed} call. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
