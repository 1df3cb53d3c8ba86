package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.spi.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes the heads of answers as field sections of HTTP/2. Every field is a literal that is in no table (RFC 7541 section
 * 6.2.2): nothing has to be remembered between answers, and nothing of one can be guessed from the size of another.
 */
final class Http2AnswerHead {
    private static final byte[] VIA = ascii("via");
    private static final byte[] VIA_VALUE = ascii("1.1 stillgate");
    private static final int STATUS_200 = 0x88;
    private static final int STATUS = 0x08;
    private static final int NO_TABLE = 0x20;

    private Http2AnswerHead() {}

    /** Says that the table of fields is empty and stays so, which a peer that made it smaller must be told (section 4.2). */
    static void noTable(ByteBuf out) {
        out.writeByte(NO_TABLE);
    }

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
                literal(out, head.bytes(), head.nameStart(i), head.nameEnd(i), head.valueStart(i), head.valueEnd(i));
            }
        }
        out.writeByte(0);
        string(out, VIA);
        string(out, VIA_VALUE);
        for (int i = 0; i < added.size(); i++) {
            field(out, added.get(i).name(), added.get(i).value());
        }
    }

    /** Writes the head of an answer in the gateway's own words. */
    static void write(ByteBuf out, int status, List<Header> headers, int bodyLength, long millis) {
        status(out, status);
        field(out, "date", AnswerHeadWriter.date(millis));
        field(out, "content-type", "application/json");
        field(out, "x-content-type-options", "nosniff");
        field(out, "content-length", Integer.toString(bodyLength));
        for (Header header : headers) {
            field(out, header.name(), header.value());
        }
    }

    private static void literal(ByteBuf out, byte[] bytes, int name, int nameEnd, int value, int valueEnd) {
        out.writeByte(0);
        length(out, nameEnd - name);
        out.writeBytes(bytes, name, nameEnd - name);
        lower(out, nameEnd - name);
        length(out, valueEnd - value);
        out.writeBytes(bytes, value, valueEnd - value);
    }

    private static void field(ByteBuf out, String name, String value) {
        out.writeByte(0);
        length(out, name.length());
        ByteBufUtil.writeAscii(out, name);
        lower(out, name.length());
        length(out, value.length());
        ByteBufUtil.writeAscii(out, value);
    }

    /** Makes the last bytes lower case, as names of fields are (RFC 9113 section 8.2.1). */
    private static void lower(ByteBuf out, int last) {
        for (int i = out.writerIndex() - last; i < out.writerIndex(); i++) {
            byte b = out.getByte(i);
            if (b >= 'A' && b <= 'Z') {
                out.setByte(i, b + 32);
            }
        }
    }

    private static void string(ByteBuf out, byte[] text) {
        length(out, text.length);
        out.writeBytes(text);
    }

    /** Writes an integer with a prefix of 7 bits (RFC 7541 section 5.1). */
    private static void length(ByteBuf out, int value) {
        if (value < 0x7f) {
            out.writeByte(value);
            return;
        }
        out.writeByte(0x7f);
        int rest = value - 0x7f;
        while (rest >= 0x80) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
