package dev.stillgate.proxy.http;

/**
 * Validates the options of a request's Connection fields (RFC 9110 section 7.6.1). An option may name any field that
 * the gateway does not read itself, and any credential.
 *
 * <p>A field that the gateway reads must not be named: the gateway would act on it and the upstream would not see it.
 * The number of options is bounded because each is compared with each field.
 */
final class ConnectionOptions {
    private static final int MAX_OPTIONS = 16;

    private ConnectionOptions() {}

    /**
     * Checks every option of every Connection field.
     *
     * @throws BadMessage when there are too many options, or one is not a token or names an end-to-end field that
     *     the gateway reads
     */
    static void check(Http1Head head) throws BadMessage {
        int options = 0;
        for (int i = 0; i < head.size(); i++) {
            if (head.id(i) == KnownHeader.CONNECTION) {
                int at = head.valueStart(i);
                int end = head.valueEnd(i);
                while (at <= end) {
                    int comma = at;
                    while (comma < end && head.bytes()[comma] != ',') {
                        comma++;
                    }
                    if (++options > MAX_OPTIONS) {
                        throw BadMessage.malformed("connection", "The request has too many connection options.");
                    }
                    option(head.bytes(), at, comma);
                    at = comma + 1;
                }
            }
        }
    }

    private static void option(byte[] bytes, int from, int to) throws BadMessage {
        int start = from;
        int end = to;
        while (start < end && Http1Head.isBlank(bytes[start])) {
            start++;
        }
        while (end > start && Http1Head.isBlank(bytes[end - 1])) {
            end--;
        }
        for (int i = start; i < end; i++) {
            if (!Http1HeadParser.isToken(bytes[i])) {
                throw BadMessage.malformed("connection", "A connection option is not a token.");
            }
        }
        if (isEndToEnd(KnownHeader.of(bytes, start, end))) {
            throw BadMessage.malformed("connection", "A connection option names an end-to-end field.");
        }
    }

    private static boolean isEndToEnd(byte id) {
        return switch (id) {
            case KnownHeader.OTHER,
                    KnownHeader.UNDERSCORED,
                    KnownHeader.REROUTING,
                    KnownHeader.API_KEY,
                    KnownHeader.X_API_KEY,
                    KnownHeader.X_GOOG_API_KEY,
                    KnownHeader.AUTHORIZATION -> false;
            default -> !KnownHeader.isHopByHop(id);
        };
    }
}
