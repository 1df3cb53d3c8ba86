package dev.stillgate.proxy.chain;

import dev.stillgate.spi.ContextHashes;
import dev.stillgate.spi.files.Digests;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** Keys derived from the gateway's hashing secret with HMAC-SHA-256: an independent key for each purpose. */
public final class Secrets {
    private final byte[] root;
    private final ContextHashes hashes;

    /**
     * Creates the keys of a secret.
     *
     * @param secret the secret that hashes new credentials
     * @param hashes computes the hashes of parts of responses
     */
    public Secrets(byte[] secret, ContextHashes hashes) {
        this.root = secret.clone();
        this.hashes = hashes;
    }

    /** Creates keys from a random secret, without hashes. */
    static Secrets random() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return new Secrets(secret, Unmarked.INSTANCE);
    }

    ContextHashes contextHashes() {
        return hashes;
    }

    /** Returns a 32-byte key: the HMAC-SHA-256 of the owner and the purpose. */
    public static byte[] derive(byte[] secret, String owner, String purpose) {
        String label = "stillgate " + owner.length() + ' ' + owner + ' ' + purpose;
        return Digests.hmac(secret, label.getBytes(StandardCharsets.UTF_8));
    }

    byte[] derive(String owner, String purpose) {
        return derive(root, owner, purpose);
    }

    private enum Unmarked implements ContextHashes {
        INSTANCE;

        @Override
        public long ofText(CharSequence text) {
            return NONE;
        }

        @Override
        public long ofId(CharSequence id) {
            return NONE;
        }
    }
}
