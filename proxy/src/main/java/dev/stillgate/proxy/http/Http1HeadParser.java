package dev.stillgate.proxy.http;

import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Strict incremental parser of HTTP/1.1 message heads (RFC 9112 sections 2 to 5). Anything that two recipients could
 * interpret differently is rejected: bare LF (section 2.2), obsolete line folding (section 5.2), whitespace before a
 * colon (section 5.1), control characters.
 *
 * <p>Input may be cut at any byte; each byte is scanned once.
 */
public final class Http1HeadParser {
    /** Maximum number of fields in a head. */
    public static final int MAX_FIELDS = 128;

    /** Maximum length of a method. */
    static final int MAX_METHOD = 16;

    private static final int COPY = 2048;
    private static final byte[] HTTP = "http://".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HTTPS = "https://".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ENCODED_LINE_END = "%0d%0a".getBytes(StandardCharsets.US_ASCII);
    static final boolean[] TOKEN = new boolean[256];
    static final boolean[] TARGET = new boolean[256];
    static final boolean[] VALUE = new boolean[256];

    static {
        for (int c = 0; c < 256; c++) {
            boolean alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            TOKEN[c] = alphanumeric || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
            TARGET[c] = c > ' ' && c < 0x7f && "\"#<>\\^`{|}".indexOf(c) < 0;
            VALUE[c] = c == '\t' || (c >= ' ' && c != 0x7f);
        }
    }

    private final Http1Head head;
    private final boolean request;
    private final int maxHead;
    private final int maxTarget;
    private final int maxFields;
    private int scanned;
    private int lineStart;
    private boolean firstLineDone;

    private Http1HeadParser(Http1Head head, boolean request, int maxHead, int maxTarget, int maxFields) {
        this.head = head;
        this.request = request;
        this.maxHead = maxHead;
        this.maxTarget = maxTarget;
        this.maxFields = maxFields;
    }

    /** Returns a parser that reads requests into {@code head}; sizes in bytes. */
    public static Http1HeadParser ofRequests(Http1Head head, int maxHead, int maxTarget) {
        return new Http1HeadParser(head, true, maxHead, maxTarget, MAX_FIELDS);
    }

    /** Returns a parser that reads responses into {@code head}; size in bytes. */
    public static Http1HeadParser ofResponses(Http1Head head, int maxHead) {
        return new Http1HeadParser(head, false, maxHead, 0, MAX_FIELDS);
    }

    /**
     * Returns a parser for requests written by the gateway itself: a client's request within the limits, plus the
     * gateway's own fields.
     */
    public static Http1HeadParser ofOwnRequests(Http1Head head) {
        return new Http1HeadParser(head, true, Integer.MAX_VALUE, Integer.MAX_VALUE - COPY, Integer.MAX_VALUE);
    }

    /** Returns whether the byte is a token character (RFC 9110 section 5.6.2). */
    static boolean isToken(byte b) {
        return TOKEN[b & 0xff];
    }

    /** Discards the message read so far. */
    public void reset() {
        head.clear();
        scanned = 0;
        lineStart = 0;
        firstLineDone = false;
    }

    /** Returns whether the first line is complete and valid. */
    public boolean hasFirstLine() {
        return firstLineDone;
    }

    /** Returns whether any byte of a message has been read. */
    public boolean hasBegun() {
        return head.length > 0;
    }

    /**
     * Reads bytes up to the end of the head and none after it.
     *
     * @return true when the head is complete
     * @throws BadMessage when the head is invalid or too large
     */
    public boolean feed(ByteBuf in) throws BadMessage {
        while (in.isReadable()) {
            int before = head.length;
            int take = Math.min(in.readableBytes(), COPY);
            head.ensure(before + take);
            in.getBytes(in.readerIndex(), head.bytes, before, take);
            head.length = before + take;
            boolean done = scan();
            if (done) {
                head.length = scanned;
            }
            in.skipBytes(head.length - before);
            if (head.length > maxHead || (!firstLineDone && request && head.length > maxTarget + 64)) {
                throw tooLarge();
            }
            if (done) {
                return true;
            }
        }
        return false;
    }

    private BadMessage tooLarge() {
        if (firstLineDone || !request) {
            return new BadMessage(
                    Verdict.Kind.HEADERS_TOO_LARGE, "headers-too-large", "The request's header section is too large.");
        }
        int at = 0;
        while (at <= MAX_METHOD && TOKEN[head.bytes[at] & 0xff]) {
            at++;
        }
        return at > MAX_METHOD ? methodTooLong() : targetTooLong();
    }

    static BadMessage methodTooLong() {
        return new BadMessage(Verdict.Kind.NOT_IMPLEMENTED, "method-too-long", "The request's method is unknown.");
    }

    static BadMessage targetTooLong() {
        return new BadMessage(Verdict.Kind.TARGET_TOO_LONG, "target-too-long", "The request's target is too long.");
    }

    private boolean scan() throws BadMessage {
        byte[] bytes = head.bytes;
        int end = head.length;
        for (int i = scanned; i < end; i++) {
            if (bytes[i] == '\n') {
                if (i == lineStart || bytes[i - 1] != '\r') {
                    throw BadMessage.malformed("bare-line-feed", "A line of the head does not end in CR LF.");
                }
                int lineEnd = i - 1;
                int start = lineStart;
                lineStart = i + 1;
                if (!firstLineDone) {
                    firstLine(start, lineEnd);
                    firstLineDone = true;
                    head.firstLineEnd = i + 1;
                } else if (lineEnd == start) {
                    scanned = i + 1;
                    return true;
                } else {
                    field(start, lineEnd);
                }
            }
        }
        scanned = end;
        return false;
    }

