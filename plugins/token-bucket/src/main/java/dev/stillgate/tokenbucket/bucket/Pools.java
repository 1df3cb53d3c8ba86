package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.spi.Account;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Pools of linked accounts: the buckets from which the accounts of a pool draw together, and the pools of each account.
 * Thread-safe.
 */
public final class Pools {
    /** Beginning of the id of a pool of one account. */
    public static final String OF_ACCOUNT = "account ";

    private final BucketTable buckets;
    private final ConcurrentHashMap<String, Membership> memberships = new ConcurrentHashMap<>();

    /** Creates pools without buckets. */
    Pools(BucketTable buckets) {
        this.buckets = buckets;
    }

    /**
     * Adds the pools of an account to the owners of a reservation, which must name a pool. A pool with accounts of
     * several tiers has the smallest learnt budget among theirs.
     */
    void addTo(Reservation reservation, Account member, String pool, PolicyLimits policy, long now) {
        String account = member.id();
        OwnerLimits limits = policy.pool(member.tier());
        Membership membership = memberships.get(account);
        if (membership == null || !membership.isCurrent(pool, now, limits.fillNanos())) {
            membership = memberships.compute(
                    account, (same, before) -> Membership.drawing(before, pool, now, limits.fillNanos()));
        }
        for (int i = 0; i < membership.draws().size(); i++) {
            String id = membership.draws().get(i).pool();
            BucketSet set = buckets.findOrCreate(id, limits, Long.MAX_VALUE);
            if (set != null) {
                PolicyLimits effective = set.effectiveLimits(policy);
                String tier = effective.smallerPool(
                        member.tier(), set.limits().variant().tier());
                reservation.addOwner(set, effective.pool(tier), id);
            }
        }
    }

    /** Evicts full buckets, and forgets the accounts that draw from no pool any more. */
    void maintain(long now) {
        buckets.maintain();
        memberships.values().removeIf(membership -> membership.isOver(now));
    }

    /** Returns the buckets of a pool; null if they are full and have not been used for a minute. */
    @Nullable
    public BucketSet find(String pool) {
        return buckets.find(pool);
    }

    /** Returns the ids of the pools that an account draws from while it is pooled; empty for none. */
    public List<String> of(String account, long now) {
        Membership membership = memberships.get(account);
        return membership == null || membership.isOver(now) ? List.of() : membership.pools();
    }

    /** Returns the number of sets evicted while not full; always 0 unless there is a defect. */
    public long evictedUnfilled() {
        return buckets.evictedUnfilled();
    }

    /** Returns the buckets of all pools. */
    BucketTable buckets() {
        return buckets;
    }

    /**
     * Deletes the pools of erased accounts.
     *
     * @param isPoolErased whether a pool is that of one erased account
     */
    void erase(Predicate<String> isErased, Predicate<String> isPoolErased) {
        memberships.keySet().removeIf(isErased);
        buckets.erase(pool -> pool.startsWith(OF_ACCOUNT) && isPoolErased.test(pool));
    }

    /** Passes the pools of each account to a consumer, in no particular order. */
    void forEachMembership(BiConsumer<String, Membership> consumer) {
        memberships.forEach(consumer);
    }

    /** Restores the pools of an account, unless it has some already. */
    void restore(String account, Membership membership) {
        memberships.putIfAbsent(account, membership);
    }
}
