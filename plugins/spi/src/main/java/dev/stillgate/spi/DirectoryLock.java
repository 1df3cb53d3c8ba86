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

/** The claim of one process to write a directory, which ends with the process. */
public final class DirectoryLock implements AutoCloseable {
    /** Held by this process: closing a second channel on a lock file would give up the lock of the first. */
    private static final Set<Path> HELD = new HashSet<>();

    private final Path file;
    private final FileChannel channel;

    private DirectoryLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes a directory.
     *
     * @param name of the file in it that is locked, which stays there
     * @param attributes of that file, when it is made
     * @return null when someone has it, this process included
     * @throws IOException when the file cannot be written
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

    /** Gives the directory back; does nothing the second time. */
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
