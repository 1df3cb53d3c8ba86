package dev.stillgate.canary.ledger.tree;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A SHA-256: 32 bytes that compare by value and print as hex. */
public final class Hash {
    /** How long one is, in bytes. */
    public static final int LENGTH = 32;

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Takes a copy of 32 bytes.
     *
     * @throws IllegalArgumentException when there are more or fewer
     */
    public static Hash of(byte[] bytes) {
        return owned(bytes.clone());
    }

    /** Wraps bytes that nobody else keeps. */
    static Hash owned(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a hash has " + LENGTH + " bytes, not " + bytes.length);
        }
        return new Hash(bytes);
    }

    /** Reads 64 hex digits. */
    static Hash hex(String text) {
        return owned(HexFormat.of().parseHex(text));
    }

    /** Returns a copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Returns the bytes themselves, for this package, which does not write to them. */
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
