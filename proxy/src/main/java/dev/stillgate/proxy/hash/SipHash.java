package dev.stillgate.proxy.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Incremental SipHash-2-4 with a 128-bit key (J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF",
 * 2012). Takes the message as eight-byte words; a subclass splits its input into words and chooses an output of 64 or
 * 128 bits. Not thread-safe.
 */
public abstract class SipHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long k0;
    private final long k1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    /** Creates a hash under a key; call {@link #restart} before use. */
    protected SipHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** Creates a hash under the key of another one; call {@link #restart} before use. */
    protected SipHash(SipHash other) {
        this(other.k0, other.k1);
    }

    /** Returns the little-endian word in the eight bytes from {@code index}. */
    public static long word(byte[] bytes, int index) {
        return (long) LONGS.get(bytes, index);
    }

    /**
     * Starts a new message.
     *
     * @param variant 0xee for an output of 128 bits, 0 for 64 bits
     */
    protected final void restart(int variant) {
        v0 = k0 ^ 0x736f6d6570736575L;
        v1 = k1 ^ 0x646f72616e646f6dL ^ variant;
        v2 = k0 ^ 0x6c7967656e657261L;
        v3 = k1 ^ 0x7465646279746573L;
    }

    /** Adds a word of the message. */
    protected final void absorb(long word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }

    /** Returns the 64-bit output for the message with two final words appended; the state remains unchanged. */
    protected final long endingWith(long first, long second) {
        long a = v0;
        long b = v1;
        long c = v2;
        long d = v3;
        absorb(first);
        absorb(second);
        v2 ^= 0xff;
        long output = squeeze();
        v0 = a;
        v1 = b;
        v2 = c;
        v3 = d;
        return output;
    }

    /** Returns the first half of the 128-bit output, after the last word was absorbed. */
    protected final long firstHalf() {
        v2 ^= 0xee;
        return squeeze();
    }

    /** Returns the second half of the 128-bit output; call after {@link #firstHalf}. */
    protected final long secondHalf() {
        v1 ^= 0xdd;
        return squeeze();
    }

    /** Copies the state of a hash under the same key. */
    protected final void copyFrom(SipHash other) {
        v0 = other.v0;
        v1 = other.v1;
        v2 = other.v2;
        v3 = other.v3;
    }

    private long squeeze() {
        round();
        round();
        round();
        round();
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private void round() {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
    }
}
