package dev.stillgate.geo;

import dev.stillgate.spi.HeapRoom;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A database file that is watched: the last good content of it in memory, replaced when the file has changed and the new
 * content passes the probe. When it does not, or the file is gone, the last good content stays and the file is called
 * stale. Any thread.
 */
final class DatabaseFile {
    private static final System.Logger LOG = System.getLogger(DatabaseFile.class.getName());
    /** The largest file that is read; the largest databases on sale are a third of it. */
    private static final long MAX_BYTES = 1L << 30;
    /** How many times its size a file takes up in the heap while it is taken over. */
    private static final int HEAP_SHARE = 4;

    /** Advice on where databases come from. */
    static final String WHERE_FROM =
            "GeoLite2 is free with an account at maxmind.com, and geoipupdate keeps it new (README of geo-restriction)";

    private final DatabaseKind kind;
    private final Path path;
    private volatile MmdbDatabase good;
    private volatile @Nullable String trouble;
    private byte[] hash;
    private @Nullable FileStamp seen;

    /**
     * A watched file, read for the first time.
     *
     * @throws IOException when it cannot be read or does not pass the probe
     */
    DatabaseFile(DatabaseKind kind, Path path) throws IOException {
        this.kind = kind;
        this.path = path;
        FileStamp stamp = FileStamp.of(path);
        byte[] bytes = read(stamp);
        this.good = DatabaseProbe.check(kind, bytes);
        this.hash = sha256(bytes);
        this.seen = stamp;
        LOG.log(System.Logger.Level.INFO, "{0} database {1}: {2}", kind.key(), path, good);
    }

    DatabaseKind kind() {
        return kind;
    }

    Path path() {
        return path;
    }

    /** Returns the last good content. */
    MmdbDatabase good() {
        return good;
    }

    /** Returns whether the file as it stands now could not be taken over. */
    boolean stale() {
        return trouble != null;
    }

    /** Looks at the file, and takes it over if it has changed and is sound; never throws for what it finds. */
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
                LOG.log(System.Logger.Level.INFO, "{0} database {1} is sound again", kind.key(), path);
            }
        } catch (MmdbException e) {
            trouble(reason(e));
        } catch (IOException e) {
            seen = null;
            trouble(reason(e));
        }
    }

    private void takeOver(byte[] bytes) throws MmdbException {
        byte[] digest = sha256(bytes);
        if (!Arrays.equals(digest, hash)) {
            good = DatabaseProbe.check(kind, bytes);
            hash = digest;
            LOG.log(System.Logger.Level.INFO, "{0} database {1} replaced: {2}", kind.key(), path, good);
        }
    }

    private void trouble(String what) {
        if (!what.equals(trouble)) {
            trouble = what;
            LOG.log(System.Logger.Level.WARNING, "{0} database {1} kept as it was: {2}", kind.key(), path, what);
        }
    }

    /** Returns the sentence that says why a file could not be taken over. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no such file; " + WHERE_FROM;
            case AccessDeniedException denied -> "it may not be read";
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
            throw new MmdbException("a file of " + size + " bytes, for which the heap has no room");
        }
        return new byte[size];
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
