package dev.stillgate.canary.ledger.head;

import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.spi.files.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Public key of a ledger, written {@code name+hash+key} as in C2SP signed-note: the hash is the first 4 bytes of
 * SHA-256 over the name, a line feed, the type 1 (Ed25519) and the 32 bytes of the key.
 */
public final class VerifierKey {
    /** The name of the key's file in a ledger's directory. */
    public static final String FILE = "ledger.pub";

    static final int SIGNATURE = 64;
    static final int KEY_HASH = 4;
    private static final byte ED25519 = 1;
    private static final int RAW = 32;
    private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");
    private static final int MAX_NAME = 200;
    private static final int MAX_FILE = 4 << 10;

    private final String name;
    private final byte[] raw;
    private final PublicKey key;

    private VerifierKey(String name, byte[] raw) throws GeneralSecurityException {
        this.name = name;
        this.raw = raw;
        byte[] spki = ByteBuffer.allocate(SPKI.length + RAW).put(SPKI).put(raw).array();
        this.key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
    }

    static VerifierKey of(String name, PublicKey key) throws GeneralSecurityException {
        byte[] spki = key.getEncoded();
        return new VerifierKey(checkName(name), Arrays.copyOfRange(spki, spki.length - RAW, spki.length));
    }

    /**
     * Parses a key.
     *
     * @throws IllegalArgumentException if the text is invalid
     */
    public static VerifierKey parse(String text) {
        String[] parts = text.strip().split("\\+", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException("a public key reads name+hash+key");
        }
        byte[] typed = Base64.getDecoder().decode(parts[2]);
        if (typed.length != 1 + RAW || typed[0] != ED25519) {
            throw new IllegalArgumentException("the key is not Ed25519");
        }
        try {
            VerifierKey key = new VerifierKey(checkName(parts[0]), Arrays.copyOfRange(typed, 1, typed.length));
            if (!HexFormat.of().formatHex(key.hash()).equals(parts[1])) {
                throw new IllegalArgumentException("the hash is not that of name and key");
            }
            return key;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key is not a point of the curve", e);
        }
    }

    /**
     * Reads the file of a key.
     *
     * @throws IOException if it cannot be read
     * @throws LedgerException if it holds no valid key
     */
    public static VerifierKey read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return parse(new String(in.readNBytes(MAX_FILE), StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new LedgerException(file + ": not a public key of a ledger: " + e.getMessage(), e);
        }
    }

    /** Checks a key's name: 1 to 200 printable ASCII characters, without spaces and plus signs. */
    public static String checkName(String name) {
        boolean fits = !name.isEmpty() && name.length() <= MAX_NAME;
        if (!fits || !name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '+')) {
            throw new IllegalArgumentException(
                    "a ledger's name has 1 to " + MAX_NAME + " printable ASCII characters, no space and no plus sign");
        }
        return name;
    }

    /** Returns the ledger's name. */
    public String name() {
        return name;
    }

    byte[] hash() {
        var sha256 = Digests.sha256();
        sha256.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        sha256.update(ED25519);
        return Arrays.copyOf(sha256.digest(raw), KEY_HASH);
    }

    boolean signed(byte[] text, byte[] signature) {
        try {
            Signature check = Signature.getInstance("Ed25519");
            check.initVerify(key);
            check.update(text);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        byte[] typed = ByteBuffer.allocate(1 + RAW).put(ED25519).put(raw).array();
        return name + "+" + HexFormat.of().formatHex(hash()) + "+"
                + Base64.getEncoder().encodeToString(typed);
    }
}
