package dev.stillgate.proxy.admin;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A resource path, {@code /clusters}, {@code /accounts/a-17} or {@code /accounts/a-17/standing}.
 *
 * @param page the page's name
 * @param id the resource's id, decoded once; empty if it is invalid
 * @param action the action on the resource, empty for none
 * @param ofAll whether the path names the overview instead of a single resource
 */
record ResourcePath(String page, String id, String action, boolean ofAll) {
    private static final int LONGEST = 256;
    private static final int MOST_SEGMENTS = 3;

    /** Parses a path. Returns null if it has no or too many segments. */
    static @Nullable ResourcePath of(String rawPath) {
        if (!rawPath.startsWith("/")) {
            return null;
        }
        String[] segments = rawPath.substring(1).split("/", MOST_SEGMENTS + 1);
        boolean unnamed = segments[0].isEmpty() || segments[segments.length - 1].isEmpty();
        if (segments.length > MOST_SEGMENTS || (unnamed && segments.length != 2) || segments[0].isEmpty()) {
            return null;
        }
        return new ResourcePath(
                segments[0],
                segments.length > 1 ? decoded(segments[1]) : "",
                segments.length > 2 ? segments[2] : "",
                segments.length == 1);
    }

    boolean isValid() {
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
