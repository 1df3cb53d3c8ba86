package dev.stillgate.geo;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The last addresses located, for connections that carry the requests of many callers: a table in which each address has
 * one place, and a newcomer takes it. Bounded, without locks, and without allocation on a hit; threads may miss each
 * other's latest entry, which costs a lookup and nothing else, because entries are immutable.
 */
final class LocatedCache {
    private final @Nullable Located[] entries;
    private final int shift;

    /**
     * A cache.
     *
     * @param bits its size is two to the power of this, from 1 to 30
     */
    LocatedCache(int bits) {
        this.entries = new Located[1 << bits];
        this.shift = Integer.SIZE - bits;
    }

    /** Returns what that generation says of the address, or null when it is not here. */
    @Nullable
    Located get(InetAddress address, long generation) {
        Located entry = entries[place(address)];
        return entry != null && entry.answers(address, generation) ? entry : null;
    }

    void put(Located located) {
        entries[place(located.address())] = located;
    }

    int size() {
        return entries.length;
    }

    private int place(InetAddress address) {
        return (address.hashCode() * 0x9e37_79b9) >>> shift; // Fibonacci hashing (Knuth, TAOCP 3, 6.4)
    }
}
