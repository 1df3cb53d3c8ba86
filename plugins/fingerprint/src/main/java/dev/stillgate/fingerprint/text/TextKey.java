package dev.stillgate.fingerprint.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The secret of all hashes of texts. Who does not have it cannot make two texts that collide, nor tell a text from its
 * hash, as long as no hash leaves the house: these are fast hashes, not ciphers.
 *
 * <p>The step is the folded multiplication of Wang Yi's wyhash (<a
 * href="https://github.com/wangyi-fudan/wyhash">github.com/wangyi-fudan/wyhash</a>): both halves of a 128-bit product,
 * of which each bit depends on all bits of both factors.
 */
final class TextKey {
    /** The number of bytes of a key. */
    static final int SIZE = 32;

    private static final long MIX_A = 0xa0761d6478bd642fL;
    private static final long MIX_B = 0xe7037ed1a0b428dbL;

    /** An odd number for the hashes of words. */
    final long odd;

    private final long first;
    private final long second;
    private final long third;

    TextKey(byte[] key) {
        if (key.length != SIZE) {
            throw new IllegalArgumentException("a key of " + key.length + " bytes instead of " + SIZE);
        }
        ByteBuffer bytes = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
        first = bytes.getLong();
        second = bytes.getLong();
        third = bytes.getLong();
        odd = fold(bytes.getLong() ^ MIX_A, first ^ MIX_B) | 1;
    }

    /** Returns a secret number for one purpose. */
    long seed(int purpose) {
        return fold(fold(first + purpose * MIX_A, second ^ MIX_B), third ^ purpose) | 1;
    }

    /** Returns a mixture of two numbers; where one is not secret, the other has to be. */
    static long fold(long a, long b) {
        return Math.multiplyHigh(a, b) ^ (a * b);
    }

    /** Returns a hash that is never 0, which means none. */
    static long notNone(long hash) {
        return hash == 0 ? 1 : hash;
    }
}
