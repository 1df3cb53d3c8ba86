package dev.stillgate.proxy.http2;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.proxy.http.Http2ResponseHeadReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Fuzz target: the HTTP/1.1 head made from an upstream's HTTP/2 field section is read back with the same fields, so
 * that no field becomes two lines or none.
 */
public final class Http2ResponseHeadFuzz {
    private static final int MAX = 64 * 1024;

    private Http2ResponseHeadFuzz() {}

    /** Runs the target on a compressed field section. */
    public static void fuzzerTestOneInput(byte[] section) {
        Http2ResponseHeadReader answers = new Http2ResponseHeadReader();
        Http1Head made = new Http1Head();
        answers.beginResponse(made);
        try {
            new Http2FieldDecoder(answers, MAX).decode(1, Unpooled.wrappedBuffer(section));
            answers.end();
        } catch (BadMessage | Http2Fault refused) {
            return;
        }
        Http1Head read = new Http1Head();
        ByteBuf text = Unpooled.wrappedBuffer(made.bytes(), 0, made.length());
        try {
            boolean whole = Http1HeadParser.ofResponses(read, 2 * MAX).feed(text);
            if (!whole || text.isReadable() || !described(made).equals(described(read))) {
                throw new IllegalStateException("made: " + described(made) + "\nread: " + described(read));
            }
        } catch (BadMessage e) {
            throw new IllegalStateException("made a head that is none: " + described(made), e);
        }
    }

    private static String described(Http1Head head) {
        StringBuilder seen = new StringBuilder().append(head.status());
        head.forEach((name, value) -> seen.append('|').append(name).append('=').append(value));
        return seen.toString();
    }
}
