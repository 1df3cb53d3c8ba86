package dev.stillgate.proxy.dialect.coding;

import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Growing output buffer of a decoder with a fixed upper bound. Not thread-safe. */
final class BoundedOutput {
    private final int bound;
    private byte[] bytes;
    private int length;

    /**
     * Creates an empty buffer.
     *
     * @param bound maximum size in bytes
     * @param expected initial capacity in bytes
     */
    BoundedOutput(int bound, long expected) {
        this.bound = bound;
        this.bytes = new byte[(int) Math.min(bound, Math.max(64, expected))];
    }

    /**
     * Returns the free space, at least one byte. Report what was written to it with {@link #advanceTo}.
     *
     * @throws MalformedBody if the buffer is full
     */
    ByteBuffer free() throws MalformedBody {
        if (length == bytes.length) {
            grow();
        }
        return ByteBuffer.wrap(bytes, length, bytes.length - length);
    }

    /** Sets the length to the position of a buffer from {@link #free}. */
    void advanceTo(ByteBuffer written) {
        length = written.position();
    }

    void add(ByteBuffer chunk) throws MalformedBody {
        int count = chunk.remaining();
        while (bytes.length - length < count) {
            grow();
        }
        chunk.get(bytes, length, count);
        length += count;
    }

    private void grow() throws MalformedBody {
        if (bytes.length == bound) {
            throw tooLarge();
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(bound, 2L * bytes.length));
    }

    static MalformedBody tooLarge() {
        return new MalformedBody(Verdict.Kind.TOO_LARGE, "coding-too-large", "the decoded body is too large", -1);
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
