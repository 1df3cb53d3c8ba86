package dev.stillgate.canary.ledger.tree;

import dev.stillgate.spi.files.Digests;
import java.security.MessageDigest;

/** Leaf and node hashes of RFC 6962, section 2.1, which differ in their first byte. Not thread-safe. */
public final class TreeHasher {
    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private final MessageDigest sha256 = Digests.sha256();

    /** Returns the root of the empty tree. */
    public Hash empty() {
        return Hash.owned(sha256.digest());
    }

    public Hash leaf(byte[] data) {
        sha256.update(LEAF);
        return Hash.owned(sha256.digest(data));
    }

    public Hash node(Hash left, Hash right) {
        sha256.update(NODE);
        sha256.update(left.raw());
        sha256.update(right.raw());
        return Hash.owned(sha256.digest());
    }
}
