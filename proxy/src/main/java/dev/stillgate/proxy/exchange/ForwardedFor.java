package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Determines the client's address behind trusted proxies, from {@code X-Forwarded-For}. Each proxy appends the address
 * of its peer, so with n trusted hops the client is the n-th entry from the right. Entries further left come from the
 * client and are ignored. An entry may have a port, and an IPv6 address brackets. The last address is cached, because proxies reuse connections.
 */
final class ForwardedFor {
    /** Address of a client whose entry is not an address. It has no country and is in no network of a proxy. */
    private static final InetAddress NO_ADDRESS = of(new byte[4]);

    /** Bytes of an entry that are kept; an address with a port has 53 at most. */
    private static final int KEPT = 64;

    private final InetAddress peer;
    private final int trustedHops;
    private final Consumer<String> unreadable;
    private byte[] lastEntry = {' '}; // no trimmed entry
    private InetAddress lastAddress;

    ForwardedFor(InetAddress peer, int trustedHops, Consumer<String> unreadable) {
        this.peer = peer;
        this.trustedHops = trustedHops;
        this.unreadable = unreadable;
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
     * Returns the client's address. Without trusted hops, or if the entry is missing, this is the address of the TCP
     * peer. An entry that is not an address gives {@code 0.0.0.0}, so that no rule takes the client for the proxy.
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
        if (!Arrays.equals(bytes, from, to, lastEntry, 0, lastEntry.length)) {
            int kept = Math.min(to, from + KEPT);
            lastEntry = Arrays.copyOfRange(bytes, from, kept);
            lastAddress = kept < to ? NO_ADDRESS : address(text());
        }
        if (lastAddress.equals(NO_ADDRESS)) {
            unreadable.accept(text());
        }
        return lastAddress;
    }

    private String text() {
        return new String(lastEntry, StandardCharsets.US_ASCII);
    }

    private static InetAddress address(String entry) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(withoutPort(entry));
        return address == null ? NO_ADDRESS : of(address);
    }

    /** Returns the address of {@code address:port}, {@code [address]} or {@code [address]:port}. */
    private static String withoutPort(String entry) {
        int end = entry.startsWith("[") ? entry.indexOf(']') + 1 : entry.indexOf(':');
        boolean wholeV6 = entry.indexOf(':') != entry.lastIndexOf(':') && !entry.startsWith("[");
        return end > 0 && !wholeV6 && isPort(entry, end) ? entry.substring(0, end) : entry;
    }

    /** Returns whether the text ends at an index, or goes on with a colon and one to five digits. */
    private static boolean isPort(String text, int from) {
        int digits = text.length() - from - 1;
        return digits < 0
                || (digits >= 1
                        && digits <= 5
                        && text.charAt(from) == ':'
                        && text.chars().skip(from + 1L).allMatch(c -> c >= '0' && c <= '9'));
    }

    private static InetAddress of(byte... address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
