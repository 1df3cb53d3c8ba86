package dev.stillgate.proxy.jwt;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Limits the invalid signatures that are checked, for each client and for all clients of a kind, by the generic cell rate
 * algorithm. Clients share a fixed number of cells, of which a seeded hash gives each two. A client is refused only if both
 * of its cells are spent, so a flood does not hit others by chance. Thread-safe.
 */
final class FailedChecks {
    /** The invalid signatures of a client that are checked at once. */
    static final int BURST = 16;

    /** The further invalid signatures of a client that are checked in a second. */
    static final int PER_SECOND = 4;

    /** The invalid signatures of a /48 of IPv6 that are checked, as a multiple of those of a client. */
    static final int SITE = 16;

    /** The invalid signatures of one kind of clients take at most one in so many nanoseconds of one processor. */
    static final int SHARE = 12;

    /** The assumed least cost of a check, in nanoseconds. */
    static final long LEAST_COST = 50_000;

    /** The assumed greatest cost of a check, in nanoseconds: a longer one has been interrupted. */
    private static final long GREATEST_COST = 10_000_000;

    private static final long INTERVAL = 1_000_000_000L / PER_SECOND;

    /** The time for which a failure of a known subject counts as recent, in nanoseconds. */
    private static final long RECENT = 15_000_000_000L;

    private static final int CELL_BITS = 16;
    private static final int SUBJECT_BITS = 14;

    /** These tell the cells of different kinds of clients apart. */
    private static final long KNOWN = 0x9e3779b97f4a7c15L;

    private static final long PROVEN = 0xbf58476d1ce4e5b9L;

    private static final long SITES = 0x94d049bb133111ebL;

    /**
     * The client that a check counts for.
     *
     * @param debt the debt of all clients of its kind: none can spend another's
     * @param cell the number of its cells
     * @param site the number of the cells of its /48 of IPv6; 0 for none
     * @param subject the cell of its known subject; -1 for other kinds
     */
    record Client(Debt debt, long cell, long site, int subject) {}

    /** The cost of past failures that still counts. */
    static final class Debt {
        /** The most debt at which a check is made, in nanoseconds. */
        private static final long MOST = 500_000_000L;

        private final AtomicLong paidUntil;

        Debt(long now) {
            paidUntil = new AtomicLong(now);
        }

        boolean isAtMost(long most, long now) {
            return paidUntil.get() - now <= most;
        }

        /** Adds a cost. The sum is bounded, so that checks begin again half a second after a flood at the latest. */
        void add(long cost, long now) {
            paidUntil.accumulateAndGet(
                    now, (until, at) -> Math.min((until - at > 0 ? until : at) + cost, at + 2 * MOST));
        }
    }

    private final long seed = ThreadLocalRandom.current().nextLong();

    /** For each cell the time in nanoseconds until which its past failures count. */
    private final AtomicLongArray paidUntil = new AtomicLongArray(1 << CELL_BITS);

    /** For each cell the time in nanoseconds until which the last failure of its known subjects is recent. */
    private final AtomicLongArray recentUntil = new AtomicLongArray(1 << SUBJECT_BITS);

    private final Debt strangers;
    private final Debt known;
    private final Debt proven;

    FailedChecks(long now) {
        for (int i = 0; i < paidUntil.length(); i++) {
            paidUntil.set(i, now);
        }
        for (int i = 0; i < recentUntil.length(); i++) {
            recentUntil.set(i, now);
        }
        strangers = new Debt(now);
        known = new Debt(now);
        proven = new Debt(now);
    }

    /**
     * Returns the client of a token that names an unknown subject. One site can have 65,536 networks of IPv6, so it has a
     * limit of its own.
     *
     * @param network an address of IPv4 in the lower half, or the first half of an address of IPv6
     */
    Client stranger(long network) {
        boolean v6 = network >>> Integer.SIZE != 0;
        return new Client(strangers, network, v6 ? network >>> 16 ^ SITES : 0, -1);
    }

    /** Returns the client of a token that names a known subject. It may be forged, so the subject pays at that network alone. */
    Client known(long account, long network) {
        int subject = (int) (hash(account) >>> (Long.SIZE - SUBJECT_BITS));
        return new Client(known, account ^ network ^ KNOWN, 0, subject);
    }

    /** Returns the client of a connection that has carried a genuine token of a subject. */
    Client proven(long account) {
        return new Client(proven, account ^ PROVEN, 0, -1);
    }

    /**
     * Returns whether a signature may be checked. Half of what known subjects may spend together is for those without a
     * recent failure at any network: subjects that send forged tokens from many networks cannot lock the others out.
     */
    boolean allows(Client client, long now) {
        if (isSpent(client, now)) {
            return false;
        }
        boolean failed = client.subject >= 0 && recentUntil.get(client.subject) - now > 0;
        return client.debt.isAtMost(failed ? Debt.MOST / 2 : Debt.MOST, now);
    }

    /** Returns whether a client has no invalid signature left. */
    boolean isSpent(Client client, long now) {
        return areCellsSpent(client.cell, now) || (client.site != 0 && areCellsSpent(client.site, now));
    }

    private boolean areCellsSpent(long cells, long now) {
        long hash = hash(cells);
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
    void failed(Client client, long cost, long now) {
        charge(client.cell, INTERVAL, now);
        if (client.site != 0) {
            charge(client.site, INTERVAL / SITE, now);
        }
        if (client.subject >= 0) {
            recentUntil.set(client.subject, now + RECENT);
        }
        client.debt.add(Math.clamp(cost, LEAST_COST, GREATEST_COST) * SHARE, now);
    }

    private void charge(long cells, long time, long now) {
        long hash = hash(cells);
        chargeCell(first(hash), time, now);
        if (second(hash) != first(hash)) {
            chargeCell(second(hash), time, now);
        }
    }

    private void chargeCell(int cell, long time, long now) {
        paidUntil.accumulateAndGet(cell, now, (until, at) -> (until - at > 0 ? until : at) + time);
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
