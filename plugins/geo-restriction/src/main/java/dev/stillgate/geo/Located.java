package dev.stillgate.geo;

import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.GeoRefusal;
import java.net.InetAddress;

/**
 * An address with its findings in one snapshot of the databases, in the form used by rules. Immutable with final fields
 * only, so caches can pass it between threads without a lock.
 *
 * @param address the address itself
 * @param generation generation of the {@link Snapshot}
 * @param v4 whether it is an IPv4 address
 * @param high the first 64 bits of an IPv6 address, 0 for IPv4
 * @param low the last 64 bits of an IPv6 address, or the 32 of an IPv4 one
 * @param country a {@link CountryCode}
 * @param anonymisers a bit for each kind, as in {@link Findings}
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
    /** Returns the findings for later filters. */
    GeoFacts facts() {
        return refusal.facts();
    }

    /** Returns whether this is the result for an address in a snapshot. */
    boolean answers(InetAddress asked, long wanted) {
        return generation == wanted && address.equals(asked);
    }
}
