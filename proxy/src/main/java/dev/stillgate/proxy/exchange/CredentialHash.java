package dev.stillgate.proxy.exchange;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A keyed 128-bit hash of a credential: SipHash-2-4 with 128-bit output (J.-P. Aumasson and D. J. Bernstein, "SipHash: a
 * fast short-input PRF", 2012, with the doubled output of its reference code). Keyed, so that nobody without the secret
 * can tell which key an id stands for, and so short that it costs nothing on every request. It holds its last result
 * and allocates nothing; one thread only.
 */
public final class CredentialHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] LABEL = "stillgate credential hash".getBytes(StandardCharsets.US_ASCII);
    private static final HexFormat HEX = HexFormat.of();

    private final long k0;
    private final long k1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;
    private long hi;
    private long lo;

    private CredentialHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** Returns the hash whose key is drawn from a secret: HMAC-SHA-256 of a fixed label, its first 16 bytes. */
    public static CredentialHash of(String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return ofKey(mac.doFinal(LABEL));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA-256", e);
        }
    }

    /** Returns the hash of the key in the first 16 bytes. */
    static CredentialHash ofKey(byte[] key) {
        return new CredentialHash((long) LONGS.get(key, 0), (long) LONGS.get(key, 8));
    }

    /** Returns one with the same key, for another thread. */
    CredentialHash copy() {
        return new CredentialHash(k0, k1);
    }

    /**
     * Hashes the bytes.
     *
     * @throws IndexOutOfBoundsException when they are not within the array
     */
    public void hash(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        v0 = k0 ^ 0x736f6d6570736575L;
        v1 = k1 ^ 0x646f72616e646f6dL ^ 0xee;
        v2 = k0 ^ 0x6c7967656e657261L;
        v3 = k1 ^ 0x7465646279746573L;
        int end = offset + (length & ~7);
        for (int i = offset; i < end; i += 8) {
            absorb((long) LONGS.get(bytes, i));
        }
        long last = (long) length << 56;
        for (int i = 0; i < (length & 7); i++) {
            last |= (bytes[end + i] & 0xFFL) << (8 * i);
        }
        absorb(last);
        v2 ^= 0xee;
        hi = squeeze();
        v1 ^= 0xdd;
        lo = squeeze();
    }

    /** Returns the first 8 bytes of the last result, the first one highest. */
    public long hi() {
        return hi;
    }

    /** Returns the last 8 bytes of the last result. */
    public long lo() {
        return lo;
    }

    /** Returns a hash as it stands in {@code accounts.yaml}: the secret's name, a colon and 32 hex digits. */
    public static String id(String secretName, long hi, long lo) {
        return secretName + ':' + HEX.toHexDigits(hi) + HEX.toHexDigits(lo);
    }

    private void absorb(long word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }

    private long squeeze() {
        round();
        round();
        round();
        round();
        return Long.reverseBytes(v0 ^ v1 ^ v2 ^ v3);
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
