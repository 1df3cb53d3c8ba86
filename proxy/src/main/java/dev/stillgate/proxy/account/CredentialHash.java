package dev.stillgate.proxy.account;

import dev.stillgate.proxy.hash.SipHash;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A keyed 128-bit hash of a credential: SipHash with the doubled output of its reference code. Keyed, so that nobody
 * without the secret can tell which key an id stands for, and so short that it costs nothing on every request. It holds
 * its last result and allocates nothing; one thread only.
 */
public final class CredentialHash extends SipHash {
    private static final byte[] LABEL = "stillgate credential hash".getBytes(StandardCharsets.US_ASCII);
    private static final HexFormat HEX = HexFormat.of();

    private long hi;
    private long lo;

    private CredentialHash(long k0, long k1) {
        super(k0, k1);
    }

    private CredentialHash(CredentialHash like) {
        super(like);
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
        return new CredentialHash(word(key, 0), word(key, 8));
    }

    /** Returns one with the same key, for another thread. */
    CredentialHash copy() {
        return new CredentialHash(this);
    }

    /**
     * Hashes the bytes.
     *
     * @throws IndexOutOfBoundsException when they are not within the array
     */
    public void hash(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        restart(0xee);
        int end = offset + (length & ~7);
        for (int i = offset; i < end; i += 8) {
            absorb(word(bytes, i));
        }
        long last = (long) length << 56;
        for (int i = 0; i < (length & 7); i++) {
            last |= (bytes[end + i] & 0xFFL) << (8 * i);
        }
        absorb(last);
        hi = Long.reverseBytes(firstHalf());
        lo = Long.reverseBytes(secondHalf());
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
}
