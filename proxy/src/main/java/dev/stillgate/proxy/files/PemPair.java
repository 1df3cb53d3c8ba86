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
 * Certificate chain with the private key of its first certificate. The key is verified with a test signature.
 *
 * @param chain the certificate, followed by the certificates of its issuers
 * @param key the private key
 */
public record PemPair(List<X509Certificate> chain, PrivateKey key) {
    private static final byte[] SAMPLE = {1, 2, 3, 4};

    /**
     * Algorithm of the test signature by key algorithm. Without EdDSA: BoringSSL fails handshakes with Ed25519 keys.
     */
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

    /** Key algorithms that are tried to distinguish a wrong private key from a malformed one. */
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS", "DSA", "XDH");

    public PemPair {
        chain = List.copyOf(chain);
    }

    /**
     * Parses a chain and a key, and checks that they match.
     *
     * @throws IOException whose message names the unusable file and the reason
     */
    public static PemPair of(PemFile chain, PemFile key) throws IOException {
        List<X509Certificate> certificates = chain.certificates();
        byte[] encoded = pkcs8(key);
        PublicKey expected = certificates.getFirst().getPublicKey();
        String signature = SIGNATURES.get(expected.getAlgorithm());
        if (signature == null) {
            throw new IOException(chain.path() + " contains a certificate with an unsupported key algorithm, "
                    + expected.getAlgorithm() + ": expected RSA or EC");
        }
        PrivateKey read = read(encoded, expected.getAlgorithm());
        if (read == null || !fits(read, expected, signature)) {
            throw new IOException(mismatch(chain, key, certificates, encoded));
        }
        return new PemPair(certificates, read);
    }

    /** Returns the earliest expiry of the certificates in the chain. */
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

    /** Explains why a file without a PKCS #8 key is unusable, with a command that converts it. */
    private static String unusable(PemFile file) {
        String convert = ": convert it with openssl pkcs8 -topk8 -nocrypt -in " + file.path() + " -out NEW.key";
        if (file.text().contains("ENCRYPTED")) {
            return "contains an encrypted private key" + convert;
        }
        if (file.text().contains("-----BEGIN EC PRIVATE KEY-----")) {
            return "contains a private key in SEC1 form, not PKCS #8" + convert;
        }
        if (file.text().contains("-----BEGIN RSA PRIVATE KEY-----")) {
            return "contains a private key in PKCS #1 form, not PKCS #8" + convert;
        }
        return "contains no private key: expected -----BEGIN PRIVATE KEY----- (PKCS #8, unencrypted)";
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
            return false; // the keys differ in curve or size
        }
    }

    /** Explains why a key does not match the first certificate. */
    private static String mismatch(PemFile chain, PemFile key, List<X509Certificate> certificates, byte[] encoded) {
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
                ? key.path() + " contains a malformed private key"
                : key.path() + " does not belong to the certificate in " + chain.path() + ": the public keys differ";
    }
}
