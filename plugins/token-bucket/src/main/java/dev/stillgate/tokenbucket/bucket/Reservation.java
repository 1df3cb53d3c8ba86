package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.ReachedShare;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A charge with the bucket sets to take it from, the buckets it was taken from, and the shortage if it does not fit.
 * Reusable, so that a decision allocates nothing. Not thread-safe.
 */
public final class Reservation extends Charge {
    LeaseTerms terms = LeaseTerms.ALONE;
    /** The id of the pool that the account draws from together with linked accounts; null if it is not pooled. */
    @Nullable
    public String pool;

    /** The id of the end user's buckets, from {@link EndUsers}; null if no end user is known or counted. */
    @Nullable
    public String endUser;

    /** The id of the account if its credential was never accepted and {@link UnknownCredentials} count the exchange. */
    @Nullable
    String newcomer;

    final Taken taken = new Taken();
    final Shortage shortage = new Shortage();
    private final List<BucketSet> owners = new ArrayList<>();
    private final List<OwnerLimits> ownerLimits = new ArrayList<>();
    private final List<@Nullable String> ownerPools = new ArrayList<>();
    private final TightestLimits tightest = new TightestLimits();

    @Override
    public void reset() {
        super.reset();
        pool = null;
        newcomer = null;
        endUser = null;
        clearOwners();
    }

    /** Clears the owners, the buckets and the shortage. */
    public void clearOwners() {
        owners.clear();
        ownerLimits.clear();
        ownerPools.clear();
        taken.clear();
        shortage.clear();
        overflows = false;
    }

    /** Adds an owner. The order of calls is the lock order and must always be the same. */
    void addOwner(BucketSet owner, OwnerLimits limits) {
        addOwner(owner, limits, null);
    }

    /**
     * Adds an owner as {@link #addOwner(BucketSet, OwnerLimits)}.
     *
     * @param id the id of the owner if it is a pool; null for others
     */
    void addOwner(BucketSet owner, OwnerLimits limits, @Nullable String id) {
        owners.add(owner);
        ownerLimits.add(limits);
        ownerPools.add(id);
    }

    /** Names the pool of the shares that were reached in the buckets of an owner, if it is a pool. */
    void ownReached(int index) {
        List<ReachedShare> all = reached();
        if (all == null) {
            return;
        }
        String owner = ownerPools.get(index);
        if (owner != null) {
            all.replaceAll(each -> each.limit().owner() == Owner.POOL && each.pool() == null ? each.of(owner) : each);
        }
    }

    int ownerCount() {
        return owners.size();
    }

    BucketSet owner(int index) {
        return owners.get(index);
    }

    /** Returns the id of an owner that is a pool; null for others. */
    @Nullable
    String ownerPool(int index) {
        return ownerPools.get(index);
    }

    OwnerLimits ownerLimits(int index) {
        return ownerLimits.get(index);
    }

    /**
     * Returns the cost for each limit that was taken from, by {@code TokenLimit.chargeKey}. Must precede the settlement.
     */
    Map<String, Long> charges() {
        Map<String, Long> charges = new HashMap<>();
        for (int i = 0; i < taken.size(); i++) {
            BucketLimits limits = taken.limits(i);
            String ownerPool = ownerPool(taken.owner(i));
            for (int j = 0; j < limits.size(); j++) {
                if (limits.get(j).counts(this)) {
                    charges.put(
                            limits.get(j).chargeKey(ownerPool), limits.get(j).cost(this));
                }
            }
        }
        return charges;
    }

    /** Returns the reason that the reservation does not fit; null if it fits. */
    @Nullable
    public Shortage shortage() {
        return shortage.isPresent() ? shortage : null;
    }

    public TightestLimits tightestLimits() {
        return tightest;
    }

    /** Pool of reservations for each thread, so that a decision allocates nothing. Thread-safe. */
    public static final class ReservationPool {
        private static final int MAX_POOLED = 4096;

        private final ThreadLocal<ArrayDeque<Reservation>> free = ThreadLocal.withInitial(ArrayDeque::new);

        /** Returns a reset reservation. */
        public Reservation take() {
            Reservation reservation = free.get().pollLast();
            if (reservation == null) {
                reservation = new Reservation();
            }
            reservation.reset();
            return reservation;
        }

        /** Returns a reservation to the pool; the caller must not use it afterwards. */
        public void giveBack(Reservation reservation) {
            reservation.clearOwners();
            ArrayDeque<Reservation> pool = free.get();
            if (pool.size() < MAX_POOLED) {
                pool.addLast(reservation);
            }
        }
    }
}
