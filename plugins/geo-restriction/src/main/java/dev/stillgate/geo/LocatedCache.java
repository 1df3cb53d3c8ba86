package dev.stillgate.geo;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The last addresses located, for connections that carry the requests of many callers: a table in which each address has
 * two places it may stand in, and a newcomer drives out the older of the two there. Bounded, without locks, and without
 * allocation on a hit; threads may miss each other's latest entry, which costs a lookup and nothing else, because entries
 * are immutable.
 */
final class LocatedCache {
    private final @Nullable Located[] entries;
    private final int shift;

    /**
     * A cache.
     *
     * @param bits its size is two to the power of this, from 2 to 30
     */
    LocatedCache(int bits) {
        this.entries = new Located[1 << bits];
        this.shift = Integer.SIZE - bits;
    }

    /** Returns what that generation says of the address, or null when it is not here. */
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

    /** Returns the first of the address's two places, an even number. */
    private int place(InetAddress address) {
        int hash = address.hashCode() * 0x9e37_79b9; // Fibonacci hashing (Knuth, TAOCP 3, 6.4)
        return (hash >>> shift) & ~1;
    }
}
