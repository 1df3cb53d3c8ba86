package dev.stillgate.tokenbucket.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one owner (an account, a pool, an organisation, an address prefix, or everyone), under one monitor.
 * One bucket counts all traffic of the owner. Limits by model or route add a bucket for each model, route, or both.
 *
 * <p>The cache may evict a set only when it is full and none of its exchanges is in flight. A set is therefore pinned
 * in the cache before any tokens are taken from it, and unpinned some time after its last exchange.
 */
public final class BucketSet {
    private static final Bucket[] NONE = {};
    private static final int MODEL_SHIFT = 2;
    private static final int ROUTE_SHIFT = 16;

    @GuardedBy("this")
    private OwnerLimits limits;

    @GuardedBy("this")
    private @Nullable Bucket total;

    @GuardedBy("this")
    private Bucket[] partitions = NONE;

    @GuardedBy("this")
    private long now;

    @GuardedBy("this")
    private boolean pinned;

    @GuardedBy("this")
    private boolean pinRequested;

    @GuardedBy("this")
    private boolean evicted;

    private final @Nullable OwnerDraws draws;

    private BucketSet(OwnerLimits limits, long now, boolean shared, @Nullable OwnerDraws draws) {
        this.limits = limits;
        this.now = now;
        this.pinned = shared;
        this.draws = draws;
    }

    /**
     * Creates full buckets of one owner, which may be evicted.
     *
     * @param draws the state of the owner's draws; null without a fleet
     */
    static BucketSet own(OwnerLimits limits, long now, @Nullable OwnerDraws draws) {
        return new BucketSet(limits, now, false, draws);
    }

    /** Creates full buckets that several accounts share and that are never evicted. */
    static BucketSet shared(OwnerLimits limits, long now, @Nullable OwnerDraws draws) {
        return new BucketSet(limits, now, true, draws);
    }

    /** Returns whether the set must be added to the next round of draws. */
    @GuardedBy("this")
    private boolean enqueueForDraw() {
        return draws != null && draws.enqueue();
    }

    /** Returns the owner's key in the fleet's store. */
    String ownerKey() {
        return draws == null ? "" : draws.ownerKey();
    }

    /**
     * Ends a round of lease draws; returns whether the set takes part in the next round.
     *
     * @param policy the limits that the fleet shares
     * @param roundNumber the number of the round
     * @param probing whether a lost owner that needs no tokens draws one
     */
    synchronized boolean endRound(
            PolicyLimits policy, long roundNumber, boolean probing, long clock, Bucket.LeaseRound round) {
        OwnerDraws current = draws;
        if (current == null || current.isDrawing()) {
            return current != null;
        }
        boolean outage = current.hadOutage() || current.isLost();
        now = Math.max(now, clock);
        for (int i = 0; outage && i < count(); i++) {
            at(i).refill(now);
            at(i).endOutage();
        }
        adopt(effectiveLimits(policy).of(current.owner(), limits.variant()), clock);
        int rounds = current.roundsSince(roundNumber);
        boolean settled = true;
        for (int i = 0; i < count(); i++) {
            at(i).endRound(rounds, probing && current.isLost(), round);
            settled &= at(i).isLeaseSettled();
        }
        return current.endRound(!settled);
    }

    /** Records the start of a draw. Called during {@link #endRound}, which holds the monitor. */
    void startDraw() {
        if (draws != null) {
            draws.startDraw();
        }
    }

    synchronized void drawFailed(Throwable cause, long clock) {
        if (draws != null) {
            draws.endDraw(cause, clock);
        }
    }

    /** Returns the limits in effect for this owner; while its draws keep failing, those for a lost store. */
    PolicyLimits effectiveLimits(PolicyLimits policy) {
        return draws != null && draws.isLost() ? draws.lostLimits(policy) : policy;
    }

    /** Applies the result of a draw to a bucket. */
    synchronized void completeDraw(Bucket bucket, TokenLimit limit, long tokens, long left, long clock) {
        if (draws != null) {
            draws.endDraw(null, clock);
        }
        now = Math.max(now, clock);
        bucket.refill(now);
        bucket.completeDraw(limit, tokens, left);
    }

    /**
     * Adds each limit in which a charge does not fit to a shortage.
     *
     * @param wanted the limits of the requesting filter's policy; replace older limits of the set
     * @param joinedTerms the lease terms, unless the owner is lost
     * @return false if the set was evicted, so that the owner has another one
     */
    @GuardedBy("this")
    boolean check(Charge charge, OwnerLimits wanted, LeaseTerms joinedTerms, long clock, Shortage shortage) {
        if (evicted) {
            return false;
        }
        adopt(wanted, clock);
        LeaseTerms terms = draws != null && draws.isLost() ? draws.lostTerms() : joinedTerms;
        for (int kind = 0; kind < OwnerLimits.KINDS; kind++) {
            BucketLimits bucketLimits = limits.bucketLimits(kind);
            if (bucketLimits != null && appliesTo(kind, charge)) {
                Bucket bucket = bucket(kind, bucketLimits, charge);
                bucket.refill(now);
                bucket.check(charge, terms, now, shortage);
            }
        }
        return true;
    }

