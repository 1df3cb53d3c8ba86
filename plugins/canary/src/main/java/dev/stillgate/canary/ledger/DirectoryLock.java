package dev.stillgate.canary.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/** The claim of one process to write a directory, which ends with the process. */
final class DirectoryLock implements AutoCloseable {
    /** Held by this process: closing a second channel on a lock file would give up the lock of the first. */
    private static final Set<Path> HELD = new HashSet<>();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /** @throws LedgerException when someone has it */
    static DirectoryLock take(Path wanted) throws IOException {
        Path directory = wanted.toRealPath();
        synchronized (HELD) {
            if (HELD.contains(directory)) {
                throw held(wanted);
            }
            DirectoryLock lock = new DirectoryLock(directory, locked(wanted, directory.resolve("lock")));
            HELD.add(directory);
            return lock;
        }
    }

    private static FileChannel locked(Path wanted, Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
            if (!locked) {
                throw held(wanted);
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            throw held(wanted);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static LedgerException held(Path directory) {
        return new LedgerException(
                directory + ": this ledger is written by another gateway; give each its own directory");
    }

    @Override
    public void close() throws IOException {
        synchronized (HELD) {
            if (channel.isOpen()) {
                HELD.remove(directory);
                channel.close();
            }
        }
    }
}
