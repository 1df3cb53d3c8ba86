package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.http2.HpackLiterals;
import dev.stillgate.spi.Header;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes the heads of answers as field sections of HTTP/2. */
final class Http2ResponseHeadWriter {
    private static final byte[] VIA = ascii("via");
    private static final byte[] VIA_VALUE = ascii("1.1 stillgate");
    private static final int STATUS_200 = 0x88;
    private static final int STATUS = 0x08;

    private Http2ResponseHeadWriter() {}

    static void status(ByteBuf out, int status) {
        if (status == 200) {
            out.writeByte(STATUS_200);
        } else {
            out.writeByte(STATUS).writeByte(3);
            out.writeByte('0' + status / 100).writeByte('0' + status / 10 % 10).writeByte('0' + status % 10);
        }
    }

    /** Writes the upstream's head, less what belongs to the upstream's connection. */
    static void write(ByteBuf out, Http1Head head, BodyFraming framing, List<Header> added) {
        status(out, head.status());
        boolean nominates = head.has(KnownHeader.CONNECTION) && head.nominatesFields();
        boolean dropLength = framing.length() < 0 || head.status() == 204;
        for (int i = 0; i < head.size(); i++) {
            byte field = head.id(i);
            boolean dropped = KnownHeader.isHopByHop(field)
                    || (dropLength && field == KnownHeader.CONTENT_LENGTH)
                    || (nominates && field != KnownHeader.CONTENT_LENGTH && head.isNominated(i));
            if (!dropped) {
                HpackLiterals.field(
                        out,
                        false,
                        head.bytes(),
                        head.nameStart(i),
                        head.nameEnd(i),
                        head.valueStart(i),
                        head.valueEnd(i));
            }
        }
        HpackLiterals.field(out, VIA, VIA_VALUE);
        for (int i = 0; i < added.size(); i++) {
            HpackLiterals.field(out, added.get(i).name(), added.get(i).value());
        }
    }

    /** Writes the head of an answer in the gateway's own words. */
    static void write(ByteBuf out, int status, List<Header> headers, int bodyLength, long millis) {
        status(out, status);
        HpackLiterals.field(out, "date", Http1ResponseHeadWriter.date(millis));
        HpackLiterals.field(out, "content-type", "application/json");
        HpackLiterals.field(out, "x-content-type-options", "nosniff");
        HpackLiterals.field(out, "content-length", Integer.toString(bodyLength));
        for (Header header : headers) {
            HpackLiterals.field(out, header.name(), header.value());
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