    /** Returns whether a charge would fit into a set without draws; takes no tokens. */
    synchronized boolean fits(Charge charge, OwnerLimits wanted, long clock) {
        Shortage shortage = new Shortage();
        check(charge, wanted, LeaseTerms.ALONE, clock, shortage);
        return !shortage.isPresent();
    }

    /** Returns whether the set is pinned, so that tokens may be taken from it; requests pinning if not. */
    @GuardedBy("this")
    boolean pin() {
        pinRequested |= !pinned;
        return pinned;
    }

    synchronized boolean isPinned() {
        return pinned;
    }

    /**
     * Takes the tokens of a charge; {@link #check} must precede under the same lock.
     *
     * @param owner the index of the owner in {@code taken}, which receives the buckets
     * @return whether the set must be added to the next round of draws
     */
    @GuardedBy("this")
    boolean take(Charge charge, int owner, Taken taken) {
        for (int kind = 0; kind < OwnerLimits.KINDS; kind++) {
            BucketLimits bucketLimits = limits.bucketLimits(kind);
            if (bucketLimits != null && appliesTo(kind, charge)) {
                Bucket bucket = bucket(kind, bucketLimits, charge);
                bucket.take(charge);
                taken.add(bucket, bucketLimits, owner);
            }
        }
        return enqueueForDraw();
    }

    /**
     * Replaces earlier charges by the final cost; {@link #check} must precede under the same lock.
     *
     * @param pool the pool that the buckets belong to; null for other owners
     * @return whether the set must be added to the next round of draws
     */
    @GuardedBy("this")
    boolean correct(Charge charge, @Nullable String pool) {
        for (int kind = 0; kind < OwnerLimits.KINDS; kind++) {
            BucketLimits bucketLimits = limits.bucketLimits(kind);
            if (bucketLimits != null && appliesTo(kind, charge)) {
                bucket(kind, bucketLimits, charge).correct(charge, pool);
            }
        }
        return enqueueForDraw();
    }

    /**
     * Replaces the tokens that were taken from a bucket by the final cost.
     *
     * @param taken the limits of the bucket at that time
     * @param takenAt the adoptions of the bucket at that time
     * @return whether the set must be added to the next round of draws
     */
    synchronized boolean settle(Charge charge, Bucket bucket, BucketLimits taken, int takenAt, long clock) {
        now = Math.max(now, clock);
        bucket.refill(now);
        bucket.settle(charge, taken, takenAt);
        return enqueueForDraw();
    }

    /** Adds the levels of one of the buckets. */
    synchronized void read(Charge charge, Bucket bucket, TightestLimits tightest, long clock) {
        now = Math.max(now, clock);
        bucket.refill(now);
        bucket.readLevels(charge, tightest, now);
    }

    /** Refills the buckets and switches them to the limits of a policy, unless they have later ones. */
    synchronized void adopt(OwnerLimits wanted, long clock) {
        now = Math.max(now, clock);
        if (wanted == limits || wanted.generation() < limits.generation()) {
            return;
        }
        refill();
        limits = wanted;
        total = adoptOrDrop(total);
        Bucket[] remaining = new Bucket[partitions.length];
        int kept = 0;
        for (Bucket bucket : partitions) {
            if (adoptOrDrop(bucket) != null) {
                remaining[kept++] = bucket;
            }
        }
        partitions = kept == partitions.length ? partitions : Arrays.copyOf(remaining, kept);
    }

    @GuardedBy("this")
    private @Nullable Bucket adoptOrDrop(@Nullable Bucket bucket) {
        BucketLimits bucketLimits = bucket == null ? null : limits.bucketLimits(bucket.key() & (OwnerLimits.KINDS - 1));
        if (bucket == null || bucketLimits == null) {
            return null;
        }
        bucket.adopt(bucketLimits, now);
        return bucket;
    }

    /**
     * Returns how long the cache keeps the set. A pinned set or one with exchanges in flight has no expiry. Otherwise
     * it is kept until all buckets are full, plus a slack that keeps these calls rare for a busy account.
     *
     * @param leastSlack the slack in nanoseconds
     * @return nanoseconds from {@code clock}
     */
    synchronized long nanosToKeep(long clock, long leastSlack) {
        now = Math.max(now, clock);
        refill();
        pinned = pinRequested || !isIdle();
        pinRequested = false;
        if (pinned) {
            return Long.MAX_VALUE;
        }
        long time = now;
        partitions = Arrays.stream(partitions)
                .filter(bucket -> bucket.nanosUntilFull(time) > 0)
                .toArray(Bucket[]::new);
        return Math.min(nanosUntilFull(), Long.MAX_VALUE / 4) + (now - clock) + leastSlack;
    }

