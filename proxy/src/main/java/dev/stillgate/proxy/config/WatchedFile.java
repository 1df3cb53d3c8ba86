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
 * A file by its content: what is there is told by its hash, or by why it cannot be read. Links are followed, so that one
 * that is bent to another file is another content. A large file is read again only when the file system's record of it
 * has changed, or when it was changed so recently that its record could be the same after another change.
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

    /** The file system's record of a file. */
    private record Stamp(
            Path real,
            long size,
            FileTime modified,
            @Nullable Object changed,
            @Nullable Object key) {}

    /** Returns what tells the content that is there now from any other. */
    String look() {
        try {
            Path real = path.toRealPath();
            BasicFileAttributes record = Files.readAttributes(real, BasicFileAttributes.class);
            if (!record.isRegularFile()) {
                seen = null;
                return record.isDirectory() ? "a directory" : "no regular file";
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
