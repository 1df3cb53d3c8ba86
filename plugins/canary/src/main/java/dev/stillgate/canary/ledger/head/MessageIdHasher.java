package dev.stillgate.canary.ledger.head;

import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.spi.files.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import javax.crypto.Mac;

/**
 * Keyed hash of message ids: SHA-256 over a salt and the id, where the salt is the HMAC-SHA-256 of the id under a key
 * of the ledger's owner. Disclosing a salt opens one leaf to a third party and reveals nothing about others. Not
 * thread-safe.
 */
public final class MessageIdHasher {
    private final Mac mac;
    private final MessageDigest sha256 = Digests.sha256();

    MessageIdHasher(byte[] key) {
        mac = Digests.hmac(key);
    }

    public Hash salt(String message) {
        return Hash.of(mac.doFinal(message.getBytes(StandardCharsets.UTF_8)));
    }

    public Hash hash(String message) {
        sha256.update(salt(message).bytes());
        return Hash.of(sha256.digest(message.getBytes(StandardCharsets.UTF_8)));
    }
}
