package dev.stillgate.geo;

import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.GeoRefusal;
import java.net.InetAddress;

/**
 * An address and what the databases of one generation say of it, in the form that rules are tested on. Immutable, with
 * final fields only: caches hand it from thread to thread without a lock.
 *
 * @param address the address itself
 * @param generation the {@link Snapshot} that was asked
 * @param v4 whether it is an IPv4 address
 * @param high the first 64 bits of an IPv6 address, 0 for IPv4
 * @param low the last 64 bits of an IPv6 address, or the 32 of an IPv4 one
 * @param country a {@link CountryCode}
 * @param anonymisers one bit for each kind, as in {@link Findings}
 * @param refusal the facts for later filters, as they are left for the log when the address is refused
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
    /** Returns what the databases say, for later filters. */
    GeoFacts facts() {
        return refusal.facts();
    }

    /** Returns whether this is what a snapshot of that generation says of that address. */
    boolean answers(InetAddress asked, long wanted) {
        return generation == wanted && address.equals(asked);
    }
}
