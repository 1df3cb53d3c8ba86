package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one owner (an account, an organisation, an address prefix, or everyone), under one monitor. One bucket
 * counts all traffic of the owner. Limits by model or route add a bucket for each model, route, or both.
 *
 * <p>The cache may evict a set only when it is full and none of its exchanges is in flight. A set is therefore pinned
 * in the cache before any tokens are taken from it, and unpinned some time after its last exchange.
 */
public final class BucketSet {
    private static final Bucket[] NONE = {};
    private static final int MODEL_SHIFT = 2;
    private static final int ROUTE_SHIFT = 16;

    private OwnerLimits limits;
    private @Nullable Bucket whole;
    private Bucket[] parts = NONE;
    private long now;
    private boolean pinned;
    private boolean pinWanted;
    private boolean forgotten;
    private final @Nullable OwnerDraws leases;

    private BucketSet(OwnerLimits limits, long now, boolean shared, @Nullable OwnerDraws leases) {
        this.limits = limits;
        this.now = now;
        this.pinned = shared;
        this.leases = leases;
    }

    /**
     * Creates full buckets of one owner, which may be evicted.
     *
     * @param draws the state of the owner's draws; null without a fleet
     */
    static BucketSet own(OwnerLimits limits, long now, @Nullable OwnerDraws leases) {
        return new BucketSet(limits, now, false, leases);
    }

    /** Creates full buckets that several accounts share and that are never evicted. */
    static BucketSet shared(OwnerLimits limits, long now, @Nullable OwnerDraws leases) {
        return new BucketSet(limits, now, true, leases);
    }

    private void list() {
        if (leases != null) {
            leases.list(this);
        }
    }

    /** Returns the owner's key in the fleet's store. */
    String ownerKey() {
        return leases == null ? "" : leases.ownerKey();
    }

    /**
     * Ends a round of lease draws; returns whether the set takes part in the next round.
     *
     * @param policy the limits that the fleet shares
     * @param number the number of the round
     * @param probing whether a lost owner that needs no tokens draws one
     */
    synchronized boolean endRound(
            PolicyLimits policy, long number, boolean probing, long clock, Bucket.LeaseRound round) {
        OwnerDraws mine = leases;
        if (mine == null || mine.isDrawing()) {
            return mine != null;
        }
        boolean outage = mine.hadOutage() || mine.isLost();
        now = Math.max(now, clock);
        for (int i = 0; outage && i < count(); i++) {
            at(i).refill(now);
            at(i).endOutage();
        }
        adopt(inForce(policy).of(mine.owner(), limits.variant()), clock);
        int rounds = mine.roundsSince(number);
        boolean settled = true;
        for (int i = 0; i < count(); i++) {
            at(i).endRound(rounds, probing && mine.isLost(), round);
            settled &= at(i).isLeaseSettled();
        }
        return mine.stays(!settled);
    }

    /** Records the start of a draw. Called during {@link #endRound}, which holds the monitor. */
    void startDraw() {
        if (leases != null) {
            leases.startDraw();
        }
    }

    synchronized void drawFailed(Throwable why, long clock) {
        if (leases != null) {
            leases.endDraw(why, clock);
        }
    }

    /** Returns the limits in effect for this owner; while its draws keep failing, those for a lost store. */
    PolicyLimits inForce(PolicyLimits policy) {
        return leases != null && leases.isLost() ? leases.lostLimits(policy) : policy;
    }

    /** Applies the result of a draw to a bucket. */
    synchronized void drawn(Bucket bucket, TokenLimit limit, long tokens, long left, long clock) {
        if (leases != null) {
            leases.endDraw(null, clock);
        }
        now = Math.max(now, clock);
        bucket.refill(now);
        bucket.drawn(limit, tokens, left);
    }

    /**
     * Adds each limit in which a reservation does not fit to its shortage.
     *
     * @param wanted the limits of the requesting filter's policy; replace older limits of the set
     * @return false if the set was evicted, so that the owner has another one
     */
    boolean check(Reservation demand, OwnerLimits wanted, long clock) {
        if (forgotten) {
            return false;
        }
        adopt(wanted, clock);
        LeaseTerms terms = leases != null && leases.isLost() ? leases.lostTerms() : demand.terms;
        for (int kind = 0; kind < OwnerLimits.PARTS; kind++) {
            BucketLimits part = limits.part(kind);
            if (part != null && counts(kind, demand)) {
                Bucket bucket = bucket(kind, part, demand);
                bucket.refill(now);
                demand.check(bucket, terms, now);
            }
        }
        return true;
    }

    /** Returns whether the set is pinned, so that tokens may be taken from it; requests pinning if not. */
    boolean pin() {
        pinWanted |= !pinned;
        return pinned;
    }

    synchronized boolean isPinned() {
        return pinned;
    }

    /** Takes the tokens of a reservation; {@link #check} must precede under the same lock. */
    void take(Reservation demand) {
        list();
        for (int kind = 0; kind < OwnerLimits.PARTS; kind++) {
            BucketLimits part = limits.part(kind);
            if (part != null && counts(kind, demand)) {
                Bucket bucket = bucket(kind, part, demand);
                bucket.take(demand);
                demand.addTaken(bucket, part, this);
            }
        }
    }

    /** Replaces earlier charges by the final cost; {@link #check} must precede under the same lock. */
    void correct(Reservation demand) {
        list();
        for (int kind = 0; kind < OwnerLimits.PARTS; kind++) {
            BucketLimits part = limits.part(kind);
            if (part != null && counts(kind, demand)) {
                bucket(kind, part, demand).correct(demand);
            }
        }
    }

