package dev.stillgate.geo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * Attributes that show, without reading it, that a file was replaced or modified. They include the status-change time
 * if the system has one, because the modification time can be set to any value.
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