    private void firstLine(int start, int end) throws BadMessage {
        if (request) {
            requestLine(start, end);
        } else {
            statusLine(start, end);
        }
    }

    private void requestLine(int start, int end) throws BadMessage {
        byte[] bytes = head.bytes;
        int at = start;
        while (at < end && TOKEN[bytes[at] & 0xff]) {
            at++;
        }
        if (at == start || at == end || bytes[at] != ' ') {
            throw BadMessage.malformed("request-line", "The request line is not of HTTP/1.1.");
        }
        if (at - start > MAX_METHOD) {
            throw methodTooLong();
        }
        head.methodEnd = at++;
        int query = -1;
        int target = at;
        while (at < end && TARGET[bytes[at] & 0xff]) {
            if (bytes[at] == '?' && query < 0) {
                query = at;
            }
            at++;
        }
        head.targetEnd = at;
        head.queryStart = query < 0 ? at : query;
        if (at == target || at == end || bytes[at] != ' ') {
            throw BadMessage.malformed("request-target", "The request target has characters that must be encoded.");
        }
        head.targetStart = target;
        if (bytes[target] != '/') {
            absoluteForm(target);
        }
        refuseEncodedLineEnd(bytes, target, at);
        if (at - target > maxTarget) {
            throw targetTooLong();
        }
        if (end - at != 9) {
            throw BadMessage.malformed("http-version", "The request line does not end in an HTTP/1 version.");
        }
        version(at + 1);
    }

    /** Finds authority and path of a target in absolute form (RFC 9112 section 3.2.2), if it is one with a path. */
    private void absoluteForm(int start) {
        byte[] bytes = head.bytes;
        int authority = start;
        for (byte[] scheme : List.of(HTTP, HTTPS)) {
            if (start + scheme.length < head.queryStart && KnownHeader.sameName(bytes, start, scheme)) {
                authority = start + scheme.length;
            }
        }
        int path = authority;
        while (path < head.queryStart && bytes[path] != '/') {
            path++;
        }
        if (authority > start && path < head.queryStart) {
            head.authorityStart = authority;
            head.targetStart = path;
        }
    }

    /**
     * Rejects a target with an encoded CR LF. A server that decodes the target before it looks for the end of the line
     * would read two requests.
     */
    static void refuseEncodedLineEnd(byte[] bytes, int start, int end) throws BadMessage {
        for (int i = start; i <= end - ENCODED_LINE_END.length; i++) {
            if (bytes[i] == '%' && KnownHeader.sameName(bytes, i, ENCODED_LINE_END)) {
                throw BadMessage.malformed("request-target", "The request target has an encoded line end.");
            }
        }
    }

    private void statusLine(int start, int end) throws BadMessage {
        byte[] bytes = head.bytes;
        if (end - start < 12 || bytes[start + 8] != ' ' || (end - start > 12 && bytes[start + 12] != ' ')) {
            throw BadMessage.malformed("status-line", "The status line is not of HTTP/1.1.");
        }
        version(start);
        int status = 0;
        for (int i = start + 9; i < start + 12; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                throw BadMessage.malformed("status-line", "The status is not a number.");
            }
            status = status * 10 + digit;
        }
        if (status < 100 || status > 599) {
            throw BadMessage.malformed("status-line", "The status is not from 100 to 599.");
        }
        for (int i = start + 12; i < end; i++) {
            if (!VALUE[bytes[i] & 0xff]) {
                throw BadMessage.malformed("status-line", "The reason phrase has a control character.");
            }
        }
        head.status = status;
    }

    private void version(int at) throws BadMessage {
        byte[] b = head.bytes;
        boolean http1 = b[at] == 'H'
                && b[at + 1] == 'T'
                && b[at + 2] == 'T'
                && b[at + 3] == 'P'
                && b[at + 4] == '/'
                && b[at + 5] == '1'
                && b[at + 6] == '.'
                && (b[at + 7] == '0' || b[at + 7] == '1');
        if (!http1) {
            throw BadMessage.malformed("http-version", "The version is not HTTP/1.0 or HTTP/1.1.");
        }
        head.minorVersion = b[at + 7] - '0';
    }

    private void field(int start, int end) throws BadMessage {
        byte[] bytes = head.bytes;
        int at = start;
        while (at < end && TOKEN[bytes[at] & 0xff]) {
            at++;
        }
        if (at == start || at == end || bytes[at] != ':') {
            throw BadMessage.malformed("header-name", "A header line has no proper name before its colon.");
        }
        int nameEnd = at++;
        while (at < end && Http1Head.isBlank(bytes[at])) {
            at++;
        }
        int valueEnd = end;
        while (valueEnd > at && Http1Head.isBlank(bytes[valueEnd - 1])) {
            valueEnd--;
        }
        for (int i = at; i < valueEnd; i++) {
            if (!VALUE[bytes[i] & 0xff]) {
                throw BadMessage.malformed("header-value", "A header value has a control character.");
            }
        }
        if (head.count == maxFields) {
            throw new BadMessage(
                    Verdict.Kind.HEADERS_TOO_LARGE, "too-many-headers", "The request has too many header fields.");
        }
        head.addField(start, nameEnd, at, valueEnd);
    }
}
