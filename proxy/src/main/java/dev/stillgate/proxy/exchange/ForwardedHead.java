package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.relay.UpstreamEndpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the head of the request to the upstream. It contains the client's header fields, except hop-by-hop and dropped
 * ones, and the gateway's own framing, forwarding and id fields.
 */
final class ForwardedHead {
    /** The {@code bodyLength} of a chunked body. */
    static final long CHUNKED = -1;

    /** The {@code bodyLength} of a request without a body and without {@code Content-Length}. */
    static final long NO_BODY = -2;

    private static final byte[] VERSION = ascii(" HTTP/1.1\r\nhost: ");
    private static final byte[] VIA = ascii("\r\nvia: 1.1 stillgate\r\n");
    private static final byte[] IDENTITY = ascii("accept-encoding: identity\r\n");
    private static final byte[] LENGTH = ascii("content-length: ");
    private static final byte[] TRANSFER_CHUNKED = ascii("transfer-encoding: chunked\r\n");
    private static final byte[] FORWARDED_FOR = ascii("x-forwarded-for: ");
    private static final byte[] FORWARDED_HOST = ascii("x-forwarded-host: ");
    private static final byte[] REQUEST_ID = ascii("x-request-id: ");
    private static final int CRLF = '\r' << 8 | '\n';

    private static final int ALWAYS_DROPPED = bit(KnownHeader.HOST)
            | bit(KnownHeader.CONTENT_LENGTH)
            | bit(KnownHeader.EXPECT)
            | bit(KnownHeader.X_FORWARDED_FOR)
            | bit(KnownHeader.X_FORWARDED_HOST)
            | bit(KnownHeader.FORWARDED)
            | bit(KnownHeader.X_REAL_IP)
            | bit(KnownHeader.X_REQUEST_ID)
            | bit(KnownHeader.UNDERSCORED)
            | bit(KnownHeader.REROUTING)
            | hopByHop();

    private ForwardedHead() {}

    /** Returns the {@code bodyLength} of a body that keeps its framing. */
    static long bodyLength(BodyFraming framing) {
        return switch (framing.kind()) {
            case CHUNKED -> CHUNKED;
            case NONE -> NO_BODY;
            default -> framing.length();
        };
    }

    /** Writes the head of an exchange's request; parameters as in the other method of this name. */
    static void write(
            ByteBuf out,
            ExchangeFacts facts,
            UpstreamEndpoint endpoint,
            boolean identity,
            boolean decoded,
            long bodyLength) {
        write(
                out,
                facts.head(),
                facts.keepsHost() ? null : endpoint,
                facts.peer().forwardedFor(),
                facts.id(),
                identity,
                decoded,
                facts.droppedFields(),
                facts.droppedNames(),
                bodyLength);
    }

    /**
     * Writes the head, including the empty line.
     *
     * @param endpoint the endpoint whose host and port become the Host field; null to keep the client's
     * @param identity whether the response must be complete and without a content coding, so that its usage can be read
     * @param decoded whether the body's content coding was removed
     * @param alsoDropped additional header fields that are not forwarded, as a bit set of {@link KnownHeader} ids
     * @param droppedNames additional header fields that are not forwarded, by their names in lower case
     * @param bodyLength the body's length in bytes, {@link #CHUNKED} or {@link #NO_BODY}
     */
    static void write(
            ByteBuf out,
            Http1Head head,
            @Nullable UpstreamEndpoint endpoint,
            ForwardedFor forwardedFor,
            RequestId id,
            boolean identity,
            boolean decoded,
            int alsoDropped,
            List<String> droppedNames,
            long bodyLength) {
        head.writeOriginForm(out);
        out.writeBytes(VERSION);
        if (endpoint == null) {
            head.writeValue(head.find(KnownHeader.HOST), out);
        } else {
            endpoint.writeAuthority(out);
        }
        out.writeBytes(VIA);
        int dropped = ALWAYS_DROPPED
                | (forwardedFor.trusted() ? 0 : bit(KnownHeader.X_FORWARDED_PROTO))
                | alsoDropped
                | (identity ? bit(KnownHeader.ACCEPT_ENCODING) | bit(KnownHeader.RANGE) : 0)
                | (decoded ? bit(KnownHeader.CONTENT_ENCODING) : 0);
        copyFields(out, head, dropped, droppedNames);
        forwarded(out, head, forwardedFor);
        out.writeBytes(REQUEST_ID);
        id.write(out);
        out.writeShort(CRLF);
        if (identity) {
            out.writeBytes(IDENTITY);
        }
        if (bodyLength >= 0) {
            out.writeBytes(LENGTH);
            writeDecimal(out, bodyLength);
            out.writeShort(CRLF);
        } else if (bodyLength == CHUNKED) {
            out.writeBytes(TRANSFER_CHUNKED);
        }
        out.writeShort(CRLF);
    }

