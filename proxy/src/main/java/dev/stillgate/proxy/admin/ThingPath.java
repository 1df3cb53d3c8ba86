package dev.stillgate.proxy.admin;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The path of a thing's page, {@code /accounts/a-17}.
 *
 * @param page the page's name
 * @param id the thing's id, decoded once; empty when it is none that a thing can have
 */
record ThingPath(String page, String id) {
    private static final int LONGEST = 256;

    /** Returns what a path names, null when it has not two segments. */
    static @Nullable ThingPath of(String rawPath) {
        int slash = rawPath.indexOf('/', 1);
        if (slash < 2 || rawPath.charAt(0) != '/' || rawPath.indexOf('/', slash + 1) >= 0) {
            return null;
        }
        return new ThingPath(rawPath.substring(1, slash), decoded(rawPath.substring(slash + 1)));
    }

    boolean isFit() {
        return !id.isEmpty();
    }

    private static String decoded(String escaped) {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
        for (int i = 0; i < escaped.length(); i++) {
            int c = escaped.charAt(i);
            if (c == '%' && i + 2 < escaped.length()) {
                c = Character.digit(escaped.charAt(i + 1), 16) << 4 | Character.digit(escaped.charAt(i + 2), 16);
                i += 2;
            } else if (c == '%') {
                return "";
            }
            if (c < 0x20 || c == '/' || c == 0x7f || c > 0xff || !bytes.hasRemaining()) {
                return "";
            }
            bytes.put((byte) c);
        }
        try {
            String id = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
            return id.chars().anyMatch(Character::isISOControl) ? "" : id;
        } catch (CharacterCodingException e) {
            return "";
        }
    }
}
