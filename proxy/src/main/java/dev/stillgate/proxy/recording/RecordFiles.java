package dev.stillgate.proxy.recording;

import dev.stillgate.proxy.files.AppendFile;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A log file with size-based rotation. Rotated files are named {@code NAME.000001} and so on, oldest first; only the
 * newest are kept. Readable by their owner only. Not thread-safe.
 */
final class RecordFiles implements Closeable {
    private static final int BUFFER = 1 << 16;
    private static final String DIGITS = "[0-9]{6,}";
    private final Path path;
    private final long maxBytes;
    private final int keptFiles;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream(BUFFER);
    private final LongAdder written = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private @Nullable AppendFile file;
    private int pendingLines;

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
        open();
    }

    private AppendFile open() throws IOException {
        AppendFile opened = file;
        if (opened != null) {
            return opened;
        }
        if (!Files.exists(path)) {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        opened = AppendFile.open(path);
        file = opened;
        return opened;
    }

    /**
     * Writes a line, including its line feed. Rotates first if the line would exceed the size limit. If an exception is
     * thrown, the line is lost, and the next line begins anew.
     */
    void write(ByteArrayOutputStream line) throws IOException {
        boolean queued = false;
        try {
            long size = open().size() + pending.size();
            if (size > 0 && size + line.size() > maxBytes) {
                rotate();
            } else if (pending.size() >= BUFFER) {
                flush();
            }
            line.writeTo(pending);
            pendingLines++;
            queued = true;
        } finally {
            if (!queued) {
                lost.increment();
            }
        }
    }

    /** Rotates the file; does nothing if it was removed. The next write opens a new one. */
    private void rotate() throws IOException {
        release();
        if (!Files.exists(path)) {
            return;
        }
        List<Path> rotated = rotated();
        long next = rotated.isEmpty() ? 1 : number(rotated.getLast()) + 1;
        Files.move(path, path.resolveSibling("%s.%06d".formatted(path.getFileName(), next)));
        for (int i = 0; i <= rotated.size() - Math.max(keptFiles, 1); i++) {
            Files.deleteIfExists(rotated.get(i));
        }
    }

    /** Writes the pending lines and closes the file. */
    private void release() throws IOException {
        try {
            flush();
        } finally {
            AppendFile closed = file;
            file = null;
            if (closed != null) {
                closed.close();
            }
        }
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

    /** Writes the pending lines; they are lost if an exception is thrown. */
    void flush() throws IOException {
        int lines = pendingLines;
        boolean done = false;
        try {
            if (lines > 0) {
                open().write(pending.toByteArray(), pending.size());
            }
            done = true;
        } finally {
            (done ? written : lost).add(lines);
            pending.reset();
            pendingLines = 0;
        }
    }

    /** Returns the number of lines written. Thread-safe. */
    long written() {
        return written.sum();
    }

    /** Returns the number of lines lost by failed writes. Thread-safe. */
    long lost() {
        return lost.sum();
    }

    /** Reopens the file by its path, after an external log rotation moved it. */
    void reopen() throws IOException {
        release();
        open();
    }

    @Override
    public void close() throws IOException {
        release();
    }
}
