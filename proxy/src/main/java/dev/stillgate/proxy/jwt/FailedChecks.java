package dev.stillgate.proxy.jwt;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Limits of the invalid signatures that are checked, for each client and for all together, by the generic cell rate
 * algorithm. A client is a network, or a known subject within one. Clients share a fixed number of cells, of which a
 * seeded hash gives each two. A client is refused only if both of its cells are spent, so a flood does not hit others by
 * chance. Thread-safe; allocates nothing.
 */
final class FailedChecks {
    /** The invalid signatures of a client that are checked at once. */
    static final int BURST = 16;

    /** The further invalid signatures of a client that are checked in a second. */
    static final int PER_SECOND = 4;

    /** All invalid signatures together take at most one in so many nanoseconds of one processor. */
    static final int SHARE = 4;

    /** The assumed least cost of a check, in nanoseconds. */
    static final long LEAST_COST = 50_000;

    /** The assumed greatest cost of a check, in nanoseconds: a longer one has been interrupted. */
    private static final long GREATEST_COST = 10_000_000;

    private static final long INTERVAL = 1_000_000_000L / PER_SECOND;

    /** The debt of all clients, in nanoseconds, up to which known subjects are checked. */
    private static final long KNOWN_DEBT = 1_000_000_000L;

    /** The debt up to which unknown subjects are checked; the rest is for known ones. */
    private static final long UNKNOWN_DEBT = KNOWN_DEBT / 2;

    private static final int CELL_BITS = 16;

    private final long seed = ThreadLocalRandom.current().nextLong();

    /** For each cell the time in nanoseconds until which its past failures count. */
    private final AtomicLongArray paidUntil = new AtomicLongArray(1 << CELL_BITS);

    /** The time until which the cost of all past failures counts. */
    private final AtomicLong allPaidUntil;

    FailedChecks(long now) {
        for (int i = 0; i < paidUntil.length(); i++) {
            paidUntil.set(i, now);
        }
        allPaidUntil = new AtomicLong(now);
    }

    /**
     * Returns whether a signature may be checked.
     *
     * @param client the number of the network or of the known subject
     * @param known whether the token names a known subject
     */
    boolean allows(long client, boolean known, long now) {
        return !isSpent(client, now) && allPaidUntil.get() - now <= (known ? KNOWN_DEBT : UNKNOWN_DEBT);
    }

    /** Returns whether a client has no invalid signature left. */
    boolean isSpent(long client, long now) {
        long hash = hash(client);
        return isCellSpent(first(hash), now) && isCellSpent(second(hash), now);
    }

    private boolean isCellSpent(int cell, long now) {
        return paidUntil.get(cell) - now > (BURST - 1) * INTERVAL;
    }

    /**
     * Counts an invalid signature.
     *
     * @param cost the time that its check took, in nanoseconds
     */
    void failed(long client, long cost, long now) {
        long hash = hash(client);
        charge(first(hash), now);
        if (second(hash) != first(hash)) {
            charge(second(hash), now);
        }
        long share = Math.clamp(cost, LEAST_COST, GREATEST_COST) * SHARE;
        allPaidUntil.accumulateAndGet(now, (until, at) -> (until - at > 0 ? until : at) + share);
    }

    private void charge(int cell, long now) {
        paidUntil.accumulateAndGet(cell, now, (until, at) -> (until - at > 0 ? until : at) + INTERVAL);
    }

    private static int first(long hash) {
        return (int) (hash >>> (Long.SIZE - CELL_BITS));
    }

    private static int second(long hash) {
        return (int) (hash >>> (Long.SIZE - 2 * CELL_BITS)) & (1 << CELL_BITS) - 1;
    }

    /** Mixes a client with the seed (D. Stafford, 2011: finaliser of MurmurHash3, variant 13). */
    private long hash(long client) {
        long mixed = client ^ seed;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
