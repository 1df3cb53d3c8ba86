package dev.stillgate.proxy.chain;

import dev.stillgate.spi.ContextMarks;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What is drawn from the gateway's hashing secret: one key for every purpose, none of which tells anything of another. */
public final class Secrets {
    private final SecretKeySpec root;
    private final ContextMarks marks;

    /**
     * Draws from a secret.
     *
     * @param secret the hashing secret that makes new ids
     * @param marks makes the marks of answers' parts
     */
    public Secrets(byte[] secret, ContextMarks marks) {
        this.root = new SecretKeySpec(secret, "HmacSHA256");
        this.marks = marks;
    }

    /** Draws from a secret of this process's own, under which nothing is marked. */
    static Secrets random() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return new Secrets(secret, Unmarked.INSTANCE);
    }

    ContextMarks marks() {
        return marks;
    }

    /** Returns 32 bytes for one purpose of one owner: HMAC-SHA-256 of both. */
    public static byte[] derive(byte[] secret, String owner, String purpose) {
        return derive(new SecretKeySpec(secret, "HmacSHA256"), owner, purpose);
    }

    byte[] derive(String owner, String purpose) {
        return derive(root, owner, purpose);
    }

    /** Marks nothing. */
    private enum Unmarked implements ContextMarks {
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
            throw new IllegalStateException("every Java has HMAC-SHA-256", e);
        }
    }
}
