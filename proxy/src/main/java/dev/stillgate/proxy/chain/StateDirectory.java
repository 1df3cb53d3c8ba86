package dev.stillgate.proxy.chain;

import dev.stillgate.proxy.files.FileFault;
import dev.stillgate.spi.DirectoryLock;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Pattern;

/**
 * The directory in which filters keep what survives a restart, one directory each, held by this process alone: two
 * gateways that wrote the same files would each believe its own half.
 */
public final class StateDirectory implements AutoCloseable {
    private static final String LOCK = ".lock";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final Path directory;
    private final DirectoryLock lock;

    private StateDirectory(Path directory, DirectoryLock lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Takes a directory for this process, and makes it when there is none.
     *
     * @throws IOException with the whole story in its message, when it is held by another gateway or cannot be written
     */
    public static StateDirectory take(Path wanted) throws IOException {
        try {
            create(wanted);
            if (!Files.isWritable(wanted)) {
                throw new AccessDeniedException(wanted.toString());
            }
            Path directory = wanted.toRealPath();
            DirectoryLock lock = DirectoryLock.take(directory, LOCK, owner(wanted, "rw-------"));
            if (lock == null) {
                throw new IOException(wanted + " is held by another gateway: each needs a state directory of its own");
            }
            return new StateDirectory(directory, lock);
        } catch (FileSystemException e) {
            throw new IOException(wanted + " cannot be written: " + FileFault.reason(e), e);
        }
    }

    /**
     * Returns a filter's own directory, made when there is none, for its owner's eyes only.
     *
     * @throws IOException when it cannot be made
     * @throws IllegalArgumentException when the name could lead out of the directory
     */
    public Path of(String filter) throws IOException {
        if (!NAME.matcher(filter).matches()) {
            throw new IllegalArgumentException("the filter name " + filter + " is none that a directory can have");
        }
        Path own = directory.resolve(filter);
        try {
            create(own);
            Path real = own.toRealPath(LinkOption.NOFOLLOW_LINKS);
            if (!real.endsWith(filter)) { // where the file system does not tell upper case from lower
                throw new IOException(own + " is the directory of another filter, " + real.getFileName());
            }
            return own;
        } catch (FileSystemException e) {
            throw new IOException(own + " cannot be written: " + FileFault.reason(e), e);
        }
    }

    private static void create(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(directory, owner(directory, "rwx------"));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }

    /** Returns the attribute that shuts everybody else out, where the file system knows of it. */
    private static FileAttribute<?>[] owner(Path near, String permissions) throws IOException {
        Path existing = near.toAbsolutePath();
        Path parent = existing.getParent();
        if (!Files.exists(existing) && parent != null) {
            existing = parent;
        }
        return Files.getFileStore(existing).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** Gives the directory back. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
