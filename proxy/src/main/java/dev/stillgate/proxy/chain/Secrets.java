package dev.stillgate.proxy.chain;

import dev.stillgate.spi.ContextHashes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Keys derived from the gateway's hashing secret with HMAC-SHA-256: an independent key for each purpose. */
public final class Secrets {
    private final SecretKeySpec root;
    private final ContextHashes hashes;

    /**
     * Creates the keys of a secret.
     *
     * @param secret the secret that hashes new credentials
     * @param hashes computes the hashes of parts of responses
     */
    public Secrets(byte[] secret, ContextHashes hashes) {
        this.root = new SecretKeySpec(secret, "HmacSHA256");
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
        return derive(new SecretKeySpec(secret, "HmacSHA256"), owner, purpose);
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

    private static byte[] derive(SecretKeySpec root, String owner, String purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(root);
            String label = "stillgate " + owner.length() + ' ' + owner + ' ' + purpose;
            return mac.doFinal(label.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA-256 is not available in this Java runtime", e);
        }
    }
}
