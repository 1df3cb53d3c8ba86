package dev.stillgate.proxy.http;

import java.nio.charset.StandardCharsets;

/** Header fields that the gateway itself interprets, as small ids assigned while a head is parsed. */
public final class KnownHeader {
    public static final byte OTHER = 0;
    public static final byte HOST = 1;
    public static final byte CONTENT_LENGTH = 2;
    public static final byte TRANSFER_ENCODING = 3;
    public static final byte CONNECTION = 4;

    /** {@code keep-alive} or {@code proxy-connection}: hop-by-hop fields that the gateway does not read. */
    public static final byte KEEP_ALIVE = 5;

    public static final byte X_GOOG_API_KEY = 6;
    public static final byte TE = 7;
    public static final byte TRAILER = 8;
    public static final byte UPGRADE = 9;
    public static final byte EXPECT = 10;
    public static final byte CONTENT_TYPE = 11;
    public static final byte CONTENT_ENCODING = 12;
    public static final byte ACCEPT_ENCODING = 13;
    public static final byte X_API_KEY = 14;
    public static final byte AUTHORIZATION = 15;
    public static final byte X_FORWARDED_FOR = 16;
    public static final byte X_FORWARDED_HOST = 17;
    public static final byte X_FORWARDED_PROTO = 18;
    public static final byte FORWARDED = 19;
    public static final byte VIA = 20;
    public static final byte REQUEST_ID = 21;
    public static final byte X_REQUEST_ID = 22;
    public static final byte PROXY_AUTHORIZATION = 23;
    public static final byte PROXY_AUTHENTICATE = 24;
    public static final byte HTTP2_SETTINGS = 25;
    public static final byte X_REAL_IP = 26;
    public static final byte RANGE = 27;

    public static final byte API_KEY = 28;

    /** Any field with an underscore in its name: some servers map it to a hyphen. */
    public static final byte UNDERSCORED = 29;

    /**
     * Any field that makes some servers override the request line's method or target, or leave out parts of the response.
     * Also any field with a credential that the gateway does not read. Never forwarded.
     */
    public static final byte REROUTING = 30;

    /**
     * {@code content_length} or {@code transfer_encoding}: a server that maps the underscore to a hyphen would frame
     * the body by it.
     */
    public static final byte FRAMING_TWIN = 31;

    private static final String[] NAMES = {
        "",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "x-goog-api-key",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "content-type",
        "content-encoding",
        "accept-encoding",
        "x-api-key",
        "authorization",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "forwarded",
        "via",
        "request-id",
        "x-request-id",
        "proxy-authorization",
        "proxy-authenticate",
        "http2-settings",
        "x-real-ip",
        "range",
        "api-key",
        "proxy-connection"
    };

    /** Index of the second name of {@link #KEEP_ALIVE}; all other indexes are ids. */
    private static final byte PROXY_CONNECTION = 29;

    private static final byte[][] REROUTING_NAMES = {
        ascii("x-http-method-override"),
        ascii("x-http-method"),
        ascii("x-method-override"),
        ascii("x-original-url"),
        ascii("x-rewrite-url"),
        ascii("x-goog-fieldmask"),
        ascii("x-auth-token")
    };

    private static final byte[][] FRAMING_TWIN_NAMES = {ascii("content_length"), ascii("transfer_encoding")};

    /** Length of the longest known name. */
    static final int LONGEST = 22;

    private static final byte[][] BY_LENGTH = new byte[LONGEST + 1][];
    private static final byte[][] BYTES = new byte[NAMES.length][];

    static {
        for (int length = 0; length <= LONGEST; length++) {
            int count = 0;
            byte[] ids = new byte[NAMES.length];
            for (byte id = 1; id < NAMES.length; id++) {
                BYTES[id] = ascii(NAMES[id]);
                if (BYTES[id].length == length) {
                    ids[count++] = id;
                }
            }
            BY_LENGTH[length] = java.util.Arrays.copyOf(ids, count);
        }
    }

    private KnownHeader() {}

    /**
     * Returns the id of the field name at {@code [start, end)}, ignoring case; {@link #OTHER} if the name is unknown.
     */
    static byte of(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length <= LONGEST) {
            for (byte id : BY_LENGTH[length]) {
                if (sameName(bytes, start, BYTES[id])) {
                    return id == PROXY_CONNECTION ? KEEP_ALIVE : id;
                }
            }
        }
        for (int i = start; i < end; i++) {
            if (bytes[i] == '_') {
                return isOneOf(FRAMING_TWIN_NAMES, bytes, start, length) ? FRAMING_TWIN : UNDERSCORED;
            }
        }
        boolean rerouting =
                length > 0 && (bytes[start] | 0x20) == 'x' && isOneOf(REROUTING_NAMES, bytes, start, length);
        return rerouting ? REROUTING : OTHER;
    }

    private static boolean isOneOf(byte[][] names, byte[] bytes, int start, int length) {
        for (byte[] name : names) {
            if (name.length == length && sameName(bytes, start, name)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the field is hop-by-hop (RFC 9110 section 7.6.1) and never forwarded. */
    public static boolean isHopByHop(byte id) {
        return switch (id) {
            case CONNECTION,
                    KEEP_ALIVE,
                    TE,
                    TRAILER,
                    TRANSFER_ENCODING,
                    UPGRADE,
                    PROXY_AUTHORIZATION,
                    PROXY_AUTHENTICATE,
                    HTTP2_SETTINGS -> true;
            default -> false;
        };
    }

    /**
     * Returns whether the token at {@code start} equals {@code lowerCase}, ignoring case. Bounds are the caller's
     * responsibility.
     */
    static boolean sameName(byte[] bytes, int start, byte[] lowerCase) {
        for (int i = 0; i < lowerCase.length; i++) {
            byte b = bytes[start + i];
            if (b != lowerCase[i] && !(b >= 'A' && b <= 'Z' && b + 32 == lowerCase[i])) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
