package dev.stillgate.proxy.config;

import dev.stillgate.spi.files.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Salted SHA-256 hash of an operator's token, as text {@code h:SALT:HASH} in base64url. Tokens come from a generator with
 * at least 128 bits, so a slow password hash would add nothing. Thread-safe.
 */
public final class OperatorToken {
    /** The maximum length of a token, in characters. */
    public static final int MAX_LENGTH = 256;

    /** The minimum length of a token: 128 bits in base64url. */
    public static final int MIN_LENGTH = 22;

    private static final byte[] LABEL = "stillgate operator token".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern FORM = Pattern.compile("h:([A-Za-z0-9_-]{22}):([A-Za-z0-9_-]{43})");
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]*");
    private static final int SALT_BYTES = 16;
    private static final int TOKEN_BYTES = 32;

    private final byte[] salt;
    private final byte[] hash;

    private OperatorToken(byte[] salt, byte[] hash) {
        this.salt = salt;
        this.hash = hash;
    }

    /** Returns a new token of 256 random bits. */
    public static String random(SecureRandom random) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return encoded(bytes);
    }

    /**
     * Hashes a token with a new salt.
     *
     * @throws IllegalArgumentException if the token is too short or too long, or has characters that no header may have
     */
    public static OperatorToken of(String token, SecureRandom random) {
        if (token.length() < MIN_LENGTH || token.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("the token has " + token.length() + " characters: expected " + MIN_LENGTH
                    + " to " + MAX_LENGTH + " from a random generator");
        }
        if (!TOKEN.matcher(token).matches()) {
            throw new IllegalArgumentException("expected letters, digits, '.', '_', '~', '+', '/', '=' and '-' only");
        }
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return new OperatorToken(salt, digest(salt, token));
    }

    /**
     * Reads a hash.
     *
     * @throws IllegalArgumentException if the text has another form; the message does not contain the text, which may be a
     *     token
     */
    public static OperatorToken parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "expected h:SALT:HASH, as `stillgate hash-key --operator` prints it; never the token itself");
        }
        return new OperatorToken(
                Base64.getUrlDecoder().decode(form.group(1)),
                Base64.getUrlDecoder().decode(form.group(2)));
    }

    /** Returns whether a text is the token. The time does not depend on how much of the hash is equal. */
    public boolean matches(String token) {
        return MessageDigest.isEqual(hash, digest(salt, token));
    }

    private static byte[] digest(byte[] salt, String token) {
        MessageDigest digest = Digests.sha256();
        digest.update(LABEL);
        digest.update(salt);
        return digest.digest(token.getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "h:" + encoded(salt) + ':' + encoded(hash);
    }
}
