package dev.stillgate.proxy.config;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.files.Digests;
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
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Content hashes of files for change detection. Links are followed, so a link that points to another file is a change. A
 * large file is read again only if its attributes have changed, or if it was modified so recently that another change
 * could leave them equal. Thread-safe.
 */
public final class FileContents {
    private static final long SMALL = 1 << 20;
    private static final Duration YOUNG = Duration.ofSeconds(2);

    private final Ticker ticker;

    @GuardedBy("this")
    private final Map<Path, Hash> hashes = new HashMap<>();

    /** Attributes of a file. */
    private record Stamp(
            Path real,
            long size,
            FileTime modified,
            @Nullable Object changed,
            @Nullable Object key) {}

    /** The hash of a file that had these attributes. */
    private record Hash(Stamp of, String content) {}

    public FileContents(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Returns the content hash of each file, or another text that identifies the state of an unreadable file. */
    public synchronized Map<Path, String> look(Collection<Path> paths) {
        Map<Path, String> contents = new LinkedHashMap<>();
        for (Path path : paths) {
            contents.put(path, look(path));
        }
        hashes.keySet().retainAll(contents.keySet());
        return contents;
    }

    /** Returns the content hash of a file, or another text that identifies the state of an unreadable file. */
    public synchronized String look(Path path) {
        Hash before = hashes.remove(path);
        try {
            Path real = path.toRealPath();
            BasicFileAttributes found = Files.readAttributes(real, BasicFileAttributes.class);
            if (!found.isRegularFile()) {
                return found.isDirectory() ? "a directory" : "not a regular file";
            }
            Stamp now = new Stamp(real, found.size(), found.lastModifiedTime(), changed(real), found.fileKey());
            Hash hash = before != null && now.size() > SMALL && now.equals(before.of)
                    ? before
                    : new Hash(now, sha256(real));
            if (ticker.millis() - now.modified().toMillis() >= YOUNG.toMillis()) {
                hashes.put(path, hash);
            }
            return hash.content;
        } catch (IOException e) {
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
        MessageDigest digest = Digests.sha256();
        byte[] block = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(path)) {
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                digest.update(block, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
