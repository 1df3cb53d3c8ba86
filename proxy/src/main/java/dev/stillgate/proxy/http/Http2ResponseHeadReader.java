package dev.stillgate.proxy.http;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * Makes the head of an HTTP/1.1 answer of the fields of an HTTP/2 one (RFC 9113 section 8.3.2), as strictly as requests are
 * read: an upstream that is not what it should be must not be able to write lines of its own into an answer.
 */
public final class Http2ResponseHeadReader extends Http2FieldSection {
    private static final byte[] VERSION = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 3;

    private Http1Head head = new Http1Head();
    private boolean trailers;
    private boolean lineDone;

    /** Begins an answer, whose head is written into {@code into}. */
    public void beginAnswer(Http1Head into) {
        clearFault();
        head = into;
        head.clear();
        trailers = false;
        lineDone = false;
    }

    /** Begins a section that is checked and dropped. */
    public void beginTrailers() {
        clearFault();
        trailers = true;
    }

    /**
     * Ends the section.
     *
     * @throws BadMessage when it was malformed
     */
    public void end() throws BadMessage {
        throwFault();
        if (trailers) {
            return;
        }
        if (!lineDone) {
            throw BadMessage.malformed("pseudo-header", "An answer has a :status.");
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
        if (!lineDone) {
            throw BadMessage.malformed("pseudo-header", "A field stands before :status.");
        }
        Http2FieldRules.checkConnection(id);
        Http2FieldRules.write(head, name, value);
    }

    @Override
    void pseudo(AsciiString name, AsciiString value) throws BadMessage {
        if (trailers || lineDone || !name.contentEquals(":status")) {
            throw BadMessage.malformed("pseudo-header", "A head has :status once and first, and no other like it.");
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

    /** Writes the status line, which has no reason phrase: HTTP/2 has none. */
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
        lineDone = true;
    }

    private static BadMessage status() {
        return BadMessage.malformed("status", "The status is not a number from 100 to 599.");
    }
}
