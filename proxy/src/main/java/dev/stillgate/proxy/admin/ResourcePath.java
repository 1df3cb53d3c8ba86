package dev.stillgate.proxy.admin;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The path of a page of things, {@code /clusters}, {@code /accounts/a-17} or {@code /accounts/a-17/standing}.
 *
 * @param page the page's name
 * @param id the thing's id, decoded once; empty when it is none that a thing can have
 * @param action what is to be done to the thing, empty for nothing
 * @param ofAll whether it names no single thing
 */
record ResourcePath(String page, String id, String action, boolean ofAll) {
    private static final int LONGEST = 256;
    private static final int MOST_SEGMENTS = 3;

    /** Returns what a path names, null when it has no or too many segments. */
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
