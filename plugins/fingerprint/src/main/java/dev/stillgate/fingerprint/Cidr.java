package dev.stillgate.fingerprint;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A network of addresses that begin alike.
 *
 * @param text as it was written
 * @param first its first address
 * @param bits how many leading bits its addresses share
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Cidr(String text, byte[] first, int bits) {
    /**
     * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32} or an address alone.
     *
     * @throws IllegalArgumentException saying what was expected
     */
    static Cidr parse(String text) {
        int slash = text.indexOf('/');
        byte[] first;
        int bits;
        try {
            first = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                    .getAddress();
            bits = slash < 0 ? first.length * 8 : Integer.parseInt(text.substring(slash + 1));
        } catch (IllegalArgumentException e) {
            throw expected(text, e);
        }
        if (bits < 0 || bits > first.length * 8) {
            throw expected(text, null);
        }
        Cidr network = new Cidr(text, first, bits);
        for (int bit = bits; bit < first.length * 8; bit++) {
            if ((first[bit / 8] >> (7 - bit % 8) & 1) != 0) {
                throw new IllegalArgumentException("\"" + text + "\" has bits set after its prefix");
            }
        }
        return network;
    }

    private static IllegalArgumentException expected(String text, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "\"" + text + "\" is no network: expected one such as 10.0.0.0/8 or 2001:db8::/32", cause);
    }

    boolean holds(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != first.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (bytes[i] != first[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || (bytes[whole] ^ first[whole]) >> (8 - rest) == 0;
    }
}
