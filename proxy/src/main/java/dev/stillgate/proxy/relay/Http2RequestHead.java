package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.http2.HpackLiterals;
import dev.stillgate.proxy.http2.Http2Output;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Converts the head of a request from HTTP/1.1 syntax to an HTTP/2 field section (RFC 9113 section 8.3.1). Reused for
 * all requests of a connection.
 */
final class Http2RequestHead implements Http2Output.Fields {
    /** Indexes in the HPACK static table (RFC 7541 appendix A). */
    private static final int METHOD = 0x02;

    private static final int GET = 0x82;
    private static final int POST = 0x83;
    private static final int PATH = 0x04;
    private static final int HTTP = 0x86;
    private static final int HTTPS = 0x87;
    private static final int AUTHORITY = 0x01;
    private static final int PSEUDO = 64;
    private static final int GROWTH = 4;

    private final Http1Head head = new Http1Head();
    private final Http1HeadParser parser = Http1HeadParser.ofOwnRequests(head);
    private final int scheme;

    Http2RequestHead(boolean secure) {
        this.scheme = secure ? HTTPS : HTTP;
    }

    /** Reads the head from the start of a request. */
    void read(ByteBuf request) {
        parser.reset();
        try {
            if (parser.feed(request)) {
                return;
            }
        } catch (BadMessage e) {
            throw new IllegalStateException("the gateway wrote an invalid request head", e);
        }
        throw new IllegalStateException("the gateway wrote an incomplete request head");
    }

    /** Returns the approximate size of the field section, in bytes. */
    int size() {
        return head.length() + PSEUDO + GROWTH * head.size();
    }

    @Override
    public void write(ByteBuf section) {
        if (head.methodIs("POST")) {
            section.writeByte(POST);
        } else if (head.methodIs("GET")) {
            section.writeByte(GET);
        } else {
            byte[] method = head.method().getBytes(StandardCharsets.US_ASCII);
            section.writeByte(METHOD);
            HpackLiterals.string(section, method, 0, method.length);
        }
        section.writeByte(scheme).writeByte(PATH);
        HpackLiterals.string(section, head.bytes(), head.targetStart(), head.targetEnd());
        int host = head.find(KnownHeader.HOST);
        section.writeByte(AUTHORITY);
        HpackLiterals.string(section, head.bytes(), head.valueStart(host), head.valueEnd(host));
        for (int i = 0; i < head.size(); i++) {
            field(section, i);
        }
    }

    private void field(ByteBuf section, int i) {
        byte id = head.id(i);
        if (id == KnownHeader.HOST || KnownHeader.isHopByHop(id)) {
            return;
        }
        boolean secret = id == KnownHeader.AUTHORIZATION
                || id == KnownHeader.X_API_KEY
                || id == KnownHeader.API_KEY
                || id == KnownHeader.X_GOOG_API_KEY;
        HpackLiterals.field(
                section,
                secret,
                head.bytes(),
                head.nameStart(i),
                head.nameEnd(i),
                head.valueStart(i),
                head.valueEnd(i));
    }
}
