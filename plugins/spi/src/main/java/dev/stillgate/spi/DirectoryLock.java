package dev.stillgate.spi;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Exclusive lock of one process on a directory; released when the process ends. Thread-safe. */
public final class DirectoryLock implements AutoCloseable {
    /** Locks of this process; closing a second channel on a lock file would release the first one's lock. */
    private static final Set<Path> HELD = new HashSet<>();

    private final Path file;
    private final FileChannel channel;

    private DirectoryLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Locks a directory.
     *
     * @param name name of the lock file, which is not deleted
     * @param attributes file attributes of a new lock file
     * @return the lock, or null if it is held, by this process or another
     * @throws IOException if the lock file cannot be written
     */
    public static @Nullable DirectoryLock take(Path directory, String name, FileAttribute<?>... attributes)
            throws IOException {
        Path file = directory.toRealPath().resolve(name);
        synchronized (HELD) {
            if (HELD.contains(file)) {
                return null;
            }
            FileChannel channel = locked(file, attributes);
            if (channel == null) {
                return null;
            }
            HELD.add(file);
            return new DirectoryLock(file, channel);
        }
    }

    private static @Nullable FileChannel locked(Path file, FileAttribute<?>... attributes) throws IOException {
        FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), attributes);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
            return locked ? channel : null;
        } catch (OverlappingFileLockException elsewhere) {
            return null;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /** Releases the lock. Idempotent. */
    @Override
    public void close() throws IOException {
        synchronized (HELD) {
            if (channel.isOpen()) {
                HELD.remove(file);
                channel.close();
            }
        }
    }
}
