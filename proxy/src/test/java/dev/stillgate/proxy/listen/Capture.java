package dev.stillgate.proxy.listen;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads pcap and pcapng captures and reassembles what each side of each TCP connection sent. Supports Ethernet and
 * loopback, and IPv4 and IPv6 without extension headers.
 */
final class Capture {
    private static final int NG_SECTION = 0x0a0d0d0a;
    private static final int NG_INTERFACE = 1;
    private static final int NG_PACKET = 6;
    private static final int LOOPBACK = 0;
    private static final int ETHERNET = 1;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;
    private static final int TCP = 6;
    private static final int SYN = 2;

    private final Map<Side, TreeMap<Long, byte[]>> segments = new LinkedHashMap<>();
    private int datagrams;

    /** One direction of a connection. */
    record Side(String from, int fromPort, String to, int toPort) {
        static Side of(byte[] from, int fromPort, byte[] to, int toPort) {
            HexFormat hex = HexFormat.of();
            return new Side(hex.formatHex(from), fromPort, hex.formatHex(to), toPort);
        }
    }

    private Capture() {}

    static Capture of(Path file) throws IOException {
        Capture capture = new Capture();
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt(0) == NG_SECTION) {
            capture.blocks(in);
        } else {
            capture.records(in);
        }
        return capture;
    }

    /** Returns the number of UDP datagrams, where QUIC carries its ClientHellos. */
    int datagrams() {
        return datagrams;
    }

    private void records(ByteBuffer in) {
        int link = in.getInt(20) & 0xffff;
        for (int at = 24; at + 16 <= in.limit(); at += 16 + in.getInt(at + 8)) {
            packet(link, in.slice(at + 16, in.getInt(at + 8)));
        }
    }

    private void blocks(ByteBuffer in) {
        List<Integer> links = new ArrayList<>();
        for (int at = 0; at + 12 <= in.limit(); at += in.getInt(at + 4)) {
            int type = in.getInt(at);
            if (type == NG_INTERFACE) {
                links.add(in.getShort(at + 8) & 0xffff);
            } else if (type == NG_PACKET) {
                packet(links.get(in.getInt(at + 8)), in.slice(at + 28, in.getInt(at + 20)));
            }
        }
    }

    private void packet(int link, ByteBuffer in) {
        if (link == LOOPBACK) {
            network(in.slice(4, in.limit() - 4));
        } else if (link == ETHERNET && (in.getShort(12) & 0xffff) != 0) {
            int type = in.getShort(12) & 0xffff;
            if (type == IPV4 || type == IPV6) {
                network(in.slice(14, in.limit() - 14));
            }
        }
    }

    private void network(ByteBuffer in) {
        if (in.get(0) >> 4 == 4) {
            int head = (in.get(0) & 15) * 4;
            int total = in.getShort(2) & 0xffff;
            int end = total == 0 ? in.limit() : total; // 0 with segmentation offload
            transport(in.get(9), bytes(in, 12, 4), bytes(in, 16, 4), in.slice(head, Math.min(end, in.limit()) - head));
        } else {
            int length = Math.min(in.getShort(4) & 0xffff, in.limit() - 40);
            transport(in.get(6), bytes(in, 8, 16), bytes(in, 24, 16), in.slice(40, length));
        }
    }

    private void transport(int protocol, byte[] from, byte[] to, ByteBuffer in) {
        if (protocol != TCP) {
            datagrams += protocol == 17 ? 1 : 0;
            return;
        }
        int head = ((in.get(12) >> 4) & 15) * 4;
        Side side = Side.of(from, in.getShort(0) & 0xffff, to, in.getShort(2) & 0xffff);
        long first = (in.getInt(4) & 0xffffffffL) + ((in.get(13) & SYN) == 0 ? 0 : 1);
        byte[] content = bytes(in, head, in.limit() - head);
        if (content.length > 0) {
            segments.computeIfAbsent(side, absent -> new TreeMap<>())
                    .merge(first, content, (a, b) -> a.length >= b.length ? a : b);
        }
    }

    private static byte[] bytes(ByteBuffer in, int at, int length) {
        byte[] bytes = new byte[length];
        in.get(at, bytes);
        return bytes;
    }

    /** Returns the bodies of each side's ClientHellos in the order sent; a second one follows a HelloRetryRequest. */
    Map<Side, List<ByteBuf>> hellos() {
        Map<Side, List<ByteBuf>> all = new LinkedHashMap<>();
        segments.forEach((side, pieces) -> {
            List<ByteBuf> found = hellos(joined(pieces));
            if (!found.isEmpty()) {
                all.put(side, found);
            }
        });
        return all;
    }

    /** Returns the bytes up to the first gap. */
    private static byte[] joined(TreeMap<Long, byte[]> pieces) {
        byte[] all = new byte[0];
        long next = pieces.firstKey();
        for (Map.Entry<Long, byte[]> piece : pieces.entrySet()) {
            byte[] content = piece.getValue();
            int known = (int) Math.min(next - piece.getKey(), content.length);
            if (known < 0) {
                break;
            }
            int length = all.length;
            all = Arrays.copyOf(all, length + content.length - known);
            System.arraycopy(content, known, all, length, content.length - known);
            next = piece.getKey() + content.length;
        }
        return all;
    }

    private static List<ByteBuf> hellos(byte[] sent) {
        List<ByteBuf> found = new ArrayList<>();
        for (int at = 0; at + 9 <= sent.length; at++) {
            ByteBuf hello = startsHello(sent, at) ? handshake(sent, at) : null;
            if (hello != null) {
                found.add(hello);
                at += hello.readableBytes() - 1;
            }
        }
        return found;
    }

    private static boolean startsHello(byte[] sent, int at) {
        return sent[at] == 22 && sent[at + 1] == 3 && sent[at + 2] <= 4 && sent[at + 5] == 1 && sent[at + 6] == 0;
    }

    /** Returns the body of the handshake message that starts in this record and may span several. */
    private static @Nullable ByteBuf handshake(byte[] sent, int from) {
        ByteBuf message = Unpooled.buffer();
        for (int at = from; at + 5 <= sent.length && sent[at] == 22; ) {
            int length = ((sent[at + 3] & 0xff) << 8) | (sent[at + 4] & 0xff);
            message.writeBytes(sent, at + 5, Math.min(length, sent.length - at - 5));
            at += 5 + length;
            if (message.readableBytes() >= 4 && message.readableBytes() >= 4 + message.getUnsignedMedium(1)) {
                return message.slice(4, message.getUnsignedMedium(1));
            }
        }
        return null;
    }
}
