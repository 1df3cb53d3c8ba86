package dev.stillgate.geo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * What tells without reading that a file is another than before. The time of change is part of it where the system has
 * one, since packagers set the time of modification to whatever they like.
 *
 * @param size in bytes
 * @param modified when the content was last written, as the file says
 * @param changed when the content or the file's own record last changed; null where the system does not say
 * @param file which file it is, such as device and inode; null where the system does not say
 */
record FileStamp(
        long size,
        FileTime modified,
        @Nullable Object changed,
        @Nullable Object file) {
    /**
     * Returns the stamp of a file as it is now, following links.
     *
     * @throws IOException when it is missing or no regular file
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
