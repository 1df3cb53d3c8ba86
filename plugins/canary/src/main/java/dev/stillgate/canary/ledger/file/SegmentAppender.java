package dev.stillgate.canary.ledger.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Appends records to the last leaf file and forces them to disk. On opening, the file is truncated to the
 * offset known to be on disk, because the page cache may report lost pages as clean after a failed force. A file that was
 * removed, replaced or truncated by others is an error. Not thread-safe.
 */
public final class SegmentAppender implements Closeable {
    private static final int PROBE = 64 << 10;

    private final Disk disk;
    private final Path directory;
    private final int level;
    private long first;
    private long offset;
    private Disk.@Nullable Output file;
    private @Nullable Object inode;
    /** The sizes of the full files. These are closed, so a copy in their place is as good. */
    private final Map<Path, Long> full = new HashMap<>();

    /**
     * Creates an appender, which opens the file when first needed.
     *
     * @param first index of the file's first leaf
     * @param offset number of bytes on disk; 0 if the header is not
     */
    public SegmentAppender(Disk disk, Path directory, int level, long first, long offset) {
        this.disk = disk;
        this.directory = directory;
        this.level = level;
        this.first = first;
        this.offset = offset;
    }

    /** Returns how many leaves fit before the next file begins. */
    public long room(long leaves) {
        long room = first + (1L << level) - leaves;
        return room > 0 ? room : 1L << level;
    }

    /**
     * Appends records and returns once they are on disk.
     *
     * @param leaves number of leaves before these; together at most what {@link #room} allows
     */
    public void append(long leaves, ByteBuffer records) throws IOException {
        boolean done = false;
        try {
            if (leaves == first + (1L << level)) {
                checkTail(offset);
                full.put(path(), disk.stamp(path()).size());
                close();
                first = leaves;
                offset = 0;
            }
            Disk.Output out = opened();
            int length = records.remaining();
            Disk.writeWhole(out, records, offset);
            out.force();
            checkTail(offset + length);
            offset += length;
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /**
     * Opens the file, truncates it to the known offset, and forces it: a killed process may have written complete
     * records, or created the file, without forcing them.
     */
    public void open() throws IOException {
        opened().force();
        disk.forceDirectory(directory);
        for (Path earlier : SegmentFormat.list(directory).headMap(first).values()) {
            full.put(earlier, disk.stamp(earlier).size());
        }
    }

    /** Checks that all files are those that were written: a deleted file still takes writes while it is open. */
    public void check() throws IOException {
        checkFull();
        checkTail(offset);
    }

    private void checkFull() throws IOException {
        for (Map.Entry<Path, Long> earlier : full.entrySet()) {
            require(disk.stamp(earlier.getKey()).size() == earlier.getValue(), earlier.getKey());
        }
    }

    private void checkTail(long least) throws IOException {
        if (file != null) {
            Disk.Stamp now = disk.stamp(path());
            require(Objects.equals(now.inode(), inode) && now.size() >= least, path());
        }
    }

    private static void require(boolean holds, Path file) throws IOException {
        if (!holds) {
            throw new IOException(file + ": was removed, replaced or truncated while in use; restore it from a copy");
        }
    }

    private Path path() {
        return SegmentFormat.file(directory, first);
    }

    /** Reopens the file and checks that the disk has space and can be forced. Files that were restored are accepted. */
    public void probe() throws IOException {
        close();
        checkFull();
        Disk.Output out = opened();
        try {
            Disk.writeWhole(out, ByteBuffer.allocate(PROBE), offset);
            out.force();
        } finally {
            out.truncate(offset);
        }
        out.force();
    }

    private Disk.Output opened() throws IOException {
        if (file != null) {
            return file;
        }
        if (offset > 0) {
            require(disk.stamp(path()).size() >= offset, path());
        }
        Disk.Output out = disk.open(path());
        file = out;
        boolean ready = false;
        try {
            if (out.size() != offset) {
                out.truncate(offset);
                out.force();
            }
            if (offset == 0) {
                begin(out);
            }
            inode = disk.stamp(path()).inode();
            ready = true;
            return out;
        } finally {
            if (!ready) {
                close();
            }
        }
    }

    private void begin(Disk.Output out) throws IOException {
        byte[] header = SegmentFormat.header(level, first);
        Disk.writeWhole(out, ByteBuffer.wrap(header), 0);
        out.force();
        disk.forceDirectory(directory);
        offset = header.length;
    }

    /** Closes the file, which is reopened when needed. */
    @Override
    public void close() {
        Disk.Output open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // Acknowledged records were forced; anything else is truncated on the next open.
            }
        }
    }
}
