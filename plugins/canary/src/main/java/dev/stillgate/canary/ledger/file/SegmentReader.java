package dev.stillgate.canary.ledger.file;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Sequential reader of one leaf file, up to the size it had when opened. */
final class SegmentReader implements Closeable {
    private static final int BUFFER = 1 << 18;

    private final Path file;
    private final long size;
    private final InputStream in;
    private final int level;
    private long position;

    /**
     * Opens a file and reads its header.
     *
     * @param first expected index of its first leaf
     */
    SegmentReader(Path file, long first) throws IOException {
        this.file = file;
        this.size = Files.size(file);
        this.in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        try {
            this.level = SegmentFormat.level(file, in.readNBytes(SegmentFormat.HEADER), first);
        } catch (IOException e) {
            in.close();
            throw e;
        }
        this.position = level < 0 ? 0 : SegmentFormat.HEADER;
    }

    /** Returns the level in the header; negative if the header is incomplete. */
    int level() {
        return level;
    }

    long size() {
        return size;
    }

    /** Returns the offset of the next record, or of the one that {@link #next} could not read. */
    long position() {
        return position;
    }

    boolean atEnd() {
        return position == size;
    }

    /**
     * Returns the next leaf, or null if the next record is incomplete.
     *
     * @param index of the leaf
     */
    byte @Nullable [] next(long index) throws IOException {
        long left = size - position - SegmentFormat.RECORD;
        if (left <= 0) {
            return null;
        }
        ByteBuffer head = ByteBuffer.wrap(in.readNBytes(SegmentFormat.RECORD));
        if (head.remaining() < SegmentFormat.RECORD) {
            return null; // truncated by its writer meanwhile
        }
        int length = head.getInt();
        int crc = head.getInt();
        long synced = head.getLong();
        if (length <= 0 || length > Leaf.MAX_BYTES || length > left || synced < 0 || synced > index) {
            return null;
        }
        byte[] leaf = in.readNBytes(length);
        if (leaf.length != length || SegmentFormat.crc(synced, leaf) != crc) {
            return null;
        }
        position += SegmentFormat.RECORD + length;
        return leaf;
    }

    /**
     * Returns whether a later record proves that the leaf at the current position was once on disk.
     *
     * @param index of that leaf
     */
    boolean knownLater(long index) throws IOException {
        ByteBuffer rest;
        try (var again = Files.newInputStream(file)) {
            again.skipNBytes(position);
            rest = ByteBuffer.wrap(again.readNBytes((int) Math.min(size - position, SegmentFormat.MAX_BATCH)));
        }
        for (int at = 1; at < rest.capacity() - SegmentFormat.RECORD; at++) {
            int length = rest.getInt(at);
            long synced = rest.getLong(at + 8);
            if (length > 0 && length <= rest.capacity() - at - SegmentFormat.RECORD && synced > index) {
                byte[] leaf = new byte[length];
                rest.get(at + SegmentFormat.RECORD, leaf);
                if (SegmentFormat.crc(synced, leaf) == rest.getInt(at + 4)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
