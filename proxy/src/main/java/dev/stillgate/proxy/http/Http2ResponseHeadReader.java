package dev.stillgate.proxy.http;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * Converts an HTTP/2 response's field section to an HTTP/1.1 head (RFC 9113 section 8.3.2). As strict as for requests,
 * so that a faulty upstream cannot inject lines into a response.
 */
public final class Http2ResponseHeadReader extends Http2FieldSection {
    private static final byte[] VERSION = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 3;

    private Http1Head head = new Http1Head();
    private boolean trailers;
    private boolean firstLineDone;

    /** Starts a response, whose head is written into {@code into}. */
    public void beginResponse(Http1Head into) {
        clearFault();
        head = into;
        head.clear();
        trailers = false;
        firstLineDone = false;
    }

    @Override
    public void beginTrailers() {
        clearFault();
        trailers = true;
    }

    @Override
    public void end() throws BadMessage {
        throwFault();
        if (trailers) {
            return;
        }
        if (!firstLineDone) {
            throw BadMessage.malformed("pseudo-header", "The response has no :status.");
        }
        Http2FieldRules.end(head);
    }

    @Override
    void regular(AsciiString name, AsciiString value) throws BadMessage {
        byte id = Http2FieldRules.idOf(name);
        if (trailers) {
            if (id != KnownHeader.OTHER) {
                throw BadMessage.malformed("trailers", "A trailer has a name that is for the head only.");
            }
            return;
        }
        if (!firstLineDone) {
            throw BadMessage.malformed("pseudo-header", "A field precedes :status.");
        }
        Http2FieldRules.checkConnection(id);
        Http2FieldRules.write(head, name, value);
    }

    @Override
    void pseudo(AsciiString name, AsciiString value) throws BadMessage {
        if (trailers || firstLineDone || !name.contentEquals(":status")) {
            throw BadMessage.malformed(
                    "pseudo-header", "The response has a pseudo-header field other than one leading :status.");
        }
        if (value.length() != DIGITS) {
            throw status();
        }
        int status = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = value.byteAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw status();
            }
            status = status * 10 + digit;
        }
        if (status < 100 || status > 599) {
            throw status();
        }
        statusLine(value, status);
    }

    /** Writes the status line, without a reason phrase: HTTP/2 has none. */
    private void statusLine(AsciiString text, int status) {
        int end = VERSION.length + DIGITS;
        head.ensure(end + 3);
        System.arraycopy(VERSION, 0, head.bytes, 0, VERSION.length);
        text.copy(0, head.bytes, VERSION.length, DIGITS);
        head.bytes[end] = ' ';
        head.bytes[end + 1] = '\r';
        head.bytes[end + 2] = '\n';
        head.length = end + 3;
        head.firstLineEnd = head.length;
        head.minorVersion = 1;
        head.status = status;
        firstLineDone = true;
    }

    private static BadMessage status() {
        return BadMessage.malformed("status", "The status is not a number from 100 to 599.");
    }
}
