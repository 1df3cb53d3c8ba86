package dev.stillgate.proxy.account;

import dev.stillgate.spi.files.Digests;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import javax.crypto.Mac;

/**
 * Hash of the values of one registration fact, such as a payment method: HMAC-SHA-256 (RFC 2104) truncated to 128 bits,
 * under a key derived from a hashing secret and the fact's name. Equal values of two facts have different hashes. Not
 * thread-safe.
 */
public final class FactHash {
    /** The fact whose values are domains of e-mail addresses, which are case-insensitive. */
    public static final String EMAIL_DOMAIN = "email-domain";

    private static final String PREFIX = "h:";
    private static final int BYTES = 16;
    private static final int MIN_CHARACTERS = 22;
    private static final int MAX_CHARACTERS = 64;
    private static final int MAX_NAME = 40;
    private static final String LABEL = "stillgate fact hash ";

    private final boolean isDomain;
    private final Mac mac;

    /**
     * Creates the hash of a fact.
     *
     * @param secret the hashing secret
     * @param name the fact's name; see {@link #isName}
     */
    public FactHash(String secret, String name) {
        isDomain = name.equals(EMAIL_DOMAIN);
        mac = Digests.hmac(
                Digests.hmac(secret.getBytes(StandardCharsets.UTF_8), (LABEL + name).getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Hashes a value after trimming and Unicode normalisation (NFC). Of a domain the case is ignored too, and of an
     * e-mail address only the domain counts.
     *
     * @return {@code h:} and 22 base64url characters; an empty text for a blank value
     */
    public String of(String value) {
        String normal = Normalizer.normalize(value.strip(), Normalizer.Form.NFC);
        if (isDomain) {
            normal = normal.substring(normal.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
        }
        if (normal.isEmpty()) {
            return "";
        }
        byte[] hash = mac.doFinal(normal.getBytes(StandardCharsets.UTF_8));
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, BYTES));
    }

    /** Returns whether a text may name a fact: 1 to 40 of the characters a to z, 0 to 9 and -. */
    public static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < 'a' || c > 'z') && !isDigitOrHyphen(c)) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= MAX_NAME;
    }

    /** Returns whether a text has the form of a hash: {@code h:} and 22 to 64 base64url characters. */
    static boolean isHash(String text) {
        int characters = text.length() - PREFIX.length();
        if (characters < MIN_CHARACTERS || characters > MAX_CHARACTERS || !text.startsWith(PREFIX)) {
            return false;
        }
        for (int i = PREFIX.length(); i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && c != '_' && !isDigitOrHyphen(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigitOrHyphen(char c) {
        return (c >= '0' && c <= '9') || c == '-';
    }
}
