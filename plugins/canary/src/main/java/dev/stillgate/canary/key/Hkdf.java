package dev.stillgate.canary.key;

import dev.stillgate.spi.files.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** HKDF-SHA-256 (RFC 5869), and SHA-256, over lists of parts that are each preceded by their length in four bytes. */
final class Hkdf {
    private static final int KEY_BYTES = 32;

    private Hkdf() {}

    /** Returns 32 bytes from a secret of any length: extract with a salt, then expand with the parts. */
    static byte[] key(byte[] secret, String salt, List<byte[]> parts) {
        return derive(HKDFParameterSpec.ofExtract()
                .addIKM(secret)
                .addSalt(salt.getBytes(StandardCharsets.US_ASCII))
                .thenExpand(prefixed(parts), KEY_BYTES));
    }

    /** Returns bytes from a key of 32 bytes, for a label and the number of a class. */
    static ByteBuffer expand(byte[] key, String label, int number, int length) {
        byte[] info = ByteBuffer.allocate(label.length() + Integer.BYTES)
                .put(label.getBytes(StandardCharsets.US_ASCII))
                .putInt(number)
                .array();
        return ByteBuffer.wrap(derive(HKDFParameterSpec.expandOnly(new SecretKeySpec(key, "Generic"), info, length)));
    }

    static byte[] sha256(List<byte[]> parts) {
        return Digests.sha256(prefixed(parts));
    }

    private static byte[] derive(AlgorithmParameterSpec parameters) {
        try {
            return KDF.getInstance("HKDF-SHA256").deriveData(parameters);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HKDF-SHA256", e);
        }
    }

    /** Joins parts so that different lists of parts give different bytes. */
    private static byte[] prefixed(List<byte[]> parts) {
        ByteBuffer joined = ByteBuffer.allocate(
                parts.stream().mapToInt(part -> Integer.BYTES + part.length).sum());
        parts.forEach(part -> joined.putInt(part.length).put(part));
        return joined.array();
    }
}
