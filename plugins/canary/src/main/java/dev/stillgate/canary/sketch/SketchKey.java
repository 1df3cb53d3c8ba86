package dev.stillgate.canary.sketch;

import dev.stillgate.canary.key.MasterSecret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * Keyed hash of shingles: SipHash-2-4 (Aumasson, Bernstein 2012) over the 64-bit hashes of six words. The key is derived
 * from the master secret with HKDF-SHA-256, so without the secret nothing can be tested against a sketch. Immutable and
 * thread-safe.
 */
public final class SketchKey {
    private static final byte[] SALT = "stillgate canary sketch 1".getBytes(StandardCharsets.US_ASCII);
    private static final int KEY_BYTES = 32;

    private final long k0;
    private final long k1;
    private final long wordSeed;
    private final long id;

    private SketchKey(ByteBuffer bytes) {
        k0 = bytes.getLong();
        k1 = bytes.getLong();
        wordSeed = bytes.getLong();
        id = bytes.getLong();
    }

    /** Derives the key of a master secret. */
    public static SketchKey of(MasterSecret master) {
        try {
            HKDFParameterSpec parameters = HKDFParameterSpec.ofExtract()
                    .addIKM(master.bytes())
                    .addSalt(SALT)
                    .thenExpand(new byte[0], KEY_BYTES);
            return new SketchKey(ByteBuffer.wrap(KDF.getInstance("HKDF-SHA256").deriveData(parameters)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HKDF-SHA256", e);
        }
    }

    /** Returns the key of given halves, for comparison with published values. */
    static SketchKey of(long k0, long k1) {
        return new SketchKey(
                ByteBuffer.allocate(KEY_BYTES).putLong(k0).putLong(k1).rewind());
    }

    /** Returns the public name of the key, which tells files of different secrets apart. */
    public long id() {
        return id;
    }

    /** Returns the hash of the empty word. */
    long wordSeed() {
        return wordSeed;
    }

    /**
     * Hashes a shingle.
     *
     * @param words ring of word hashes whose length is a power of two
     * @param next place in the ring after the shingle's last word
     */
    long shingle(long[] words, int next) {
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        for (int i = ShingleReader.WORDS; i >= 0; i--) {
            long m = i == 0 ? ((long) ShingleReader.WORDS * Long.BYTES) << 56 : words[(next - i) & (words.length - 1)];
            v3 ^= m;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v1;
                v0 += v3;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= m;
        }
        v2 ^= 0xff;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
