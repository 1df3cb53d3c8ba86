package dev.stillgate.proxy.http;

import dev.stillgate.spi.Verdict;
import io.netty.util.AsciiString;

/**
 * Validates HTTP/2 fields and writes them as HTTP/1.1 field lines. A field must have the same meaning in both versions
 * (RFC 9113 sections 8.2.1 and 10.3).
 */
final class Http2FieldRules {
    private Http2FieldRules() {}

    static void checkName(AsciiString name) throws BadMessage {
        for (int i = 0; i < name.length(); i++) {
            byte b = name.byteAt(i);
            if (!Http1HeadParser.isToken(b) || (b >= 'A' && b <= 'Z')) {
                throw BadMessage.malformed("header-name", "A header field's name is not a token in lower case.");
            }
        }
    }

    static void checkValue(AsciiString value) throws BadMessage {
        int length = value.length();
        if (length > 0 && (Http1Head.isBlank(value.byteAt(0)) || Http1Head.isBlank(value.byteAt(length - 1)))) {
            throw BadMessage.malformed("header-value", "A header value begins or ends with a blank.");
        }
        for (int i = 0; i < length; i++) {
            if (!Http1HeadParser.VALUE[value.byteAt(i) & 0xff]) {
                throw BadMessage.malformed("header-value", "A header value has a control character.");
            }
        }
    }

    static byte idOf(AsciiString name) {
        return KnownHeader.of(name.array(), name.arrayOffset(), name.arrayOffset() + name.length());
    }

    /** Rejects connection-specific fields of HTTP/1.1 (RFC 9113 section 8.2.2). */
    static void checkConnection(byte id) throws BadMessage {
        switch (id) {
            case KnownHeader.CONNECTION, KnownHeader.KEEP_ALIVE, KnownHeader.TRANSFER_ENCODING, KnownHeader.UPGRADE ->
                throw BadMessage.malformed("connection-header", "HTTP/2 has no connection-specific header fields.");
            default -> {}
        }
    }

    /** Appends a field line to a head. */
    static void write(Http1Head head, AsciiString name, AsciiString value) throws BadMessage {
        if (head.count == Http1HeadParser.MAX_FIELDS) {
            throw new BadMessage(
                    Verdict.Kind.HEADERS_TOO_LARGE, "too-many-headers", "The request has too many header fields.");
        }
        int start = head.length;
        int nameEnd = start + name.length();
        int valueStart = nameEnd + 2;
        int valueEnd = valueStart + value.length();
        head.ensure(valueEnd + 2);
        byte[] bytes = head.bytes;
        name.copy(0, bytes, start, name.length());
        bytes[nameEnd] = ':';
        bytes[nameEnd + 1] = ' ';
        value.copy(0, bytes, valueStart, value.length());
        bytes[valueEnd] = '\r';
        bytes[valueEnd + 1] = '\n';
        head.length = valueEnd + 2;
        head.addField(start, nameEnd, valueStart, valueEnd);
    }

    /** Appends the empty line that ends a head. */
    static void end(Http1Head head) {
        int at = head.length;
        head.ensure(at + 2);
        head.bytes[at] = '\r';
        head.bytes[at + 1] = '\n';
        head.length = at + 2;
    }
}
