package dev.stillgate.fingerprint.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Key of all hashes of texts. Without it, collisions cannot be constructed and hashes cannot be traced to texts,
 * provided that no hash is published: the hashes are fast, not cryptographic.
 *
 * <p>Mixing step: folded multiplication of Wang Yi's wyhash (<a
 * href="https://github.com/wangyi-fudan/wyhash">github.com/wangyi-fudan/wyhash</a>), the exclusive or of both halves of
 * a 128-bit product.
 */
final class TextKey {
    /** Length of a key in bytes. */
    static final int SIZE = 32;

    private static final long MIX_A = 0xa0761d6478bd642fL;
    private static final long MIX_B = 0xe7037ed1a0b428dbL;

    private final long first;
    private final long second;
    private final long third;

    TextKey(byte[] key) {
        if (key.length != SIZE) {
            throw new IllegalArgumentException("expected a key of " + SIZE + " bytes, found " + key.length);
        }
        ByteBuffer bytes = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
        first = bytes.getLong();
        second = bytes.getLong();
        third = bytes.getLong();
    }

    /** Returns the secret seed for one purpose. */
    long seed(int purpose) {
        return fold(fold(first + purpose * MIX_A, second ^ MIX_B), third ^ purpose) | 1;
    }

    /** Mixes two numbers, at least one of which must be secret. */
    static long fold(long a, long b) {
        return Math.multiplyHigh(a, b) ^ (a * b);
    }

    /** Returns a hash that is never 0, since 0 means none. */
    static long notNone(long hash) {
        return hash == 0 ? 1 : hash;
    }
}
