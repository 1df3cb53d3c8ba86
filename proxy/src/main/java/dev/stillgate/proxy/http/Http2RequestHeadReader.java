package dev.stillgate.proxy.http;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Converts an HTTP/2 request's field section to an HTTP/1.1 head (RFC 9113 section 8.3.1), so that the rest of the
 * gateway handles one form of request. Rejects fields that would change their meaning as a line of text, and anything
 * that two recipients could interpret differently.
 */
public final class Http2RequestHeadReader extends Http2FieldSection {
    private static final AsciiString COOKIE = AsciiString.cached("cookie");
    private static final byte[] VERSION = " HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final AsciiString HOST = AsciiString.cached("host");

    private final int maxTarget;
    private Http1Head head = new Http1Head();
    private @Nullable AsciiString method;
    private @Nullable AsciiString path;
    private @Nullable AsciiString scheme;
    private @Nullable AsciiString authority;
    private final List<AsciiString> crumbs = new ArrayList<>();
    private boolean trailers;
    private boolean firstLineDone;
    private int pseudoOrder;

    /** Creates a reader of requests with a target of at most {@code maxTarget} bytes. */
    public Http2RequestHeadReader(int maxTarget) {
        this.maxTarget = maxTarget;
    }

    /** Starts a request, whose head is written into {@code into}. */
    public void beginRequest(Http1Head into) {
        begin();
        head = into;
        head.clear();
        trailers = false;
    }

    @Override
    public void beginTrailers() {
        begin();
        trailers = true;
    }

    private void begin() {
        clearFault();
        method = null;
        path = null;
        scheme = null;
        authority = null;
        crumbs.clear();
        firstLineDone = false;
        pseudoOrder = 0;
    }

    /**
     * Returns the order of the section's pseudo-header fields by their first letters: {@code m}, {@code p}, {@code a},
     * {@code s}.
     */
    public String pseudoOrder() {
        StringBuilder letters = new StringBuilder(4);
        for (int left = Integer.numberOfLeadingZeros(pseudoOrder) & ~7; left < Integer.SIZE; left += Byte.SIZE) {
            letters.append((char) ((pseudoOrder << left) >>> 24));
        }
        return letters.toString();
    }

    /** Returns whether the request line was written. */
    public boolean hasFirstLine() {
        return firstLineDone && head.targetEnd > 0;
    }

    /** Ends the section; the head of a malformed one has the request line at most. */
    @Override
    public void end() throws BadMessage {
        throwFault();
        if (trailers) {
            return;
        }
        firstLine();
        if (!crumbs.isEmpty()) { // joined into one field (RFC 9113 section 8.2.3)
            Http2FieldRules.write(
                    head, COOKIE, crumbs.size() == 1 ? crumbs.getFirst() : AsciiString.of(String.join("; ", crumbs)));
        }
        Http2FieldRules.end(head);
    }

    @Override
    void pseudo(AsciiString name, AsciiString value) throws BadMessage {
        if (trailers || firstLineDone) {
            throw malformed("pseudo-header", "A pseudo-header field is in the wrong place.");
        }
        boolean again;
        switch (name.toString()) {
            case ":method" -> {
                again = method != null;
                method = value;
            }
            case ":path" -> {
                again = path != null;
                path = value;
            }
            case ":scheme" -> {
                again = scheme != null;
                scheme = value;
            }
            case ":authority" -> {
                again = authority != null;
                authority = value;
            }
            default -> throw malformed("pseudo-header", "A pseudo-header field is unknown.");
        }
        if (again) {
            throw malformed("pseudo-header", "A pseudo-header field is repeated.");
        }
        pseudoOrder = (pseudoOrder << Byte.SIZE) | name.byteAt(1);
    }

    /** Writes the request line and, from the authority, the Host field. Called at the first regular field. */
    private void firstLine() throws BadMessage {
        if (firstLineDone) {
            return;
        }
        firstLineDone = true;
        AsciiString verb = method;
        AsciiString target = path;
        if (verb == null || target == null || scheme == null) {
            throw malformed("pseudo-header", "The request lacks :method, :scheme or :path.");
        }
        if (!scheme.contentEqualsIgnoreCase("http") && !scheme.contentEqualsIgnoreCase("https")) {
            throw malformed("pseudo-header", "The scheme is not http or https.");
        }
        requestLine(verb, target);
        AsciiString host = authority;
        if (host != null) {
            Http2FieldRules.checkValue(host);
            if (host.isEmpty()) {
                throw malformed("host", "The authority is empty.");
            }
            Http2FieldRules.write(head, HOST, host);
        }
    }

    private void requestLine(AsciiString verb, AsciiString target) throws BadMessage {
        for (int i = 0; i < verb.length(); i++) {
            if (!Http1HeadParser.TOKEN[verb.byteAt(i) & 0xff]) {
                throw malformed("request-line", "The method is not a token.");
            }
        }
        if (verb.isEmpty()) {
            throw malformed("request-line", "The method is empty.");
        }
        if (verb.length() > Http1HeadParser.MAX_METHOD) {
            throw Http1HeadParser.methodTooLong();
        }
        if (target.isEmpty()) {
            throw malformed("request-target", "The path is empty.");
        }
        if (target.length() > maxTarget) {
            throw Http1HeadParser.targetTooLong();
        }
        int query = -1;
        for (int i = 0; i < target.length(); i++) {
            byte b = target.byteAt(i);
            if (!Http1HeadParser.TARGET[b & 0xff]) {
                throw malformed("request-target", "The request target has characters that must be encoded.");
            }
            if (b == '?' && query < 0) {
                query = i;
            }
        }
        int start = verb.length() + 1;
        int end = start + target.length();
        head.ensure(end + VERSION.length);
        verb.copy(0, head.bytes, 0, verb.length());
        head.bytes[start - 1] = ' ';
        target.copy(0, head.bytes, start, target.length());
        Http1HeadParser.refuseEncodedLineEnd(head.bytes, start, end);
        System.arraycopy(VERSION, 0, head.bytes, end, VERSION.length);
        head.methodEnd = start - 1;
        head.targetStart = start;
        head.targetEnd = end;
        head.queryStart = query < 0 ? end : start + query;
        head.minorVersion = 1;
        head.length = end + VERSION.length;
        head.firstLineEnd = head.length;
    }

    @Override
    void regular(AsciiString name, AsciiString value) throws BadMessage {
        if (trailers) {
            return;
        }
        if (!firstLineDone) {
            firstLine();
        }
        if (name.equals(COOKIE)) {
            crumbs.add(value);
            return;
        }
        byte id = Http2FieldRules.idOf(name);
        Http2FieldRules.checkConnection(id);
        switch (id) {
            case KnownHeader.TE -> {
                if (!value.contentEquals("trailers")) {
                    throw malformed("connection-header", "TE has a value other than trailers.");
                }
            }
            case KnownHeader.HOST -> {
                AsciiString wanted = authority;
                if (wanted != null && !wanted.contentEqualsIgnoreCase(value)) {
                    throw malformed("host", "Host and :authority name different hosts.");
                }
                if (wanted != null) {
                    return; // already written; Host must not occur twice
                }
            }
            default -> {}
        }
        Http2FieldRules.write(head, name, value);
    }

    private static BadMessage malformed(String code, String message) {
        return BadMessage.malformed(code, message);
    }
}
