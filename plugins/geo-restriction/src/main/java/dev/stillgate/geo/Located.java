package dev.stillgate.geo;

import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.GeoRefusal;
import java.net.InetAddress;

/**
 * An address with its findings in one snapshot of the databases, in the form used by rules. Immutable with final fields
 * only, so caches can pass it between threads without a lock.
 *
 * @param address the address itself
 * @param generation generation of the {@link DatabaseSet}
 * @param v4 whether it is an IPv4 address
 * @param high the first 64 bits of an IPv6 address, 0 for IPv4
 * @param low the last 64 bits of an IPv6 address, or the 32 of an IPv4 one
 * @param country a {@link CountryCode}
 * @param anonymisers a bit for each kind, as in {@link LookupFields}
 * @param refusal the facts for later filters, in the form logged if the address is refused
 */
record Located(
        InetAddress address,
        long generation,
        boolean v4,
        long high,
        long low,
        int country,
        int anonymisers,
        GeoRefusal refusal) {
    /** Well-known prefix of IPv4 addresses that a translator has embedded in IPv6, 64:ff9b::/96 (RFC 6052). */
    private static final long TRANSLATED = 0x0064_ff9b_0000_0000L;

    /** Returns whether these are the two words of an IPv6 address with an embedded IPv4 address. */
    static boolean embedsV4(long high, long low) {
        return high == TRANSLATED && low >>> 32 == 0;
    }

    /** Returns the findings for later filters. */
    GeoFacts facts() {
        return refusal.facts();
    }

    /** Returns whether this is the result for an address in a snapshot. */
    boolean answers(InetAddress asked, long wanted) {
        return generation == wanted && address.equals(asked);
    }
}
