package dev.stillgate.canary.ledger.tree;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** SHA-256 hash: 32 bytes with value equality that print as hex. Immutable and thread-safe. */
public final class Hash {
    /** The length in bytes. */
    public static final int LENGTH = 32;

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns the hash of a copy of 32 bytes.
     *
     * @throws IllegalArgumentException if the length differs
     */
    public static Hash of(byte[] bytes) {
        return owned(bytes.clone());
    }

    /** Wraps an array that the caller hands over. */
    static Hash owned(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a hash has " + LENGTH + " bytes, not " + bytes.length);
        }
        return new Hash(bytes);
    }

    /** Returns a copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Returns the internal array, for reading within this package. */
    byte[] raw() {
        return bytes;
    }

    public String base64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
