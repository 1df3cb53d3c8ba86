package dev.stillgate.canary.ledger.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The end of the last file, where records are added. It knows how far the file is on the disk for certain; whenever the
 * file is opened it is cut off there, so after a failure nothing is believed of what came behind: a failed force leaves
 * pages that claim to be clean. For one thread at a time.
 */
public final class SegmentAppender implements Closeable {
    private static final int PROBE = 64 << 10;

    private final Disk disk;
    private final Path directory;
    private final int level;
    private long first;
    private long offset;
    private Disk.@Nullable Output file;

    /**
     * Makes the end of a file, which is opened at the first need.
     *
     * @param first the index of the file's first leaf
     * @param offset how much of it is on the disk; 0 when the header is not
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
     * Adds records and returns when they are on the disk.
     *
     * @param leaves how many are there already; with the new ones no more than there is {@link #room} for
     */
    public void append(long leaves, ByteBuffer records) throws IOException {
        boolean done = false;
        try {
            if (leaves == first + (1L << level)) {
                close();
                first = leaves;
                offset = 0;
            }
            Disk.Output out = opened();
            int length = records.remaining();
            Disk.writeWhole(out, records, offset);
            out.force();
            offset += length;
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /**
     * Opens the file, cuts off what is not believed, and forces what is: a process that was killed may have written whole
     * records, or made the file, and not have come to force them.
     */
    public void open() throws IOException {
        opened().force();
        disk.forceDirectory(directory);
    }

    /** Opens the file anew, and finds out whether there is room on the disk and it can be forced. */
    public void probe() throws IOException {
        close();
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
        Disk.Output out = disk.open(SegmentFormat.file(directory, first));
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

    /** Closes the file; it is opened again when it is needed. */
    @Override
    public void close() {
        Disk.Output open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // All that is believed was forced; what the close did not manage will be cut off.
            }
        }
    }
}
