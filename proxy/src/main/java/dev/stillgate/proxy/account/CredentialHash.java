package dev.stillgate.proxy.account;

import dev.stillgate.proxy.hash.SipHash;
import dev.stillgate.spi.files.Digests;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Keyed 128-bit hash of a credential: SipHash with the double-length output of its reference implementation. Without
 * the secret, an id cannot be matched to a credential. Holds the last result and allocates nothing. Not thread-safe.
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

    /** Creates a hash with a key derived from a secret: the first 16 bytes of the HMAC-SHA-256 of a fixed label. */
    public static CredentialHash of(String secret) {
        return ofKey(Digests.hmac(secret.getBytes(StandardCharsets.UTF_8), LABEL));
    }

    /** Creates a hash whose key is the first 16 bytes of an array. */
    static CredentialHash ofKey(byte[] key) {
        return new CredentialHash(word(key, 0), word(key, 8));
    }

    /** Returns a new hash with the same key, for another thread. */
    public CredentialHash copy() {
        return new CredentialHash(this);
    }

    /**
     * Hashes a range of bytes; the result is in {@link #hi} and {@link #lo}.
     *
     * @throws IndexOutOfBoundsException if the range is not within the array
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

    /** Returns the first 8 bytes of the last result, in big-endian order. */
    public long hi() {
        return hi;
    }

    /** Returns the last 8 bytes of the last result, in big-endian order. */
    public long lo() {
        return lo;
    }

    /** Formats a hash as in {@code accounts.yaml}: the secret's name, a colon and 32 hex digits. */
    public static String id(String secretName, long hi, long lo) {
        return secretName + ':' + HEX.toHexDigits(hi) + HEX.toHexDigits(lo);
    }
}
