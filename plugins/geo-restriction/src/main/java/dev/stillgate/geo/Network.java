package dev.stillgate.geo;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * A network in CIDR notation.
 *
 * @param v4 whether it is of IPv4
 * @param high the first 64 bits of its first address, 0 for IPv4
 * @param low the last 64 bits of its first address, or the 32 of an IPv4 one
 * @param prefix the bits that its addresses share, from 0 to 32 or 128
 */
record Network(boolean v4, long high, long low, int prefix) {
    private static final int V4_BITS = 32;
    private static final int V6_BITS = 128;

    /**
     * Returns the network that the text stands for: {@code 203.0.113.0/24}, {@code 2001:db8::/32}, or an address alone.
     *
     * @throws IllegalArgumentException when it is none, or has bits set after its prefix
     */
    static Network parse(String text) {
        int slash = text.indexOf('/');
        byte[] bytes = address(slash < 0 ? text : text.substring(0, slash), text);
        boolean v4 = bytes.length * Byte.SIZE == V4_BITS;
        int most = v4 ? V4_BITS : V6_BITS;
        int prefix = slash < 0 ? most : prefix(text.substring(slash + 1), most, text);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long high = v4 ? 0 : buffer.getLong();
        long low = v4 ? buffer.getInt() & 0xffff_ffffL : buffer.getLong();
        Network network = new Network(v4, high, low, prefix);
        if ((high & ~network.highMask()) != 0 || (low & ~network.lowMask()) != 0) {
            throw new IllegalArgumentException(text + " has bits set after its prefix of " + prefix);
        }
        return network;
    }

    long firstHigh() {
        return high;
    }

    long firstLow() {
        return low;
    }

    long lastHigh() {
        return high | ~highMask();
    }

    long lastLow() {
        return low | ~lowMask();
    }

    private long highMask() {
        return v4 ? -1L : ones(prefix);
    }

    private long lowMask() {
        return ones(v4 ? prefix + V4_BITS : prefix - Long.SIZE);
    }

    /** Returns a word whose first so many bits are set. */
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
            // said below, with what was expected
        }
        throw new IllegalArgumentException(
                text + " is no network; expected one such as 203.0.113.0/24 or 2001:db8::/32");
    }

    private static int prefix(String digits, int most, String text) {
        boolean number =
                !digits.isEmpty() && digits.length() <= 3 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        int prefix = number ? Integer.parseInt(digits) : most + 1;
        if (prefix > most) {
            throw new IllegalArgumentException(text + " has no prefix length from 0 to " + most);
        }
        return prefix;
    }
}
