package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A charge with the bucket sets to take it from, the buckets it was taken from, and the shortage if it does not fit.
 * Reusable, so that a decision allocates nothing. Not thread-safe.
 */
public final class Reservation extends Charge {
    private static final int OWNERS = 3;
    private static final int MAX_BUCKETS = OWNERS * OwnerLimits.KINDS;

    LeaseTerms terms = LeaseTerms.ALONE;
    /** The id of the pool that the account draws from together with linked accounts; null if it is not pooled. */
    @Nullable
    public String pool;

    private @Nullable BucketSet[] owners = new BucketSet[OWNERS];
    private @Nullable OwnerLimits[] ownerLimits = new OwnerLimits[OWNERS];
    private @Nullable String[] ownerPools = new String[OWNERS];
    private int ownerCount;
    private @Nullable Bucket[] buckets = new Bucket[MAX_BUCKETS];
    private @Nullable BucketLimits[] bucketLimits = new BucketLimits[MAX_BUCKETS];
    private int[] bucketOwner = new int[MAX_BUCKETS];
    private int bucketCount;
    private final Shortage shortage = new Shortage();
    private final TightestLimits tightest = new TightestLimits();

    @Override
    public void reset() {
        super.reset();
        pool = null;
        clearOwners();
    }

    /** Clears the owners, the buckets and the shortage. */
    public void clearOwners() {
        Arrays.fill(owners, 0, ownerCount, null);
        Arrays.fill(ownerLimits, 0, ownerCount, null);
        Arrays.fill(ownerPools, 0, ownerCount, null);
        ownerCount = 0;
        Arrays.fill(buckets, 0, bucketCount, null);
        Arrays.fill(bucketLimits, 0, bucketCount, null);
        bucketCount = 0;
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
        if (ownerCount == owners.length) { // accounts that changed their pool have more owners
            owners = Arrays.copyOf(owners, 2 * ownerCount);
            ownerLimits = Arrays.copyOf(ownerLimits, 2 * ownerCount);
            ownerPools = Arrays.copyOf(ownerPools, 2 * ownerCount);
        }
        owners[ownerCount] = owner;
        ownerLimits[ownerCount] = limits;
        ownerPools[ownerCount] = id;
        ownerCount++;
    }

    int ownerCount() {
        return ownerCount;
    }

    BucketSet owner(int index) {
        return requirePresent(owners[index]);
    }

    /** Returns the id of an owner that is a pool; null for others. */
    @Nullable
    String ownerPool(int index) {
        return ownerPools[index];
    }

    OwnerLimits ownerLimits(int index) {
        return requirePresent(ownerLimits[index]);
    }

    /** Adds a bucket that tokens were taken from, with its limits at that time. */
    void addTaken(Bucket bucket, BucketLimits limits, BucketSet owner) {
        int index = 0;
        while (owners[index] != owner) {
            index++;
        }
        if (bucketCount == buckets.length) {
            buckets = Arrays.copyOf(buckets, 2 * bucketCount);
            bucketLimits = Arrays.copyOf(bucketLimits, 2 * bucketCount);
            bucketOwner = Arrays.copyOf(bucketOwner, 2 * bucketCount);
        }
        buckets[bucketCount] = bucket;
        bucketLimits[bucketCount] = limits;
        bucketOwner[bucketCount] = index;
        bucketCount++;
    }

    int takenCount() {
        return bucketCount;
    }

    Bucket takenBucket(int index) {
        return requirePresent(buckets[index]);
    }

    BucketLimits takenLimits(int index) {
        return requirePresent(bucketLimits[index]);
    }

    BucketSet takenOwner(int index) {
        return owner(bucketOwner[index]);
    }

    /** Returns the cost for each limit that was taken from, by {@link #key}. Must precede the settlement. */
    Map<String, Long> charges() {
        Map<String, Long> charges = new HashMap<>();
        for (int i = 0; i < bucketCount; i++) {
            BucketLimits limits = takenLimits(i);
            String ownerPool = ownerPools[bucketOwner[i]];
            for (int j = 0; j < limits.size(); j++) {
                if (limits.get(j).counts(this)) {
                    charges.put(key(limits.get(j), ownerPool), limits.get(j).cost(this));
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

    /** Adds each limit of a bucket in which the reservation does not fit to the shortage. */
    void check(Bucket bucket, LeaseTerms leaseTerms, long now) {
        bucket.check(this, leaseTerms, now, shortage);
    }

    private static <T> T requirePresent(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("no entry at this index");
        }
        return value;
    }
}
