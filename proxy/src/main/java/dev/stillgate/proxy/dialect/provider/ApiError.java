package dev.stillgate.proxy.dialect.provider;

import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.spi.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure that a client is told.
 *
 * @param status the HTTP status of its kind
 * @param cloud the cloud whose API was called; null for the provider's own API
 * @param retrySeconds seconds after which the client may try again, as in {@code Retry-After}; 0 for no such advice
 * @param sequence the number of events sent before it in the stream
 */
public record ApiError(
        Verdict.Kind kind,
        int status,
        String message,
        String requestId,
        @Nullable Cloud cloud,
        long retrySeconds,
        long sequence) {
    /** The code of the refusal of an unverified account. */
    public static final String UNVERIFIED = "account_unverified";

    /** Appends a text as a JSON string, or null. */
    public static void quote(StringBuilder out, @Nullable String text) {
        if (text == null) {
            out.append("null");
            return;
        }
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f || (Character.isSurrogate(c) && !paired(text, i))) {
                escape(out, Character.isSurrogate(c) ? '\ufffd' : c);
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private static boolean paired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }

    private static void escape(StringBuilder out, char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(Character.forDigit((c >> shift) & 0xf, 16));
        }
    }
}
