package dev.stillgate.canary.sketch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Sequential reader of a sketch file's records, valid or not, with one buffer. Not thread-safe. */
final class SketchReader implements Closeable {
    private static final int RECORDS = 1 << 12;

    private final FileChannel channel;
    private final byte[] header = new byte[SketchFormat.HEADER];
    private final ByteBuffer buffer = ByteBuffer.allocate(RECORDS * SketchFormat.RECORD);
    private final boolean readable;
    private long start;
    private int next;

    /** Opens a file and reads its header. */
    SketchReader(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.READ);
        boolean opened = false;
        try {
            ByteBuffer head = ByteBuffer.wrap(header);
            fill(head);
            readable = SketchFormat.isHeader(header);
            start = SketchFormat.HEADER;
            buffer.limit(0);
            opened = true;
        } finally {
            if (!opened) {
                channel.close();
            }
        }
    }

    private void fill(ByteBuffer to) throws IOException {
        while (to.hasRemaining() && channel.read(to) >= 0) {
            // a read may return less than asked for
        }
    }

    /** Returns whether the header is of this version. */
    boolean isReadable() {
        return readable;
    }

    /** Returns the id of the key in the header. */
    long key() {
        return SketchFormat.key(header);
    }

    /** Returns the place in {@link #buffer} of the next whole record, valid or not, or -1 at the end. */
    int next() throws IOException {
        if (!readable) {
            return -1;
        }
        if (next + SketchFormat.RECORD > buffer.limit()) {
            start += next;
            next = 0;
            buffer.clear();
            fill(buffer);
            buffer.flip();
            if (buffer.limit() < SketchFormat.RECORD) {
                return -1;
            }
        }
        int at = next;
        next += SketchFormat.RECORD;
        return at;
    }

    /** Returns the buffer with the records, valid until the next call of {@link #next}. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** Returns the offset in the file of a record in the buffer. */
    long offset(int at) {
        return start + at;
    }

    /** Returns whether a record in the buffer is all zeros. */
    boolean isErased(int at) {
        return buffer.slice(at, SketchFormat.RECORD).mismatch(ByteBuffer.allocate(SketchFormat.RECORD)) < 0;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
