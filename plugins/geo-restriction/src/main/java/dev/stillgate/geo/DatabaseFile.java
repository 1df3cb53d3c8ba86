package dev.stillgate.geo;

import dev.stillgate.spi.HeapRoom;
import dev.stillgate.spi.files.Digests;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A watched database file with its last valid content in memory. Changed content replaces it after passing the
 * {@link DatabaseProbe}. If the probe fails or the file is missing, the last valid content stays in use and the file is
 * stale. Thread-safe.
 */
final class DatabaseFile {
    private static final System.Logger LOG = System.getLogger(DatabaseFile.class.getName());
    /** Largest file that is read, in bytes: about three times the largest commercial database. */
    private static final long MAX_BYTES = 1L << 30;
    /** Heap needed to load a file, as a multiple of its size. */
    private static final int HEAP_SHARE = 4;

    /** Advice on where to get databases. */
    static final String WHERE_FROM =
            "GeoLite2 is free with an account at maxmind.com, and geoipupdate keeps it new (README of geo-restriction)";

    private final DatabaseKind kind;
    private final Path path;
    private volatile MmdbDatabase good;
    private volatile @Nullable String trouble;
    private byte[] hash;
    private @Nullable FileStamp seen;

    /**
     * Reads a file for the first time.
     *
     * @throws IOException if the file cannot be read or fails the probe
     */
    DatabaseFile(DatabaseKind kind, Path path) throws IOException {
        this.kind = kind;
        this.path = path;
        FileStamp stamp = FileStamp.of(path);
        byte[] bytes = read(stamp);
        this.good = DatabaseProbe.check(kind, bytes);
        this.hash = Digests.sha256(bytes);
        this.seen = stamp;
        LOG.log(System.Logger.Level.INFO, "{0} database {1}: {2}", kind.key(), path, good);
    }

    DatabaseKind kind() {
        return kind;
    }

    Path path() {
        return path;
    }

    /** Returns the last valid content. */
    MmdbDatabase good() {
        return good;
    }

    /** Returns whether the file's current content could not be loaded. */
    boolean stale() {
        return trouble != null;
    }

    /** Checks the file and loads it if it has changed and is valid. Errors are logged, not thrown. */
    synchronized void refresh() {
        try {
            FileStamp now = FileStamp.of(path);
            if (now.equals(seen)) {
                return;
            }
            byte[] bytes = read(now);
            seen = now;
            takeOver(bytes);
            if (trouble != null) {
                trouble = null;
                LOG.log(System.Logger.Level.INFO, "{0} database {1} is valid again", kind.key(), path);
            }
        } catch (MmdbException e) {
            trouble(reason(e));
        } catch (IOException e) {
            seen = null;
            trouble(reason(e));
        }
    }

    private void takeOver(byte[] bytes) throws MmdbException {
        byte[] digest = Digests.sha256(bytes);
        if (!Arrays.equals(digest, hash)) {
            good = DatabaseProbe.check(kind, bytes);
            hash = digest;
            LOG.log(System.Logger.Level.INFO, "{0} database {1} replaced: {2}", kind.key(), path, good);
        }
    }

    private void trouble(String what) {
        if (!what.equals(trouble)) {
            trouble = what;
            LOG.log(System.Logger.Level.WARNING, "{0} database {1} stays as it was: {2}", kind.key(), path, what);
        }
    }

    /** Returns the reason why a file could not be loaded. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "the file does not exist; " + WHERE_FROM;
            case AccessDeniedException denied -> "permission denied";
            default -> Objects.requireNonNullElse(e.getMessage(), e.toString());
        };
    }

    private byte[] read(FileStamp stamp) throws IOException {
        if (stamp.size() > MAX_BYTES) {
            throw new MmdbException("a file of " + stamp.size() + " bytes; at most " + MAX_BYTES + " are read");
        }
        byte[] bytes = room((int) stamp.size());
        try (InputStream in = Files.newInputStream(path)) {
            if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
        if (!FileStamp.of(path).equals(stamp)) {
            throw new IOException("the file changed while it was read");
        }
        return bytes;
    }

    private static byte[] room(int size) throws MmdbException {
        if (!HeapRoom.has((long) HEAP_SHARE * size)) {
            throw new MmdbException("a file of " + size + " bytes, more than the free heap can hold");
        }
        return new byte[size];
    }

    /**
     * Attributes that show, without reading it, that a file was replaced or modified. They include the status-change
     * time if the system has one, because the modification time can be set to any value.
     *
     * @param size in bytes
     * @param modified modification time of the file
     * @param changed status-change time of the file; null if the system has none
     * @param file identity of the file, such as device and inode; null if the system has none
     */
    record FileStamp(
            long size,
            FileTime modified,
            @Nullable Object changed,
            @Nullable Object file) {
        /**
         * Returns the current stamp of a file, following links.
         *
         * @throws IOException if the file is missing or not a regular file
         */
        static FileStamp of(Path path) throws IOException {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            if (!now.isRegularFile()) {
                throw new IOException("not a regular file");
            }
            return new FileStamp(now.size(), now.lastModifiedTime(), changed(path), now.fileKey());
        }

        private static @Nullable Object changed(Path path) throws IOException {
            boolean known = path.getFileSystem().supportedFileAttributeViews().contains("unix");
            return known ? Files.getAttribute(path, "unix:ctime", new LinkOption[0]) : null;
        }
    }
}
