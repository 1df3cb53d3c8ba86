package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.request.BodyEdit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * A body that has been read, on its way to the upstream: the bytes as they were, or with one place changed. It never
 * copies a large body to change it.
 */
final class OutgoingBody {
    static final OutgoingBody NOTHING = new OutgoingBody(new byte[0], 0, 0, null);

    private final byte[][] parts;
    private final int[] bounds;
    private final int[] starts;
    private final long length;
    private int part;
    private long left;

    /** A body of {@code length} bytes from {@code start}, whose edit counts in the same array. */
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

    /** Returns whether there is anything that could be written again. */
    boolean isKept() {
        return length > 0;
    }

    /** Begins anew. */
    void rewind() {
        System.arraycopy(starts, 0, bounds, 0, bounds.length);
        part = 0;
        left = length;
    }

    /** Returns how many bytes are left. */
    long left() {
        return left;
    }

    /** Writes all that is left. */
    void writeTo(ByteBuf out) {
        for (; part < parts.length; part++) {
            out.writeBytes(parts[part], bounds[2 * part], bounds[2 * part + 1] - bounds[2 * part]);
        }
        left = 0;
    }

    /** Returns the next bytes, at most so many, without a copy; there must be some left. */
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
