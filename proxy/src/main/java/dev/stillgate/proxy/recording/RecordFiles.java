package dev.stillgate.proxy.recording;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A log file with size-based rotation. Rotated files are named {@code NAME.000001} and so on, oldest first; only the
 * newest are kept. Readable by their owner only. Not thread-safe.
 */
final class RecordFiles implements Closeable {
    private static final String DIGITS = "[0-9]{6,}";
    private final Path path;
    private final long maxBytes;
    private final int keptFiles;
    private OutputStream out;
    private long written;

    /**
     * Opens the file for appending, or creates it.
     *
     * @param maxBytes size limit of a file in bytes, beyond which it is rotated
     * @param keptFiles number of rotated files to keep, at least 1
     */
    RecordFiles(Path path, long maxBytes, int keptFiles) throws IOException {
        this.path = path.toAbsolutePath();
        this.maxBytes = maxBytes;
        this.keptFiles = keptFiles;
        this.out = open();
    }

    private OutputStream open() throws IOException {
        if (!Files.exists(path)) {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        written = Files.size(path);
        return new BufferedOutputStream(Files.newOutputStream(path, StandardOpenOption.APPEND), 1 << 16);
    }

    /** Writes a line, including its line feed. Rotates first if the line would exceed the size limit. */
    void write(ByteArrayOutputStream line) throws IOException {
        if (written > 0 && written + line.size() > maxBytes) {
            rotate();
        }
        line.writeTo(out);
        written += line.size();
    }

    private void rotate() throws IOException {
        out.close();
        List<Path> rotated = rotated();
        long next = rotated.isEmpty() ? 1 : number(rotated.getLast()) + 1;
        Files.move(path, path.resolveSibling("%s.%06d".formatted(path.getFileName(), next)));
        for (int i = 0; i <= rotated.size() - Math.max(keptFiles, 1); i++) {
            Files.deleteIfExists(rotated.get(i));
        }
        out = open();
    }

    private List<Path> rotated() throws IOException {
        return rotated(path);
    }

    private static List<Path> rotated(Path path) throws IOException {
        String name = path.getFileName() + ".";
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> directory = Files.newDirectoryStream(path.getParent())) {
            for (Path file : directory) {
                String text = file.getFileName().toString();
                if (text.startsWith(name) && text.substring(name.length()).matches(DIGITS)) {
                    files.add(file);
                }
            }
        }
        Collections.sort(files, (a, b) -> Long.compare(number(a), number(b)));
        return files;
    }

    /** Returns the rotated files, oldest first, and the current one, as far as they exist and are not empty. */
    static List<Path> all(Path path) throws IOException {
        List<Path> all = rotated(path.toAbsolutePath());
        if (Files.isRegularFile(path) && Files.size(path) > 0) {
            all.add(path.toAbsolutePath());
        }
        return all;
    }

    private static long number(Path file) {
        String text = file.getFileName().toString();
        return Long.parseLong(text.substring(text.lastIndexOf('.') + 1));
    }

    void flush() throws IOException {
        out.flush();
    }

    /** Reopens the file by its path, after an external log rotation moved it. */
    void reopen() throws IOException {
        out.close();
        out = open();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
