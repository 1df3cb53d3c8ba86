package dev.stillgate.proxy.jwt;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Limit of the invalid signatures that are checked for one network, by the generic cell rate algorithm. Networks share
 * a fixed number of cells, chosen by a seeded hash. Thread-safe; allocates nothing.
 */
final class FailedChecks {
    /** The invalid signatures that are checked at once. */
    static final int BURST = 16;

    /** The further invalid signatures that are checked in a second. */
    static final int PER_SECOND = 4;

    private static final long INTERVAL = 1_000_000_000L / PER_SECOND;
    private static final int CELL_BITS = 12;

    private final long seed = ThreadLocalRandom.current().nextLong();

    /** For each cell the time in nanoseconds until which its past failures count. */
    private final AtomicLongArray paidUntil = new AtomicLongArray(1 << CELL_BITS);

    FailedChecks(long now) {
        for (int i = 0; i < paidUntil.length(); i++) {
            paidUntil.set(i, now);
        }
    }

    /** Returns whether a signature may be checked. */
    boolean allows(long network, long now) {
        return paidUntil.get(cell(network)) - now <= (BURST - 1) * INTERVAL;
    }

    /** Counts an invalid signature. */
    void failed(long network, long now) {
        paidUntil.accumulateAndGet(cell(network), now, (until, at) -> (until - at > 0 ? until : at) + INTERVAL);
    }

    /** Mixes a network with the seed (D. Stafford, 2011: finaliser of MurmurHash3, variant 13). */
    private int cell(long network) {
        long mixed = network ^ seed;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return (int) ((mixed ^ mixed >>> 31) >>> (Long.SIZE - CELL_BITS));
    }
}
