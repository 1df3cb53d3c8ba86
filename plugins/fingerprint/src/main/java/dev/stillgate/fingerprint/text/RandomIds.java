package dev.stillgate.fingerprint.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Ids that look random. Others cannot guess them, and two clients do not choose the same one by accident. A name, a mail
 * address or a number is not such an id.
 */
public final class RandomIds {
    /** Least number of characters of an id, and the number of them that are read. */
    private static final int LEAST = 16;

    private static final int MOST = 512;

    /** A UUID, or at least 64 bits of hexadecimal digits or of base64 without its signs. */
    private static final Pattern PART = Pattern.compile("(?<![0-9A-Za-z])(?:"
            + "(?<hex>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{16,})"
            + "|(?<base64>[0-9A-Za-z]{11,}))(?![0-9A-Za-z])");

    /** Least number of different hexadecimal digits: 98.9 % of 64 random bits have as many (computed). */
    private static final int DIGITS = 8;

    /** Least share of neighbouring characters of different kinds: in random base64 it is 0.64, in words below 0.3. */
    private static final double CHANGES = 0.4;

    private RandomIds() {}

    /**
     * Returns the first part of an id that looks random, as in {@code user_<64 hexadecimal digits>_session_<UUID>}; null if
     * there is none.
     */
    public static @Nullable String part(String id) {
        if (id.length() < LEAST) {
            return null;
        }
        Matcher parts = PART.matcher(id).region(0, Math.min(MOST, id.length()));
        while (parts.find()) {
            String hex = parts.group("hex");
            if (hex != null ? isRandomHex(hex) : isRandomBase64(parts.group())) {
                return parts.group();
            }
        }
        return null;
    }

    private static boolean isRandomHex(String hex) {
        return hex.chars()
                                .filter(c -> c != '-')
                                .map(Character::toLowerCase)
                                .distinct()
                                .count()
                        >= DIGITS
                && hex.chars().anyMatch(Character::isLetter);
    }

    private static boolean isRandomBase64(String text) {
        int kinds = 1 << kind(text.charAt(0));
        int changes = 0;
        for (int i = 1; i < text.length(); i++) {
            kinds |= 1 << kind(text.charAt(i));
            changes += kind(text.charAt(i)) == kind(text.charAt(i - 1)) ? 0 : 1;
        }
        return kinds == 7 && changes >= CHANGES * (text.length() - 1);
    }

    private static int kind(char c) {
        return c <= '9' ? 0 : c <= 'Z' ? 1 : 2;
    }
}