    synchronized void settle(Reservation demand, Bucket bucket, BucketLimits taken, long clock) {
        now = Math.max(now, clock);
        bucket.refill(now);
        bucket.settle(demand, taken);
        list();
    }

    /** Adds the levels of one of the buckets. */
    synchronized void read(Reservation demand, Bucket bucket, TightestLimits readings, long clock) {
        now = Math.max(now, clock);
        bucket.refill(now);
        bucket.read(demand, readings, now);
    }

    /** Refills the buckets and switches them to the limits of a policy, unless they have later ones. */
    synchronized void adopt(OwnerLimits wanted, long clock) {
        now = Math.max(now, clock);
        if (wanted == limits || wanted.generation() < limits.generation()) {
            return;
        }
        refill();
        limits = wanted;
        whole = adopted(whole);
        Bucket[] kept =
                Arrays.stream(parts).filter(each -> adopted(each) != null).toArray(Bucket[]::new);
        parts = kept.length == parts.length ? parts : kept;
    }

    private @Nullable Bucket adopted(@Nullable Bucket bucket) {
        BucketLimits part = bucket == null ? null : limits.part(bucket.key() & (OwnerLimits.PARTS - 1));
        if (bucket == null || part == null) {
            return null;
        }
        bucket.adopt(part, now);
        return bucket;
    }

    /**
     * Returns how long the cache keeps the set. A pinned set or one with exchanges in flight has no expiry. Otherwise
     * it is kept until all buckets are full, plus a slack that keeps these calls rare for a busy account.
     *
     * @param leastSlack the slack in nanoseconds
     * @return nanoseconds from {@code clock}
     */
    synchronized long keep(long clock, long leastSlack) {
        now = Math.max(now, clock);
        refill();
        pinned = pinWanted || !isIdle();
        pinWanted = false;
        if (pinned) {
            return Long.MAX_VALUE;
        }
        parts = Arrays.stream(parts).filter(each -> each.untilFull(now) > 0).toArray(Bucket[]::new);
        return Math.min(untilFull(), Long.MAX_VALUE / 4) + (now - clock) + leastSlack;
    }

    /** Returns whether no exchange and no draw is in flight, no tokens are leased, and the owner is not lost. */
    synchronized boolean isIdle() {
        boolean idle = leases == null || !(leases.isDrawing() || leases.isLost());
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
    synchronized boolean forget(long clock) {
        forgotten = true;
        now = Math.max(now, clock);
        refill();
        return isIdle() && untilFull() == 0;
    }

    public synchronized OwnerLimits limits() {
        return limits;
    }

    /** Refills all buckets and passes them to a visitor, under the monitor. */
    public synchronized void show(long clock, Viewer viewer) {
        now = Math.max(now, clock);
        refill();
        for (int i = 0; i < count(); i++) {
            viewer.bucket(at(i), now);
        }
    }

    /**
     * Restores a saved bucket; a bucket that is already in use is left unchanged.
     *
     * @param savedAt the time of the save
     */
    synchronized void restore(int key, BucketLimits part, List<Snapshot.Level> levels, long then, long clock) {
        now = Math.max(now, clock);
        boolean present = key == 0 ? whole != null : Arrays.stream(parts).anyMatch(each -> each.key() == key);
        if (present) {
            return;
        }
        Bucket bucket = new Bucket(key, part, then, leases != null);
        levels.forEach(level -> bucket.restore(level, then));
        bucket.refill(now);
        if (key == 0) {
            whole = bucket;
        } else {
            parts = Arrays.copyOf(parts, parts.length + 1);
            parts[parts.length - 1] = bucket;
        }
    }

    /** Visits buckets under the monitor of their set; must not keep a reference. */
    @FunctionalInterface
    public interface Viewer {
        void bucket(Bucket bucket, long now);
    }

    /** Returns the partition kind in the key of a bucket. */
    static int kind(int key) {
        return key & (OwnerLimits.PARTS - 1);
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

    private static boolean counts(int kind, Charge charge) {
        return (kind & OwnerLimits.BY_MODEL) == 0 || charge.model != Charge.NO_MODEL;
    }

    private Bucket bucket(int kind, BucketLimits part, Reservation demand) {
        return bucket(key(kind, demand.model, demand.route), part);
    }

    /** Returns the bucket with a key; creates a full one if absent. */
    Bucket bucket(int key, BucketLimits part) {
        if (key == 0) {
            Bucket found = whole;
            if (found == null) {
                found = new Bucket(0, part, now, leases != null);
                whole = found;
            }
            return found;
        }
        for (Bucket each : parts) {
            if (each.key() == key) {
                return each;
            }
        }
        Bucket made = new Bucket(key, part, now, leases != null);
        parts = Arrays.copyOf(parts, parts.length + 1);
        parts[parts.length - 1] = made;
        return made;
    }

    private int count() {
        return parts.length + (whole == null ? 0 : 1);
    }

    /** Returns the bucket at an index; the bucket of all traffic comes last. */
    private Bucket at(int index) {
        Bucket last = whole;
        return index < parts.length || last == null ? parts[index] : last;
    }

    private void refill() {
        for (int i = 0; i < count(); i++) {
            at(i).refill(now);
        }
    }

    private long untilFull() {
        long most = 0;
        for (int i = 0; i < count(); i++) {
            most = Math.max(most, at(i).untilFull(now));
        }
        return most;
    }
}
