package dev.stillgate.spi;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * A network in CIDR notation: {@code 10.0.0.0/8}, {@code 2001:db8::/32} or a single address.
 *
 * @param v4 true for IPv4, false for IPv6
 * @param high the first 64 bits of its first address, 0 for IPv4
 * @param low the last 64 bits of its first address, or the 32 of an IPv4 one
 * @param prefix the length of the common prefix in bits, from 0 to 32 or 128
 */
public record Network(boolean v4, long high, long low, int prefix) {
    private static final int V4_BITS = 32;
    private static final int V6_BITS = 128;
    private static final long V4_MASK = 0xffff_ffffL;

    public Network {
        if (prefix < 0 || prefix > (v4 ? V4_BITS : V6_BITS)) {
            throw new IllegalArgumentException("its prefix is not from 0 to " + (v4 ? V4_BITS : V6_BITS));
        }
        if (v4 && (high != 0 || low >>> V4_BITS != 0)) {
            throw new IllegalArgumentException("an IPv4 address has " + V4_BITS + " bits");
        }
        if ((high & ~highMask(v4, prefix)) != 0 || (low & ~lowMask(v4, prefix)) != 0) {
            throw new IllegalArgumentException("it has bits set after its prefix of " + prefix);
        }
    }

    /**
     * Parses a network.
     *
     * @throws IllegalArgumentException if the text is not a network, or has bits set after its prefix
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        byte[] bytes = address(slash < 0 ? text : text.substring(0, slash), text);
        boolean v4 = bytes.length * Byte.SIZE == V4_BITS;
        int most = v4 ? V4_BITS : V6_BITS;
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long high = v4 ? 0 : buffer.getLong();
        long low = v4 ? buffer.getInt() & V4_MASK : buffer.getLong();
        try {
            return new Network(v4, high, low, slash < 0 ? most : prefix(text.substring(slash + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a network: " + e.getMessage(), e);
        }
    }

    /** Returns whether the network contains an address. */
    public boolean contains(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        if (bytes.remaining() * Byte.SIZE == V4_BITS) {
            return v4 && (bytes.getInt() & lowMask(true, prefix) & V4_MASK) == low;
        }
        return !v4
                && (bytes.getLong() & highMask(false, prefix)) == high
                && (bytes.getLong() & lowMask(false, prefix)) == low;
    }

    /** Returns the first 64 bits of the last address; 0 for IPv4. */
    public long lastHigh() {
        return v4 ? 0 : high | ~highMask(false, prefix);
    }

    /** Returns the last 64 bits of the last address, or the 32 of an IPv4 address. */
    public long lastLow() {
        return low | (v4 ? ~lowMask(true, prefix) & V4_MASK : ~lowMask(false, prefix));
    }

    private static long highMask(boolean v4, int prefix) {
        return v4 ? -1L : ones(prefix);
    }

    private static long lowMask(boolean v4, int prefix) {
        return ones(v4 ? prefix + V4_BITS : prefix - Long.SIZE);
    }

    /** Returns a word whose highest bits, of the given number, are set. */
    private static long ones(int bits) {
        return bits <= 0 ? 0 : bits >= Long.SIZE ? -1L : -1L << (Long.SIZE - bits);
    }

    private static byte[] address(String literal, String text) {
        boolean v6 = literal.indexOf(':') >= 0;
        boolean whole = v6 || literal.chars().filter(c -> c == '.').count() == 3; // 10.1 would be read as 10.0.0.1
        try {
            if (whole && literal.indexOf('%') < 0 && literal.indexOf('[') < 0) {
                return InetAddress.ofLiteral(literal).getAddress();
            }
        } catch (IllegalArgumentException e) {
            // reported below, with the expected form
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is not a network: expected one such as 10.0.0.0/8 or 2001:db8::/32");
    }

    private static int prefix(String digits) {
        boolean number =
                !digits.isEmpty() && digits.length() <= 3 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? Integer.parseInt(digits) : -1;
    }

    @Override
    public String toString() {
        ByteBuffer bytes = ByteBuffer.allocate((v4 ? V4_BITS : V6_BITS) / Byte.SIZE);
        if (v4) {
            bytes.putInt((int) low);
        } else {
            bytes.putLong(high).putLong(low);
        }
        try {
            return InetAddress.getByAddress(bytes.array()).getHostAddress() + "/" + prefix;
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}
