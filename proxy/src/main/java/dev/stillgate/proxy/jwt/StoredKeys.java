package dev.stillgate.proxy.jwt;

import dev.stillgate.spi.files.Digests;
import dev.stillgate.spi.files.StateFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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
        byte[] hash = Digests.sha256(url.toString().getBytes(StandardCharsets.UTF_8));
        file = directory.resolve(HexFormat.of().formatHex(hash, 0, NAME_BYTES) + ".json");
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
        try {
            StateFile.replace(file, content);
            Files.setLastModifiedTime(file, FileTime.fromMillis(millis));
            return true;
        } catch (IOException e) {
            LOG.warn("{} cannot be written: {}", file, e.toString());
            return false;
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
