package dev.stillgate.proxy.listen;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A PROXY protocol header, version 1 (text) or 2 (binary), as specified in HAProxy's {@code proxy-protocol.txt}. It
 * carries the client's address through a load balancer that does not speak HTTP. Parsed strictly: an invalid header is
 * rejected at its first wrong byte.
 *
 * @param length its size in bytes
 * @param source the client's address; null for the balancer's own connections (LOCAL, UNKNOWN) and clients without
 *     an IP address (UNSPEC, AF_UNIX)
 */
record ProxyHeader(int length, @Nullable InetSocketAddress source) {
    /** Largest header of version 1, in bytes, including the line end. */
    static final int MAX_V1 = 107;

    /** Largest accepted header of version 2, in bytes; the protocol allows 65,551. */
    static final int MAX_V2 = 4096;

    private static final byte[] V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] V2 = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
    private static final Pattern V4_LITERAL = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    private static final Pattern V6_LITERAL = Pattern.compile("[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");
    private static final int V2_FIXED = 16;
    private static final int TLV_FIXED = 3;
    private static final int TLV_CRC32C = 3;
    private static final int V4_BLOCK = 12;
    private static final int V6_BLOCK = 36;
    private static final int UNIX_BLOCK = 216;

    /**
     * Parses the header at the reader index, which does not move.
     *
     * @return null when more bytes are needed
     * @throws BadProxyHeader when the header is invalid
     */
    static @Nullable ProxyHeader read(ByteBuf in) throws BadProxyHeader {
        if (!in.isReadable()) {
            return null;
        }
        boolean binary = in.getByte(in.readerIndex()) == V2[0];
        byte[] signature = binary ? V2 : V1;
        int seen = Math.min(signature.length, in.readableBytes());
        for (int i = 0; i < seen; i++) {
            if (in.getByte(in.readerIndex() + i) != signature[i]) {
                throw new BadProxyHeader("proxy-signature");
            }
        }
        if (seen < signature.length) {
            return null;
        }
        return binary ? version2(in) : version1(in);
    }

    private static @Nullable ProxyHeader version1(ByteBuf in) throws BadProxyHeader {
        int start = in.readerIndex();
        int most = Math.min(MAX_V1, in.readableBytes());
        int end = in.indexOf(start, start + most, (byte) '\n');
        if (end < 0) {
            if (most == MAX_V1) {
                throw new BadProxyHeader("proxy-length");
            }
            return null;
        }
        String line = in.toString(start, end - start, StandardCharsets.ISO_8859_1);
        int length = end + 1 - start;
        if (!line.endsWith("\r") || line.indexOf('\r') < line.length() - 1) {
            throw new BadProxyHeader("proxy-line");
        }
        String[] words = line.substring(0, line.length() - 1).split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return new ProxyHeader(length, null); // the rest of the line is ignored, as specified
        }
        boolean v6 = words[1].equals("TCP6");
        if (words.length != 6 || !(v6 || words[1].equals("TCP4"))) {
            throw new BadProxyHeader("proxy-line");
        }
        InetAddress source = literal(words[2], v6);
        literal(words[3], v6);
        int port = port(words[4]);
        port(words[5]);
        return new ProxyHeader(length, new InetSocketAddress(source, port));
    }

    private static InetAddress literal(String text, boolean v6) throws BadProxyHeader {
        if (!(v6 ? V6_LITERAL : V4_LITERAL).matcher(text).matches()) {
            throw new BadProxyHeader("proxy-address");
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new BadProxyHeader("proxy-address");
        }
    }

    private static int port(String text) throws BadProxyHeader {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = digits && (text.length() == 1 || text.charAt(0) != '0') ? Integer.parseInt(text) : -1;
        if (port < 0 || port > 0xffff) {
            throw new BadProxyHeader("proxy-port");
        }
        return port;
    }

    private static @Nullable ProxyHeader version2(ByteBuf in) throws BadProxyHeader {
        if (in.readableBytes() < V2_FIXED) {
            return null;
        }
        int start = in.readerIndex();
        int command = in.getUnsignedByte(start + V2.length);
        int length = V2_FIXED + in.getUnsignedShort(start + V2_FIXED - 2);
        if (command != 0x20 && command != 0x21) {
            throw new BadProxyHeader("proxy-command");
        }
        if (length > MAX_V2) {
            throw new BadProxyHeader("proxy-length");
        }
        int family = in.getUnsignedByte(start + V2.length + 1);
        boolean local = command == 0x20;
        int addresses = local ? 0 : addresses(family);
        if (V2_FIXED + addresses > length) {
            throw new BadProxyHeader("proxy-length");
        }
        if (in.readableBytes() < length) {
            return null;
        }
        if (local || family == 0) {
            return new ProxyHeader(length, null); // the address block is ignored, as specified
        }
        checkRecords(in, start, start + V2_FIXED + addresses, start + length);
        return new ProxyHeader(length, addresses == UNIX_BLOCK ? null : source(in, start + V2_FIXED, addresses));
    }

    /** Returns the size of the address block; only stream sockets are accepted, since connections are TCP. */
    private static int addresses(int family) throws BadProxyHeader {
        return switch (family) {
            case 0x00 -> 0;
            case 0x11 -> V4_BLOCK;
            case 0x21 -> V6_BLOCK;
            case 0x31 -> UNIX_BLOCK;
            default -> throw new BadProxyHeader("proxy-family");
        };
    }

    private static InetSocketAddress source(ByteBuf in, int at, int block) {
        byte[] bytes = new byte[block == V4_BLOCK ? 4 : 16];
        in.getBytes(at, bytes);
        return new InetSocketAddress(address(bytes), in.getUnsignedShort(at + 2 * bytes.length));
    }

    /** Validates the type-length-value records: they must fill the header exactly, and a checksum must match. */
    private static void checkRecords(ByteBuf in, int start, int first, int end) throws BadProxyHeader {
        int at = first;
        int checksum = -1;
        while (at < end) {
            int value = at + TLV_FIXED;
            int after = value > end ? value : value + in.getUnsignedShort(at + 1);
            if (after > end) {
                throw new BadProxyHeader("proxy-record");
            }
            if (in.getByte(at) == TLV_CRC32C) {
                if (checksum >= 0 || after - value != Integer.BYTES) {
                    throw new BadProxyHeader("proxy-checksum");
                }
                checksum = value;
            }
            at = after;
        }
        if (checksum >= 0) {
            byte[] bytes = new byte[end - start];
            in.getBytes(start, bytes);
            for (int i = 0; i < Integer.BYTES; i++) {
                bytes[checksum - start + i] = 0; // CRC-32C (RFC 3720) is computed with its own field set to zero
            }
            CRC32C computed = new CRC32C();
            computed.update(bytes);
            if (computed.getValue() != in.getUnsignedInt(checksum)) {
                throw new BadProxyHeader("proxy-checksum");
            }
        }
    }

    /** Returns the address; an IPv4-mapped IPv6 address is returned as IPv4. */
    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}
