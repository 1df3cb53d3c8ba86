package dev.stillgate.proxy.account;

import dev.stillgate.proxy.http.BadMessage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A short-term API key of Amazon Bedrock: a URL in Base64 that is signed with an access key. Its owner can make any
 * number of them, which are all of one access key.
 */
final class ShortTermKey {
    private static final byte[] PREFIX = "bedrock-api-key-".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern CREDENTIAL = Pattern.compile("[?&]X-Amz-Credential=(?:([A-Z0-9]{16,128})(?:/|%2F))?");

    private ShortTermKey() {}

    /** Returns whether a word has the form of such a key. */
    static boolean is(byte[] bytes, int start, int end) {
        return end - start > PREFIX.length
                && Arrays.equals(bytes, start, start + PREFIX.length, PREFIX, 0, PREFIX.length);
    }

    /**
     * Returns the id of the access key of a word that {@linkplain #is is} a key; null if it cannot be read.
     *
     * @throws BadMessage if it names two access keys
     */
    static @Nullable String accessKey(byte[] bytes, int start, int end) throws BadMessage {
        byte[] url;
        try {
            url = Base64.getDecoder().decode(Arrays.copyOfRange(bytes, start + PREFIX.length, end));
        } catch (IllegalArgumentException otherForm) {
            return null;
        }
        Matcher credential = CREDENTIAL.matcher(new String(url, StandardCharsets.ISO_8859_1));
        if (!credential.find()) {
            return null;
        }
        String key = credential.group(1);
        if (credential.find()) {
            throw CredentialField.ambiguous();
        }
        return key;
    }
}
