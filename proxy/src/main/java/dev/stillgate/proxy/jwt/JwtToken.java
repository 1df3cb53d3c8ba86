package dev.stillgate.proxy.jwt;

import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a token in JWS Compact Serialization (RFC 7515 section 7.1). Decoding is strict and raises no exception,
 * because hostile clients can cause many failures.
 */
final class JwtToken {
    private static final int PARTS = 3;
    private static final boolean[] BASE64URL = new boolean[256];

    static {
        for (char c : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray()) {
            BASE64URL[c] = true;
        }
    }

    private final byte[] bytes;
    private final int start;
    private final int[] ends;

    private JwtToken(byte[] bytes, int start, int[] ends) {
        this.bytes = bytes;
        this.start = start;
        this.ends = ends;
    }

    /** Returns the token in a range of bytes; null unless it has exactly three parts, none of them empty. */
    static @Nullable JwtToken split(byte[] bytes, int start, int length) {
        int[] ends = new int[PARTS];
        int part = 0;
        int from = start;
        for (int i = start; i <= start + length; i++) {
            if (i < start + length && bytes[i] != '.') {
                if (!BASE64URL[bytes[i] & 0xff]) {
                    return null;
                }
                continue;
            }
            if (part == PARTS || i == from || (i - from) % 4 == 1) {
                return null;
            }
            ends[part++] = i;
            from = i + 1;
        }
        return part == PARTS ? new JwtToken(bytes, start, ends) : null;
    }

    /** Returns the header's members; null unless it is a JSON object. */
    @Nullable
    Map<?, ?> header() {
        return object(start, ends[0]);
    }

    /** Returns the claims; null unless the payload is a JSON object. */
    @Nullable
    Map<?, ?> claims() {
        return object(ends[0] + 1, ends[1]);
    }

    byte[] signature() {
        return decoded(ends[1] + 1, ends[2]);
    }

    /** Returns the bytes that the signature covers. */
    byte[] signed() {
        return Arrays.copyOfRange(bytes, start, ends[1]);
    }

    private @Nullable Map<?, ?> object(int from, int to) {
        try {
            return JsonValues.read(decoded(from, to)) instanceof Map<?, ?> members ? members : null;
        } catch (MalformedBody notJson) {
            return null;
        }
    }

    private byte[] decoded(int from, int to) {
        return Base64.getUrlDecoder().decode(Arrays.copyOfRange(bytes, from, to));
    }
}
