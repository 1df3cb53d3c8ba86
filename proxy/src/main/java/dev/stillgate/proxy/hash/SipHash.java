package dev.stillgate.proxy.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A SipHash-2-4 in the making (J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF", 2012): takes words
 * of eight bytes under a key of two. Which words its input makes, and how much output is wanted, is up to who extends it.
 */
public abstract class SipHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long k0;
    private final long k1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    /** A hash under a key, to be begun by {@link #restart}. */
    protected SipHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** A hash under the key of another, to be begun. */
    protected SipHash(SipHash like) {
        this(like.k0, like.k1);
    }

    /** Returns the word in the eight bytes from an index on. */
    public static long word(byte[] bytes, int index) {
        return (long) LONGS.get(bytes, index);
    }

    /**
     * Forgets what was absorbed.
     *
     * @param variant 0xee for an output of 128 bits, else 0
     */
    protected final void restart(int variant) {
        v0 = k0 ^ 0x736f6d6570736575L;
        v1 = k1 ^ 0x646f72616e646f6dL ^ variant;
        v2 = k0 ^ 0x6c7967656e657261L;
        v3 = k1 ^ 0x7465646279746573L;
    }

    /** Takes a word of the input. */
    protected final void absorb(long word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }

    /** Returns the output of 64 bits for two more words, the last, which are not absorbed for good. */
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

    /** Returns the first half of an output of 128 bits, when the last word was absorbed. */
    protected final long firstHalf() {
        v2 ^= 0xee;
        return squeeze();
    }

    /** Returns the second half, after the first. */
    protected final long secondHalf() {
        v1 ^= 0xdd;
        return squeeze();
    }

    /** Becomes like another, under the same key. */
    protected final void become(SipHash other) {
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
