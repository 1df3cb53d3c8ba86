package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.spi.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Writes the heads of answers in HTTP/1.1. */
final class Http1ResponseHeadWriter {
    private static final byte[] VERSION = ascii("HTTP/1.1");
    private static final byte[] VIA = ascii("via: 1.1 stillgate\r\n");
    private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
    private static final byte[] CLOSE = ascii("connection: close\r\n");
    private static final byte[] KEEP_ALIVE = ascii("connection: keep-alive\r\n");
    private static final byte[] UPGRADED = ascii("connection: upgrade\r\nupgrade: websocket\r\n");
    private static final byte[] JSON = ascii("content-type: application/json\r\nx-content-type-options: nosniff\r\n");
    private static final int CRLF = '\r' << 8 | '\n';
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private Http1ResponseHeadWriter() {}

    /** How the connection goes on after the answer. */
    enum Persistence {
        /** As HTTP/1.1 does, without a word. */
        SILENT,
        /** An HTTP/1.0 peer asked to keep it. */
        KEEP_ALIVE,
        CLOSE,
        /** It carries WebSocket from here on. */
        UPGRADED
    }

    /**
     * Writes the upstream's head, less what belongs to the upstream's connection.
     *
     * @param framing how the answer is framed: Content-Length goes when it does not tell
     * @param chunked whether the content is chunked towards the caller
     */
    static void write(
            ByteBuf out, Http1Head head, BodyFraming framing, List<Header> added, boolean chunked, Persistence after) {
        out.writeBytes(VERSION);
        int statusStart = VERSION.length;
        if (firstLineEnd(head) - statusStart == " 200".length() + 2) { // no reason phrase, and not the blank before it
            out.writeBytes(head.bytes(), statusStart, " 200".length())
                    .writeByte(' ')
                    .writeShort(CRLF);
        } else {
            out.writeBytes(head.bytes(), statusStart, firstLineEnd(head) - statusStart);
        }
        boolean nominates = head.has(KnownHeader.CONNECTION) && head.nominatesFields();
        boolean dropLength = framing.length() < 0 || head.status() == 204;
        int start = 0;
        for (int i = 0; i < head.size(); i++) {
            byte field = head.id(i);
            boolean dropped = KnownHeader.isHopByHop(field)
                    || (dropLength && field == KnownHeader.CONTENT_LENGTH)
                    || (nominates && field != KnownHeader.CONTENT_LENGTH && head.isNominated(i));
            if (dropped) {
                head.writeFields(start, i, out);
                start = i + 1;
            }
        }
        head.writeFields(start, head.size(), out);
        out.writeBytes(VIA);
        for (int i = 0; i < added.size(); i++) {
            write(out, added.get(i));
        }
        if (chunked) {
            out.writeBytes(CHUNKED);
        }
        persistence(out, after);
        out.writeShort(CRLF);
    }

    private static int firstLineEnd(Http1Head head) {
        return head.size() > 0 ? head.nameStart(0) : head.length() - 2;
    }

    /** Writes the head of an answer in the gateway's own words. */
    static void write(ByteBuf out, int status, List<Header> headers, int bodyLength, long millis, Persistence after) {
        out.writeBytes(VERSION).writeByte(' ');
        ByteBufUtil.writeAscii(out, Integer.toString(status));
        out.writeByte(' ');
        ByteBufUtil.writeAscii(out, reason(status));
        out.writeShort(CRLF);
        write(out, new Header("date", date(millis)));
        out.writeBytes(JSON);
        write(out, new Header("content-length", Integer.toString(bodyLength)));
        for (Header header : headers) {
            write(out, header);
        }
        persistence(out, after);
        out.writeShort(CRLF);
    }

    /** Returns a time of the clock as HTTP writes it. */
    static String date(long millis) {
        return DATE.format(Instant.ofEpochMilli(millis));
    }

    private static void write(ByteBuf out, Header header) {
        ByteBufUtil.writeAscii(out, header.name());
        out.writeByte(':').writeByte(' ');
        ByteBufUtil.writeAscii(out, header.value());
        out.writeShort(CRLF);
    }

    private static void persistence(ByteBuf out, Persistence after) {
        if (after == Persistence.CLOSE) {
            out.writeBytes(CLOSE);
        } else if (after == Persistence.KEEP_ALIVE) {
            out.writeBytes(KEEP_ALIVE);
        } else if (after == Persistence.UPGRADED) {
            out.writeBytes(UPGRADED);
        }
    }

    private static String reason(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "";
        };
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
