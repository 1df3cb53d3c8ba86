package dev.stillgate.proxy.jwt;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The copy of a key set on disk, with which a gateway starts while its provider cannot be reached. */
final class StoredKeys {
    private static final Logger LOG = LoggerFactory.getLogger(StoredKeys.class);
    private static final int NAME_BYTES = 16;

    private final Path file;

    /**
     * Names the copy of a URL's key set.
     *
     * @param directory a directory that only the gateway's user can write
     */
    StoredKeys(Path directory, URI url) {
        file = directory.resolve(name(url));
    }

    private static String name(URI url) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(url.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, NAME_BYTES) + ".json";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * A copy that has been read.
     *
     * @param millis the time of the last fetch that brought it, in milliseconds since the epoch
     */
    @SuppressWarnings("ArrayRecordComponent") // read, never compared
    record Copy(byte[] content, long millis) {}

    /** Returns the copy, null if there is none that can be read. */
    @Nullable
    Copy read() {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return new Copy(
                    in.readNBytes(JwtKeys.MAX_BYTES + 1),
                    Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toMillis());
        } catch (NoSuchFileException none) {
            return null;
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.toString());
            return null;
        }
    }

    /**
     * Replaces the copy. A failure is logged: the keys are used without a copy.
     *
     * @param millis the time of the fetch in milliseconds since the epoch
     * @return whether the copy has been replaced
     */
    boolean write(byte[] content, long millis) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            create(part);
            try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.setLastModifiedTime(part, FileTime.fromMillis(millis));
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            LOG.warn("{} cannot be written: {}", file, e.toString());
            return false;
        }
    }

    /** Creates an empty file that only its owner can read and write, in place of one that a crash has left. */
    private static void create(Path part) throws IOException {
        Files.deleteIfExists(part);
        try {
            Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (UnsupportedOperationException notPosix) {
            Files.createFile(part);
        }
    }

    /**
     * Notes that a fetch has brought the key set of the copy again.
     *
     * @param millis the time of the fetch in milliseconds since the epoch
     * @return whether there is a copy with that time
     */
    boolean confirm(long millis) {
        try {
            Files.setLastModifiedTime(file, FileTime.fromMillis(millis));
            return true;
        } catch (IOException e) {
            LOG.warn("{} cannot be marked as current: {}", file, e.toString());
            return false;
        }
    }
}
