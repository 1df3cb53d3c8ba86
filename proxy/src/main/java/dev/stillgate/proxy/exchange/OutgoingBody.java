package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.request.BodyEdit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * A request body in memory that is written to the upstream piece by piece, optionally with one edit, which is applied
 * without a copy of the body.
 */
final class OutgoingBody {
    static final OutgoingBody EMPTY = new OutgoingBody(new byte[0], 0, 0, null);

    private final byte[][] parts;
    private final int[] bounds;
    private final int[] starts;
    private final long length;
    private int part;
    private long left;

    /**
     * Creates a body.
     *
     * @param bytes the array that contains the body; not copied
     * @param edit the edit, with offsets into {@code bytes}; null for none
     */
    OutgoingBody(byte[] bytes, int start, int length, @Nullable BodyEdit edit) {
        int end = start + length;
        if (edit == null) {
            parts = new byte[][] {bytes};
            bounds = new int[] {start, end};
        } else {
            parts = new byte[][] {bytes, edit.text(), bytes};
            bounds = new int[] {start, edit.from(), 0, edit.text().length, edit.to(), end};
        }
        starts = bounds.clone();
        this.length = (long) length + (edit == null ? 0 : edit.growth());
        left = this.length;
    }

    /** Returns whether the body is not empty and can be written again after {@link #rewind}. */
    boolean isKept() {
        return length > 0;
    }

    /** Restarts at the first byte. */
    void rewind() {
        System.arraycopy(starts, 0, bounds, 0, bounds.length);
        part = 0;
        left = length;
    }

    /** Returns the number of bytes that have not been written. */
    long left() {
        return left;
    }

    /** Writes all remaining bytes. */
    void writeTo(ByteBuf out) {
        for (; part < parts.length; part++) {
            out.writeBytes(parts[part], bounds[2 * part], bounds[2 * part + 1] - bounds[2 * part]);
        }
        left = 0;
    }

    /** Returns the next bytes, at most {@code most}, without a copy. There must be bytes left. */
    ByteBuf next(int most) {
        while (bounds[2 * part] == bounds[2 * part + 1]) {
            part++;
        }
        int from = bounds[2 * part];
        int run = Math.min(most, bounds[2 * part + 1] - from);
        bounds[2 * part] += run;
        left -= run;
        return Unpooled.wrappedBuffer(parts[part], from, run);
    }
}
