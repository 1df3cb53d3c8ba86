package dev.stillgate.proxy.dialect.coding;

import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that a decoder makes, up to a bound; the room grows as they come, and never beyond the bound. */
final class BoundedOutput {
    private final int bound;
    private byte[] bytes;
    private int length;

    /** Room for at most {@code bound} bytes, at first for as many as are expected. */
    BoundedOutput(int bound, long expected) {
        this.bound = bound;
        this.bytes = new byte[(int) Math.min(bound, Math.max(64, expected))];
    }

    /** Returns the room after what was written, at least one byte. */
    ByteBuffer room() throws MalformedBody {
        if (length == bytes.length) {
            grow();
        }
        return ByteBuffer.wrap(bytes, length, bytes.length - length);
    }

    /** Takes what a decoder wrote to the room, which it moved the position of. */
    void wrote(ByteBuffer room) {
        length = room.position();
    }

    void add(ByteBuffer more) throws MalformedBody {
        int count = more.remaining();
        while (bytes.length - length < count) {
            grow();
        }
        more.get(bytes, length, count);
        length += count;
    }

    private void grow() throws MalformedBody {
        if (bytes.length == bound) {
            throw tooLarge();
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(bound, 2L * bytes.length));
    }

    static MalformedBody tooLarge() {
        return new MalformedBody(
                Verdict.Kind.TOO_LARGE, "coding-too-large", "the body is too large when it is decoded", -1);
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    boolean isFull() {
        return length == bound;
    }
}
