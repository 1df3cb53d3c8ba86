package dev.stillgate.proxy.account;

import dev.stillgate.spi.HeapRoom;
import java.util.Arrays;

/**
 * Growing memory of up to 2 GiB in a few large arrays, which the garbage collector need not copy. A position is an
 * integer. Not thread-safe until {@link #close}; thread-safe afterwards if the bytes no longer change.
 */
final class ByteChunks {
    private static final int CHUNK_BITS = 24;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final int MAX_CHUNKS = 1 << (Integer.SIZE - 1 - CHUNK_BITS);
    private static final int FIRST_CHUNK = 1 << 12;

    private byte[][] chunks = {new byte[FIRST_CHUNK]};
    private int end;

    /**
     * Allocates contiguous bytes, at most 16 MiB, and returns their position. The first chunk grows; later chunks have
     * the full size.
     *
     * @throws IllegalArgumentException if all bytes exceed 2 GiB
     * @throws HeapRoom.Full if there is not enough free heap
     */
    int allocate(int bytes) {
        int last = chunks.length - 1;
        int at = end - (last << CHUNK_BITS);
        while (at + bytes > chunks[last].length) {
            HeapRoom.require(Math.min(2L * chunks[last].length, CHUNK));
            if (chunks[last].length < CHUNK) {
                chunks[last] = Arrays.copyOf(chunks[last], chunks[last].length * 2);
            } else if (chunks.length < MAX_CHUNKS) {
                chunks = Arrays.copyOf(chunks, chunks.length + 1);
                chunks[++last] = new byte[CHUNK];
                end = last << CHUNK_BITS;
                at = 0;
            } else {
                throw new IllegalArgumentException("more than 2 GiB of texts");
            }
        }
        int start = end;
        end += bytes;
        return start;
    }

    /** Returns the array of a position. */
    byte[] array(int position) {
        return chunks[position >>> CHUNK_BITS];
    }

    /** Returns the index of a position in its array. */
    static int index(int position) {
        return position & (CHUNK - 1);
    }

    /** Gives unused memory back; {@link #allocate} must not be called afterwards. */
    void close() {
        int last = chunks.length - 1;
        chunks[last] = Arrays.copyOf(chunks[last], end - (last << CHUNK_BITS));
    }
}
