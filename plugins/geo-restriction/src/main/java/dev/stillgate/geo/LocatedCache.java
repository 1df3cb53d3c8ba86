package dev.stillgate.geo;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Cache of the last addresses located, for connections that carry requests of many clients. It is a two-way
 * set-associative table that replaces the older entry of a set. Bounded, lock-free, and without allocation on a hit.
 * Thread-safe: entries are immutable, and a thread that misses another's latest entry only repeats a lookup.
 */
final class LocatedCache {
    private final @Nullable Located[] entries;
    private final int shift;

    /**
     * Creates an empty cache.
     *
     * @param bits binary logarithm of the size, from 2 to 30
     */
    LocatedCache(int bits) {
        this.entries = new Located[1 << bits];
        this.shift = Integer.SIZE - bits;
    }

    /** Returns the cached result for an address and generation, or null. */
    @Nullable
    Located get(InetAddress address, long generation) {
        int place = place(address);
        Located newer = entries[place];
        if (newer != null && newer.answers(address, generation)) {
            return newer;
        }
        Located older = entries[place + 1];
        return older != null && older.answers(address, generation) ? older : null;
    }

    void put(Located located) {
        int place = place(located.address());
        entries[place + 1] = entries[place];
        entries[place] = located;
    }

    /** Returns the first of the address's two slots, an even number. */
    private int place(InetAddress address) {
        int hash = address.hashCode() * 0x9e37_79b9; // Fibonacci hashing (Knuth, TAOCP 3, 6.4)
        return (hash >>> shift) & ~1;
    }
}
