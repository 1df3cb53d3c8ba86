package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds the caller's address behind a number of trusted proxies: each appends its peer to {@code X-Forwarded-For}, so
 * with n trusted hops the caller is the n-th entry from the right, and what stands further left is the caller's own
 * claim and is not believed. The last address found is kept, since proxies reuse connections for one caller.
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

    /** Returns whether the field's entries come from trusted proxies and are passed on. */
    boolean trusted() {
        return trustedHops > 0;
    }

    InetAddress peer() {
        return peer;
    }

    /**
     * Returns the caller's address; the peer's when there are no trusted hops, and when the entry is missing or is not an
     * address: the last hop that is known then stands for the caller.
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
