package dev.stillgate.proxy.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Where the content lies among the bytes of one read: an offset and a length, in bytes, for each run that the transfer
 * coding does not interrupt. Reused for successive reads. Not thread-safe.
 */
public final class ContentPieces implements ChunkedBody.Sink {
    private static final int FEW = 4;
    private static final int MANY = 512;

    private int[] bounds = new int[2 * FEW];
    private int start;
    private int count;
    private int total;

    /**
     * Prepares for the next read.
     *
     * @param index the index of its first byte, from which offsets are counted
     */
    public ContentPieces begin(int index) {
        if (bounds.length > MANY && count <= FEW) {
            bounds = new int[2 * FEW];
        }
        start = index;
        count = 0;
        total = 0;
        return this;
    }

    /** Describes a read of {@code length} bytes without a transfer coding. */
    public ContentPieces whole(int length) {
        begin(0);
        add(0, length);
        return this;
    }

    @Override
    public void payload(ByteBuf in, int index, int length) {
        add(index - start, length);
    }

    private void add(int offset, int length) {
        if (2 * count == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * bounds.length);
        }
        bounds[2 * count] = offset;
        bounds[2 * count + 1] = length;
        count++;
        total += length;
    }

    /** Returns the number of pieces. */
    public int count() {
        return count;
    }

    /** Returns the offset of piece {@code i} from the first byte of the read. */
    public int offset(int i) {
        return bounds[2 * i];
    }

    /** Returns the length of piece {@code i}. */
    public int length(int i) {
        return bounds[2 * i + 1];
    }

    /** Returns the length of all pieces. */
    public int total() {
        return total;
    }

    /** Returns the offset after the last piece; 0 if there is none. */
    public int end() {
        return count == 0 ? 0 : offset(count - 1) + length(count - 1);
    }
}
