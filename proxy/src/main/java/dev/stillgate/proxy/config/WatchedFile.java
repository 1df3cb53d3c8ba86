package dev.stillgate.proxy.config;

import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file identified by its content: the hash, or the reason why it cannot be read. Links are followed, so a link that
 * points to another file is a change. A large file is read again only if its attributes have changed, or if it was
 * modified so recently that another change could leave them equal. Not thread-safe.
 */
final class WatchedFile {
    private static final long SMALL = 1 << 20;
    private static final Duration YOUNG = Duration.ofSeconds(2);

    private final Path path;
    private final Ticker ticker;
    private @Nullable Stamp seen;
    private String content = "";

    WatchedFile(Path path, Ticker ticker) {
        this.path = path;
        this.ticker = ticker;
    }

    /** Attributes of a file. */
    private record Stamp(
            Path real,
            long size,
            FileTime modified,
            @Nullable Object changed,
            @Nullable Object key) {}

    /** Returns a text that identifies the current content. */
    String look() {
        try {
            Path real = path.toRealPath();
            BasicFileAttributes record = Files.readAttributes(real, BasicFileAttributes.class);
            if (!record.isRegularFile()) {
                seen = null;
                return record.isDirectory() ? "a directory" : "not a regular file";
            }
            Stamp now = new Stamp(real, record.size(), record.lastModifiedTime(), changed(real), record.fileKey());
            if (now.size() <= SMALL || !now.equals(seen)) {
                boolean young = ticker.millis() - now.modified().toMillis() < YOUNG.toMillis();
                seen = young ? null : now;
                content = sha256(real);
            }
            return content;
        } catch (IOException e) {
            seen = null;
            return switch (e) {
                case NoSuchFileException missing -> "missing";
                case AccessDeniedException denied -> "closed";
                default -> "unreadable: " + Objects.requireNonNullElse(e.getMessage(), e.toString());
            };
        }
    }

    private static @Nullable Object changed(Path path) throws IOException {
        boolean known = path.getFileSystem().supportedFileAttributeViews().contains("unix");
        return known ? Files.getAttribute(path, "unix:ctime") : null;
    }

    private static String sha256(Path path) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] block = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(path)) {
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                digest.update(block, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
