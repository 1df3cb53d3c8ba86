package dev.stillgate.proxy.files;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Certificate chain with the private key of its first certificate. The key has been tested: what it signs, the certificate's
 * public key verifies.
 *
 * @param chain the certificate, then the certificates of its issuers
 * @param key the private key
 */
public record PemPair(List<X509Certificate> chain, PrivateKey key) {
    private static final byte[] SAMPLE = {1, 2, 3, 4};

    /** Signature algorithm for a test signature, by the algorithm of the key. BoringSSL fails handshakes with Ed25519 keys. */
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

    /** Algorithms of private keys that are told from malformed ones. */
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS", "DSA", "XDH");

    public PemPair {
        chain = List.copyOf(chain);
    }

    /**
     * Reads a chain and a key, and tests that they belong together.
     *
     * @throws IOException naming the file that cannot be used and the reason
     */
    public static PemPair of(PemFile chain, PemFile key) throws IOException {
        List<X509Certificate> certificates = chain.certificates();
        byte[] encoded = pkcs8(key);
        PublicKey expected = certificates.getFirst().getPublicKey();
        String signature = SIGNATURES.get(expected.getAlgorithm());
        if (signature == null) {
            throw new IOException(chain.path() + " holds a certificate with a key of the kind "
                    + expected.getAlgorithm() + ", which no handshake could use: expected RSA or EC");
        }
        PrivateKey read = read(encoded, expected.getAlgorithm());
        if (read == null || !fits(read, expected, signature)) {
            throw new IOException(other(chain, key, certificates, encoded));
        }
        return new PemPair(certificates, read);
    }

    /** Returns when the first certificate of the chain expires, or one of its issuers if that is earlier. */
    public Instant expiry() {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
    }

    private static byte[] pkcs8(PemFile file) throws IOException {
        for (PemFile.Block block : file.blocks()) {
            if (block.label().equals("PRIVATE KEY")) {
                return block.content();
            }
        }
        throw new IOException(file.path() + " " + unusable(file));
    }

    /** Returns why a file without a PKCS #8 key cannot be used, with the command that converts it. */
    private static String unusable(PemFile file) {
        String convert = ": convert it with openssl pkcs8 -topk8 -nocrypt -in " + file.path() + " -out NEW.key";
        if (file.text().contains("ENCRYPTED")) {
            return "holds a private key that needs a password" + convert;
        }
        if (file.text().contains("-----BEGIN EC PRIVATE KEY-----")) {
            return "holds a private key in SEC1 form, not PKCS #8" + convert;
        }
        if (file.text().contains("-----BEGIN RSA PRIVATE KEY-----")) {
            return "holds a private key in PKCS #1 form, not PKCS #8" + convert;
        }
        return "holds no private key: expected -----BEGIN PRIVATE KEY----- (PKCS #8, without a password)";
    }

    private static @Nullable PrivateKey read(byte[] encoded, String algorithm) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            return null; // a key of another algorithm, or malformed
        }
    }

    private static boolean fits(PrivateKey key, PublicKey expected, String algorithm) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(SAMPLE);
            byte[] signed = signature.sign();
            signature.initVerify(expected);
            signature.update(SAMPLE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // keys of two curves, or sizes
        }
    }

    /** Returns the message of a key that is not the first certificate's. */
    private static String other(PemFile chain, PemFile key, List<X509Certificate> certificates, byte[] encoded) {
        for (int i = 1; i < certificates.size(); i++) {
            PublicKey candidate = certificates.get(i).getPublicKey();
            String signature = SIGNATURES.get(candidate.getAlgorithm());
            PrivateKey read = signature == null ? null : read(encoded, candidate.getAlgorithm());
            if (read != null && signature != null && fits(read, candidate, signature)) {
                return key.path() + " belongs to certificate " + (i + 1) + " of " + chain.path()
                        + ": expected that certificate first";
            }
        }
        boolean malformed = ALGORITHMS.stream().noneMatch(algorithm -> read(encoded, algorithm) != null);
        return malformed
                ? key.path() + " holds a malformed private key"
                : key.path() + " does not belong to the certificate in " + chain.path()
                        + ": its public key is another one";
    }
}
