package dev.stillgate.proxy.chain;

import dev.stillgate.proxy.files.FileFault;
import dev.stillgate.spi.DirectoryLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Directory of the filters' persistent state, with one subdirectory per filter. A file lock ensures that only one
 * gateway process uses the directory.
 */
public final class StateDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StateDirectory.class);
    private static final String LOCK = ".lock";
    private static final String POLICIES = "policies";
    private static final String KEY_SETS = "jwks";
    private static final String ORDERS = "orders.jsonl";

    /** Not the name of a filter, because of the dot. */
    private static final String BACKTESTS = ".backtests";

    private static final String ACCEPTED = ".accepted";

    /** Files and directories that no filter may be named after. */
    private static final Set<String> RESERVED = Set.of(POLICIES, KEY_SETS, ORDERS, ORDERS + ".new", ORDERS + ".count");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final Path directory;
    private final DirectoryLock lock;

    private StateDirectory(Path directory, DirectoryLock lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** Returns whether a gateway uses or has used a directory. */
    public static boolean isUsed(Path directory) {
        return Files.exists(directory.resolve(LOCK));
    }

    /**
     * Locks a directory for this process; creates it if it does not exist.
     *
     * @throws IOException with a message for the operator, if another gateway uses the directory or it is not writable
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
                throw new IOException(
                        wanted + " is in use by another gateway: each gateway needs its own state directory");
            }
            StateDirectory state = new StateDirectory(directory, lock);
            state.deleteBacktests();
            return state;
        } catch (FileSystemException e) {
            throw new IOException(wanted + " cannot be written: " + FileFault.reason(e), e);
        }
    }

    /**
     * Returns the subdirectory of the archived policies; creates it if it does not exist.
     *
     * @throws IOException if the subdirectory cannot be created
     */
    public Path policies() throws IOException {
        Path own = policies(directory);
        create(own);
        return own;
    }

    /**
     * Returns the subdirectory of fetched key sets; creates it if it does not exist.
     *
     * @throws IOException if the subdirectory cannot be created
     */
    public Path keySets() throws IOException {
        Path own = keySets(directory);
        create(own);
        return own;
    }

    /**
     * Returns the subdirectory of running backtests; creates it if it does not exist. It is empty, unless backtests of
     * this process use it.
     *
     * @throws IOException if the subdirectory cannot be created
     */
    public Path backtests() throws IOException {
        Path own = directory.resolve(BACKTESTS);
        create(own);
        return own;
    }

    /** Returns the file of the accepted credentials. */
    public Path accepted() {
        return directory.resolve(ACCEPTED);
    }

    /** Returns the file of the operators' orders. */
    public Path orders() {
        return directory.resolve(ORDERS);
    }

    /** Deletes the files of a process that was killed during a backtest. Files that cannot be deleted are left. */
    private void deleteBacktests() {
        Path own = directory.resolve(BACKTESTS);
        if (!Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> files = Files.list(own)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("files of earlier backtests are left in {}", own, e);
        }
    }

    /** Returns the subdirectory of the archived policies in a directory that another process may use. */
    public static Path policies(Path directory) {
        return directory.resolve(POLICIES);
    }

    /** Returns the subdirectory of fetched key sets in a directory that another process may use. */
    public static Path keySets(Path directory) {
        return directory.resolve(KEY_SETS);
    }

    /**
     * Returns a filter's subdirectory; creates it, accessible to its owner only, if it does not exist.
     *
     * @throws IOException if the subdirectory cannot be created
     * @throws IllegalArgumentException if the name could refer to a path outside of the directory
     */
    public Path of(String filter) throws IOException {
        if (!NAME.matcher(filter).matches()) {
            throw new IllegalArgumentException("filter name " + filter
                    + " is not a valid directory name: expected letters, digits, '.', '_' and '-'");
        }
        if (RESERVED.contains(filter)) {
            throw new IllegalArgumentException("a filter cannot be named " + filter + " and keep state");
        }
        Path own = directory.resolve(filter);
        try {
            create(own);
            Path real = own.toRealPath(LinkOption.NOFOLLOW_LINKS);
            if (!real.endsWith(filter)) { // a case-insensitive file system
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

    /** Returns the POSIX permissions as a file attribute; empty if the file system does not support them. */
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

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