    /** Addresses a written request to another endpoint; buffers as with {@link #withAuthority}. */
    static ByteBuf readdress(ByteBuf request, ExchangeFacts facts, UpstreamEndpoint before, UpstreamEndpoint after) {
        return facts.keepsHost() ? request : withAuthority(request, facts.head(), before.toString(), after.toString());
    }

    /**
     * Replaces the authority of a written request, to send it to another endpoint.
     *
     * @param request the request, starting with a head written by {@link #write}; ownership is taken
     * @return the request with the new authority, owned by the calling code
     */
    static ByteBuf withAuthority(ByteBuf request, Http1Head head, String before, String after) {
        if (before.equals(after)) {
            return request;
        }
        int start = request.readerIndex();
        int at = start + head.originFormLength() + VERSION.length;
        int rest = at + before.length();
        ByteBuf out = request.alloc().directBuffer(request.readableBytes() + after.length());
        out.writeBytes(request, start, at - start);
        ByteBufUtil.writeAscii(out, after);
        out.writeBytes(request, rest, request.writerIndex() - rest);
        request.release();
        return out;
    }

    private static void copyFields(ByteBuf out, Http1Head head, int dropped, List<String> names) {
        boolean named = !names.isEmpty();
        boolean nominates = head.has(KnownHeader.CONNECTION) && head.nominatesFields();
        int start = 0;
        int count = head.size();
        for (int i = 0; i < count; i++) {
            if ((dropped & 1 << head.id(i)) != 0
                    || (nominates && head.isNominated(i))
                    || (named && isOneOf(names, head, i))) {
                head.writeFields(start, i, out);
                start = i + 1;
            }
        }
        head.writeFields(start, count, out);
    }

    private static boolean isOneOf(List<String> names, Http1Head head, int field) {
        for (int i = 0; i < names.size(); i++) {
            if (head.nameIs(field, names.get(i))) {
                return true;
            }
        }
        return false;
    }

    private static void forwarded(ByteBuf out, Http1Head head, ForwardedFor forwardedFor) {
        out.writeBytes(FORWARDED_FOR);
        if (forwardedFor.trusted()) {
            for (int i = 0; i < head.size(); i++) {
                if (head.id(i) == KnownHeader.X_FORWARDED_FOR && head.valueEnd(i) > head.valueStart(i)) {
                    head.writeValue(i, out);
                    out.writeByte(',').writeByte(' ');
                }
            }
        }
        writeAddress(out, forwardedFor.peer());
        out.writeShort(CRLF);
        int host = head.find(KnownHeader.HOST);
        if (host >= 0) {
            out.writeBytes(FORWARDED_HOST);
            head.writeValue(host, out);
            out.writeShort(CRLF);
        }
    }

    private static void writeAddress(ByteBuf out, InetAddress address) {
        if (address instanceof java.net.Inet4Address) {
            byte[] quad = address.getAddress();
            for (int i = 0; i < 4; i++) {
                if (i > 0) {
                    out.writeByte('.');
                }
                writeDecimal(out, quad[i] & 0xff);
            }
        } else {
            ByteBufUtil.writeAscii(out, address.getHostAddress());
        }
    }

    static void writeDecimal(ByteBuf out, long value) {
        if (value >= 10) {
            writeDecimal(out, value / 10);
        }
        out.writeByte('0' + (int) (value % 10));
    }

    private static int hopByHop() {
        int mask = 0;
        for (byte id = 1; id < Integer.SIZE - 1; id++) {
            mask |= KnownHeader.isHopByHop(id) ? bit(id) : 0;
        }
        return mask;
    }

    private static int bit(byte id) {
        return 1 << id;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
