package dev.stillgate.proxy.http;

import dev.stillgate.spi.Verdict;

/**
 * How a message's body is delimited (RFC 9112 section 6.3). A message whose length two recipients could determine
 * differently is rejected: such disagreement is what request smuggling needs (section 11.2).
 *
 * @param kind how the body ends
 * @param length its length in bytes, for {@link Kind#LENGTH} only
 */
public record BodyFraming(Kind kind, long length) {
    public static final BodyFraming NONE = new BodyFraming(Kind.NONE, 0);
    public static final BodyFraming CHUNKED = new BodyFraming(Kind.CHUNKED, -1);
    public static final BodyFraming UNTIL_CLOSE = new BodyFraming(Kind.UNTIL_CLOSE, -1);

    private static final int MAX_DIGITS = 15;

    /** How a body ends. */
    public enum Kind {
        NONE,
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    /**
     * Returns how a request's body is delimited.
     *
     * @throws BadMessage when its framing or Host fields are invalid or ambiguous
     */
    public static BodyFraming ofRequest(Http1Head head) throws BadMessage {
        int hosts = head.countOf(KnownHeader.HOST);
        if (hosts > 1 || (hosts == 0 && head.minorVersion() == 1)) {
            throw BadMessage.malformed("host", "The request must have one Host field.");
        }
        if (hosts == 1) {
            int host = head.find(KnownHeader.HOST);
            requireAuthority(head, head.valueStart(host), head.valueEnd(host));
        }
        if (head.authorityStart > 0) {
            requireAuthority(head, head.authorityStart, head.targetStart);
            head.takeHostFromTarget();
        }
        if (head.has(KnownHeader.FRAMING_TWIN)) {
            throw BadMessage.malformed(
                    "framing-twin", "A field is named like Content-Length or Transfer-Encoding but for an underscore.");
        }
        if (head.methodIs("CONNECT")) { // the bytes after it belong to the tunnel (RFC 9112 section 6.3)
            throw BadMessage.malformed("connect", "CONNECT asks for a tunnel, which this server does not offer.");
        }
        requireSingle(head, KnownHeader.EXPECT, "expectation", "The request has more than one expectation.");
        requireSingle(head, KnownHeader.CONTENT_TYPE, "content-type", "The request has more than one Content-Type.");
        if (head.has(KnownHeader.CONNECTION)) {
            ConnectionOptions.check(head);
        }
        BodyFraming framing = ofFields(head);
        return framing.kind() == Kind.UNTIL_CLOSE ? NONE : framing;
    }

    /** Rejects a duplicate of a singleton field: one recipient takes the first value, another the last. */
    private static void requireSingle(Http1Head head, byte id, String code, String message) throws BadMessage {
        if (head.countOf(id) > 1) {
            throw BadMessage.malformed(code, message);
        }
    }

    /**
     * Rejects an authority with characters that a host and a port cannot have (RFC 3986 section 3.2), or with an empty
     * host. The latter makes no valid target URI (RFC 9110 section 4.2.1, RFC 9112 section 3.3).
     */
    private static void requireAuthority(Http1Head head, int start, int end) throws BadMessage {
        boolean fine = start < end && head.bytes()[start] != ':';
        for (int i = start; i < end; i++) {
            byte b = head.bytes()[i];
            fine &= (b >= 'a' && b <= 'z')
                    || (b >= 'A' && b <= 'Z')
                    || (b >= '0' && b <= '9')
                    || "-._~:[]%!$&'()*+;=".indexOf(b) >= 0;
        }
        if (!fine) {
            throw BadMessage.malformed("host", "The request's authority is not a host and a port.");
        }
    }

    /**
     * Returns how a response's body is delimited.
     *
     * @param toHead whether the request's method was HEAD
     * @throws BadMessage when its framing fields are invalid or ambiguous
     */
    public static BodyFraming ofResponse(Http1Head head, boolean toHead) throws BadMessage {
        int status = head.status();
        boolean bodiless = status < 200 || status == 204 || status == 304;
        if (bodiless && head.has(KnownHeader.TRANSFER_ENCODING)) {
            throw new BadMessage(Verdict.Kind.BAD_GATEWAY, "framing", "A status without a body has a transfer coding.");
        }
        BodyFraming framing = ofFields(head);
        return bodiless || toHead ? NONE : framing;
    }

    private static BodyFraming ofFields(Http1Head head) throws BadMessage {
        boolean length = head.has(KnownHeader.CONTENT_LENGTH);
        if (head.has(KnownHeader.TRANSFER_ENCODING)) {
            if (length) {
                throw BadMessage.malformed(
                        "length-and-chunked", "The message has both Content-Length and Transfer-Encoding.");
            }
            if (head.minorVersion() == 0) {
                throw BadMessage.malformed("transfer-coding-in-1.0", "HTTP/1.0 has no transfer codings.");
            }
            int field = head.find(KnownHeader.TRANSFER_ENCODING);
            if (head.countOf(KnownHeader.TRANSFER_ENCODING) > 1 || !head.valueIs(field, "chunked")) {
                throw BadMessage.malformed("transfer-coding", "The only transfer coding accepted is chunked.");
            }
            return CHUNKED;
        }
        return length ? ofLength(head) : UNTIL_CLOSE;
    }

    private static BodyFraming ofLength(Http1Head head) throws BadMessage {
        int field = head.find(KnownHeader.CONTENT_LENGTH);
        int start = head.valueStart(field);
        int end = head.valueEnd(field);
        if (head.countOf(KnownHeader.CONTENT_LENGTH) > 1 || start == end || end - start > MAX_DIGITS) {
            throw contentLength();
        }
        long value = 0;
        for (int i = start; i < end; i++) {
            int digit = head.bytes()[i] - '0';
            if (digit < 0 || digit > 9) {
                throw contentLength();
            }
            value = value * 10 + digit;
        }
        return new BodyFraming(Kind.LENGTH, value);
    }

    private static BadMessage contentLength() {
        return BadMessage.malformed("content-length", "Content-Length is not one plain number.");
    }
}
