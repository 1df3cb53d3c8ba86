package dev.stillgate.proxy.jwt;

import dev.stillgate.proxy.json.JsonScalars;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a token in JWS Compact Serialization (RFC 7515 section 7.1). Decoding is strict and raises no exception,
 * because hostile clients can cause many failures.
 */
final class JwtToken {
    private static final int PARTS = 3;
    private static final String BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /** For each byte its six bits in base64url, -1 for other bytes. */
    private static final byte[] BITS = new byte[256];

    static {
        Arrays.fill(BITS, (byte) -1);
        for (int i = 0; i < BASE64URL.length(); i++) {
            BITS[BASE64URL.charAt(i)] = (byte) i;
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

    /**
     * Returns the token in a range of bytes; null unless it has exactly three parts, none of them empty, and each in its
     * only form in base64url. Otherwise one signature could be sent in many forms, of which each is checked.
     */
    static @Nullable JwtToken split(byte[] bytes, int start, int length) {
        int[] ends = new int[PARTS];
        int part = 0;
        int from = start;
        for (int i = start; i <= start + length; i++) {
            if (i < start + length && bytes[i] != '.') {
                if (BITS[bytes[i] & 0xff] < 0) {
                    return null;
                }
                continue;
            }
            if (part == PARTS || i == from || !isWhole(i - from, bytes[i - 1])) {
                return null;
            }
            ends[part++] = i;
            from = i + 1;
        }
        return part == PARTS ? new JwtToken(bytes, start, ends) : null;
    }

    /** Returns whether characters encode whole bytes, with zeros as the spare bits of the last one. */
    private static boolean isWhole(int length, byte last) {
        return switch (length % 4) {
            case 0 -> true;
            case 2 -> (BITS[last & 0xff] & 0xf) == 0;
            case 3 -> (BITS[last & 0xff] & 0x3) == 0;
            default -> false;
        };
    }

    /** Returns whether the header demands extensions (RFC 7515 section 4.1.11), by a list or by any other value. */
    boolean isCritical() {
        try {
            return JsonValues.hasMember(decoded(start, ends[0]), "crit");
        } catch (MalformedBody notJson) {
            return false;
        }
    }

    /** Returns the named members of the header; null unless it is a JSON object. */
    @Nullable
    Map<?, ?> header(Set<String> names) {
        return members(start, ends[0], names);
    }

    /** Returns the named claims; null unless the payload is a JSON object. */
    @Nullable
    Map<?, ?> claims(Set<String> names) {
        return members(ends[0] + 1, ends[1], names);
    }

    byte[] signature() {
        return decoded(ends[1] + 1, ends[2]);
    }

    /** Returns the bytes that the signature covers. */
    byte[] signed() {
        return Arrays.copyOfRange(bytes, start, ends[1]);
    }

    private @Nullable Map<?, ?> members(int from, int to, Set<String> names) {
        try {
            return JsonScalars.read(decoded(from, to), names);
        } catch (MalformedBody notJson) {
            return null;
        }
    }

    private byte[] decoded(int from, int to) {
        return Base64.getUrlDecoder().decode(Arrays.copyOfRange(bytes, from, to));
    }
}
