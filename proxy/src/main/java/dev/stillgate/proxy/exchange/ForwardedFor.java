package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Determines the client's address behind trusted proxies, from {@code X-Forwarded-For}. Each proxy appends the address
 * of its peer, so with n trusted hops the client is the n-th entry from the right. Entries further left come from the
 * client and are ignored. The last address is cached, because proxies reuse connections.
 */
final class ForwardedFor {
    private static final int LONGEST = 45;

    private final InetAddress peer;
    private final int trustedHops;
    private byte[] lastEntry = {};
    private InetAddress lastAddress;

    ForwardedFor(InetAddress peer, int trustedHops) {
        this.peer = peer;
        this.trustedHops = trustedHops;
        this.lastAddress = peer;
    }

    /** Returns whether there are trusted proxies, so that received {@code X-Forwarded-For} entries are forwarded. */
    boolean trusted() {
        return trustedHops > 0;
    }

    InetAddress peer() {
        return peer;
    }

    /**
     * Returns the client's address. Without trusted hops, or if the entry is missing or not an IP address, this is the
     * address of the TCP peer.
     */
    InetAddress address(Http1Head head) {
        if (trustedHops == 0 || !head.has(KnownHeader.X_FORWARDED_FOR)) {
            return peer;
        }
        int wanted = trustedHops;
        for (int field = head.size() - 1; field >= 0; field--) {
            if (head.id(field) == KnownHeader.X_FORWARDED_FOR) {
                int end = head.valueEnd(field);
                while (end > head.valueStart(field)) {
                    int start = entryStart(head, field, end);
                    if (--wanted == 0) {
                        return entry(head.bytes(), start, end);
                    }
                    end = start - 1;
                }
            }
        }
        return peer;
    }

    private static int entryStart(Http1Head head, int field, int end) {
        int start = end;
        while (start > head.valueStart(field) && head.bytes()[start - 1] != ',') {
            start--;
        }
        return start;
    }

    private InetAddress entry(byte[] bytes, int start, int end) {
        int from = start;
        int to = end;
        while (from < to && bytes[from] <= ' ') {
            from++;
        }
        while (to > from && bytes[to - 1] <= ' ') {
            to--;
        }
        if (to - from > LONGEST || to == from) {
            return peer;
        }
        if (!Arrays.equals(bytes, from, to, lastEntry, 0, lastEntry.length)) {
            String text = new String(bytes, from, to - from, StandardCharsets.US_ASCII);
            byte[] address = NetUtil.createByteArrayFromIpAddressString(text);
            lastAddress = peer;
            if (address != null) {
                try {
                    lastAddress = InetAddress.getByAddress(address);
                } catch (UnknownHostException impossible) {
                    throw new IllegalStateException(impossible);
                }
            }
            lastEntry = Arrays.copyOfRange(bytes, from, to);
        }
        return lastAddress;
    }
}
