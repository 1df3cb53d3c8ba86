package dev.stillgate.proxy.files;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Dry-run check whether a file or directory is writable, without creating it. */
public final class WritableTarget {
    private WritableTarget() {}

    /** Returns why a file cannot be created or appended to; null if it can. */
    public static @Nullable String file(Path file) {
        if (Files.isDirectory(file)) {
            return file + " is a directory: expected a file";
        }
        if (Files.exists(file)) {
            return Files.isWritable(file) ? null : file + " cannot be written: permission denied";
        }
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return file + " cannot be created: there is no directory " + parent;
        }
        return Files.isWritable(parent) ? null : file + " cannot be created: permission denied in " + parent;
    }

    /**
     * Returns why no files can be created in a directory; null if they can. The directory itself may still be missing.
     */
    public static @Nullable String directory(Path directory) {
        Path existing = directory.toAbsolutePath();
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (!Files.isDirectory(existing)) {
            return directory + " cannot be written: " + existing + " is a file";
        }
        return Files.isWritable(existing) ? null : directory + " cannot be written: permission denied in " + existing;
    }
}
