package dev.stillgate.canary.ledger.head;

import dev.stillgate.canary.ledger.file.Disk;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.spi.files.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The Ed25519 key that signs a ledger's heads, stored as PKCS#8 in PEM. */
public final class SigningKey {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final int MAX_FILE = 16 << 10;
    private static final String MESSAGE_IDS = "stillgate ledger message ids";

    private final PrivateKey key;
    private final byte[] seed;
    private final VerifierKey verifier;

    private SigningKey(PrivateKey key, byte[] seed, PublicKey publicKey, @Nullable String name)
            throws GeneralSecurityException {
        this.key = key;
        this.seed = seed;
        this.verifier = VerifierKey.of(name != null ? name : nameOf(publicKey), publicKey);
    }

    /**
     * Reads a key.
     *
     * @param name of the ledger, or null to derive it from the public key
     */
    static SigningKey read(Path file, @Nullable String name) throws LedgerException {
        try {
            if (Files.size(file) > MAX_FILE) {
                throw new LedgerException(file + ": too large for a key");
            }
            String pem = Files.readString(file, StandardCharsets.US_ASCII).strip();
            if (!pem.startsWith(BEGIN) || !pem.endsWith(END)) {
                throw new LedgerException(
                        file + ": not a PKCS#8 key in PEM (openssl genpkey -algorithm ed25519 makes one)");
            }
            byte[] der = Base64.getMimeDecoder().decode(pem.substring(BEGIN.length(), pem.length() - END.length()));
            PrivateKey key = KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
            byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow();
            return new SigningKey(key, seed, publicKey(seed), name);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new LedgerException(file + ": not an Ed25519 key: " + e.getMessage(), e);
        } catch (LedgerException e) {
            throw e;
        } catch (IOException e) {
            throw new LedgerException(file + ": the key cannot be read: " + e, e);
        }
    }

    /** Creates a key and its file, which only the owner may read. */
    public static void make(Disk disk, Path file) throws IOException {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] der = pair.getPrivate().getEncoded();
            String pem =
                    BEGIN + "\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n" + END + "\n";
            disk.replace(file, pem.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has Ed25519", e);
        }
    }

    public VerifierKey verifier() {
        return verifier;
    }

    SignedHead sign(TreeHead head) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(head.body().getBytes(StandardCharsets.UTF_8));
            return SignedHead.of(head, verifier, signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 failed", e);
        }
    }

    /** Returns the hash function for message ids, keyed with a key derived from this one. */
    public MessageIdHasher messageIds() {
        return new MessageIdHasher(Digests.hmac(seed, MESSAGE_IDS.getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * Returns the public key. The JDK cannot derive it from a private key, so its generator is run with the private key
     * as random bytes.
     */
    private static PublicKey publicKey(byte[] seed) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new FixedRandom(seed));
        KeyPair pair = generator.generateKeyPair();
        if (!Arrays.equals(seed, ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow())) {
            throw new GeneralSecurityException("this Java cannot derive a public key");
        }
        return pair.getPublic();
    }

    private static String nameOf(PublicKey key) {
        byte[] digest = Digests.sha256(key.getEncoded());
        return "stillgate-ledger-" + HexFormat.of().formatHex(digest, 0, 6);
    }

    /** Source of fixed "random" bytes. */
    private static final class FixedRandom extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] bytes;

        FixedRandom(byte[] bytes) {
            super(null, null);
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] into) {
            System.arraycopy(bytes, 0, into, 0, into.length);
        }
    }
}