    /** Returns whether no exchange and no draw is in flight, no tokens are leased, and the owner is not lost. */
    synchronized boolean isIdle() {
        boolean idle = draws == null || !(draws.isDrawing() || draws.isLost());
        for (int i = 0; i < count(); i++) {
            idle &= at(i).isIdle();
        }
        return idle;
    }

    /**
     * Marks the set as evicted from the cache, so that a thread with a reference to it takes no tokens.
     *
     * @return whether the set was full and idle, so that no debt was lost
     */
    synchronized boolean evict(long clock) {
        evicted = true;
        now = Math.max(now, clock);
        refill();
        return isIdle() && nanosUntilFull() == 0;
    }

    /** Marks the set as evicted unless an exchange is in flight; returns whether it is evicted. */
    synchronized boolean evictIfIdle() {
        evicted |= isIdle();
        return evicted;
    }

    public synchronized OwnerLimits limits() {
        return limits;
    }

    /** Refills all buckets and passes them to a visitor, under the monitor. */
    public synchronized void visit(long clock, Visitor visitor) {
        now = Math.max(now, clock);
        refill();
        for (int i = 0; i < count(); i++) {
            visitor.visit(at(i), now);
        }
    }

    /**
     * Restores a saved bucket; a bucket that is already in use is left unchanged.
     *
     * @param savedAt the time of the save
     */
    synchronized void restore(
            int key, BucketLimits bucketLimits, List<BucketsFile.LimitEntry> savedLimits, long savedAt, long clock) {
        now = Math.max(now, clock);
        boolean present = key == 0 ? total != null : Arrays.stream(partitions).anyMatch(bucket -> bucket.key() == key);
        if (present) {
            return;
        }
        Bucket bucket = new Bucket(key, bucketLimits, savedAt, draws != null);
        bucket.restore(savedLimits, savedAt);
        bucket.refill(now);
        if (key == 0) {
            total = bucket;
        } else {
            partitions = Arrays.copyOf(partitions, partitions.length + 1);
            partitions[partitions.length - 1] = bucket;
        }
    }

    /** Visits buckets under the monitor of their set; must not keep a reference. */
    @FunctionalInterface
    public interface Visitor {
        void visit(Bucket bucket, long now);
    }

    /** Returns the partition kind in the key of a bucket. */
    static int kind(int key) {
        return key & (OwnerLimits.KINDS - 1);
    }

    /** Returns the index of the model in the key of a bucket. */
    public static int model(int key) {
        return (key >>> MODEL_SHIFT) & ((1 << (ROUTE_SHIFT - MODEL_SHIFT)) - 1);
    }

    /** Returns the index of the route in the key of a bucket. */
    public static int route(int key) {
        return key >>> ROUTE_SHIFT;
    }

    static int key(int kind, int model, int route) {
        return kind
                | ((kind & OwnerLimits.BY_MODEL) == 0 ? 0 : model << MODEL_SHIFT)
                | ((kind & OwnerLimits.BY_ROUTE) == 0 ? 0 : route << ROUTE_SHIFT);
    }

    private static boolean appliesTo(int kind, Charge charge) {
        return (kind & OwnerLimits.BY_MODEL) == 0 || charge.model != Charge.NO_MODEL;
    }

    @GuardedBy("this")
    private Bucket bucket(int kind, BucketLimits bucketLimits, Charge charge) {
        return bucket(key(kind, charge.model, charge.route), bucketLimits);
    }

    /** Returns the bucket with a key; creates a full one if absent. */
    @GuardedBy("this")
    Bucket bucket(int key, BucketLimits bucketLimits) {
        if (key == 0) {
            Bucket found = total;
            if (found == null) {
                found = new Bucket(0, bucketLimits, now, draws != null);
                total = found;
            }
            return found;
        }
        for (Bucket bucket : partitions) {
            if (bucket.key() == key) {
                return bucket;
            }
        }
        Bucket created = new Bucket(key, bucketLimits, now, draws != null);
        partitions = Arrays.copyOf(partitions, partitions.length + 1);
        partitions[partitions.length - 1] = created;
        return created;
    }

    @GuardedBy("this")
    private int count() {
        return partitions.length + (total == null ? 0 : 1);
    }

    /** Returns the bucket at an index; the bucket of all traffic comes last. */
    @GuardedBy("this")
    private Bucket at(int index) {
        Bucket last = total;
        return index < partitions.length || last == null ? partitions[index] : last;
    }

    @GuardedBy("this")
    private void refill() {
        for (int i = 0; i < count(); i++) {
            at(i).refill(now);
        }
    }

    @GuardedBy("this")
    private long nanosUntilFull() {
        long longest = 0;
        for (int i = 0; i < count(); i++) {
            longest = Math.max(longest, at(i).nanosUntilFull(now));
        }
        return longest;
    }
}
