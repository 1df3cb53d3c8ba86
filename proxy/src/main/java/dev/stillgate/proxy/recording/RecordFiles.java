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
 * The files of a log: one that is written to, and as many older ones as are kept, {@code NAME.000001} and so on, numbered
 * in the order of their ends. Readable by their owner only.
 */
final class RecordFiles implements Closeable {
    private static final String DIGITS = "[0-9]{6,}";
    private final Path path;
    private final long most;
    private final int kept;
    private OutputStream out;
    private long written;

    /**
     * Goes on where an earlier process ended.
     *
     * @param most the size at which a file is put aside, in bytes
     * @param kept how many files that were put aside are kept
     */
    RecordFiles(Path path, long most, int kept) throws IOException {
        this.path = path.toAbsolutePath();
        this.most = most;
        this.kept = kept;
        this.out = open();
    }

    private OutputStream open() throws IOException {
        if (!Files.exists(path)) {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        written = Files.size(path);
        return new BufferedOutputStream(Files.newOutputStream(path, StandardOpenOption.APPEND), 1 << 16);
    }

    /** Writes a line, which ends with its line feed; one that does not fit any more begins the next file. */
    void write(ByteArrayOutputStream line) throws IOException {
        if (written > 0 && written + line.size() > most) {
            putAside();
        }
        line.writeTo(out);
        written += line.size();
    }

    private void putAside() throws IOException {
        out.close();
        List<Path> older = older();
        long next = older.isEmpty() ? 1 : number(older.getLast()) + 1;
        Files.move(path, path.resolveSibling("%s.%06d".formatted(path.getFileName(), next)));
        for (int i = 0; i <= older.size() - Math.max(kept, 1); i++) {
            Files.deleteIfExists(older.get(i));
        }
        out = open();
    }

    private List<Path> older() throws IOException {
        String name = path.getFileName() + ".";
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(path.getParent())) {
            for (Path other : all) {
                String text = other.getFileName().toString();
                if (text.startsWith(name) && text.substring(name.length()).matches(DIGITS)) {
                    found.add(other);
                }
            }
        }
        Collections.sort(found, (a, b) -> Long.compare(number(a), number(b)));
        return found;
    }

    private static long number(Path file) {
        String text = file.getFileName().toString();
        return Long.parseLong(text.substring(text.lastIndexOf('.') + 1));
    }

    void flush() throws IOException {
        out.flush();
    }

    /** Opens the file anew, since somebody may have moved it. */
    void reopen() throws IOException {
        out.close();
        out = open();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
