package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PartLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one owner (an account, an organisation, an address prefix, everyone), under one monitor: one for all
 * of the owner's traffic and, where limits ask for it, one for each model, route, or both.
 *
 * <p>A set is forgotten only when it is full and nothing of it is under way. It is pinned before anything is taken from
 * it, and let go again some time after the last exchange has ended; the cache may drop it only then, and only after its
 * last token is back.
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
    private final @Nullable LeaseHolder leases;

    private BucketSet(OwnerLimits limits, long now, boolean shared, @Nullable LeaseHolder leases) {
        this.limits = limits;
        this.now = now;
        this.pinned = shared;
        this.leases = leases;
    }

    /**
     * Full buckets of one owner, which may be forgotten.
     *
     * @param leases what the fleet shares them by, null when it does not
     */
    static BucketSet own(OwnerLimits limits, long now, @Nullable LeaseHolder leases) {
        return new BucketSet(limits, now, false, leases);
    }

    /** Full buckets that several share, which are never forgotten. */
    static BucketSet shared(OwnerLimits limits, long now, @Nullable LeaseHolder leases) {
        return new BucketSet(limits, now, true, leases);
    }

    private void list() {
        if (leases != null) {
            leases.list(this);
        }
    }

    /** Returns the name under which the fleet knows the owner. */
    String ownerKey() {
        return leases == null ? "" : leases.ownerKey();
    }

    /**
     * Ends a round of drawing; returns whether the set is to be looked at in the next one too.
     *
     * @param policy the limits that the fleet shares
     * @param number which round it is
     * @param probing whether a lost owner that needs no tokens draws one nevertheless
     */
    synchronized boolean endRound(
            PolicyLimits policy, long number, boolean probing, long clock, Bucket.LeaseRound round) {
        LeaseHolder mine = leases;
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

    /** Notes that a draw is under way; under the monitor. */
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

    /** Returns the limits that hold for this owner: a share of them, maybe, while its draws keep failing. */
    PolicyLimits inForce(PolicyLimits policy) {
        return leases != null && leases.isLost() ? leases.lostLimits(policy) : policy;
    }

    /** Takes what came of a draw. */
    synchronized void drawn(Bucket bucket, TokenLimit limit, long tokens, long left, long clock) {
        if (leases != null) {
            leases.endDraw(null, clock);
        }
        now = Math.max(now, clock);
        bucket.refill(now);
        bucket.drawn(limit, tokens, left);
    }

    /**
     * Adds to the demand's shortage what keeps it from fitting here; the monitor is the caller's.
     *
     * @param wanted the limits of the caller's policy; older ones than the set's give way to those
     * @return false when the set was full and has been forgotten, so that there is another one now
     */
    boolean check(Demand demand, OwnerLimits wanted, long clock) {
        if (forgotten) {
            return false;
        }
        adopt(wanted, clock);
        LeaseTerms terms = leases != null && leases.isLost() ? leases.lostTerms() : demand.terms;
        for (int kind = 0; kind < OwnerLimits.PARTS; kind++) {
            PartLimits part = limits.part(kind);
            if (part != null && counts(kind, demand)) {
                Bucket bucket = bucket(kind, part, demand);
                bucket.refill(now);
                demand.check(bucket, terms, now);
            }
        }
        return true;
    }

    /** Returns whether the set is pinned, so that it may be taken from; notes that it is to be when it is not. */
    boolean pin() {
        pinWanted |= !pinned;
        return pinned;
    }

    /** Returns whether the set is to be kept for as long as something is under way. */
    synchronized boolean isPinned() {
        return pinned;
    }

    /** Takes what the demand wants; under the same hold of the monitor as {@link #check}. */
    void take(Demand demand) {
        list();
        for (int kind = 0; kind < OwnerLimits.PARTS; kind++) {
            PartLimits part = limits.part(kind);
            if (part != null && counts(kind, demand)) {
                Bucket bucket = bucket(kind, part, demand);
                bucket.take(demand);
                demand.addTaken(bucket, part, this);
            }
        }
    }

    /** Corrects what was taken for the demand earlier; under the same hold of the monitor as {@link #check}. */
    void correct(Demand demand) {
        list();
        for (int kind = 0; kind < OwnerLimits.PARTS; kind++) {
            PartLimits part = limits.part(kind);
            if (part != null && counts(kind, demand)) {
                bucket(kind, part, demand).correct(demand);
            }
        }
    }

    /** Settles what was taken of one of the buckets. */
    synchronized void settle(Demand demand, Bucket bucket, PartLimits taken, long clock) {
        now = Math.max(now, clock);
        bucket.refill(now);
        bucket.settle(demand, taken);
        list();
    }

    /** Reads how much is left of one of the buckets. */
    synchronized void read(Demand demand, Bucket bucket, TightestLimits readings, long clock) {
        now = Math.max(now, clock);
        bucket.refill(now);
        bucket.read(demand, readings, now);
    }

    /** Brings the buckets to a time and to the limits of a policy, unless they have later ones already. */
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
        PartLimits part = bucket == null ? null : limits.part(bucket.key() & (OwnerLimits.PARTS - 1));
        if (bucket == null || part == null) {
            return null;
        }
        bucket.adopt(part, now);
        return bucket;
    }

    /**
     * Decides how much longer the set is kept: as long as it takes when it is to be pinned or something is under way;
     * else until everything is full, and then some slack, so that a busy account asks rarely.
     *
     * @param leastSlack the least slack in nanoseconds
     * @return nanoseconds from {@code clock} on
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

    /** Returns whether nothing is under way. */
    synchronized boolean isIdle() {
        boolean idle = leases == null || !(leases.isDrawing() || leases.isLost());
        for (int i = 0; i < count(); i++) {
            idle &= at(i).isIdle();
        }
        return idle;
    }

    /**
     * Marks the set as dropped by the cache, so that a caller who still holds it takes nothing from it.
     *
     * @return whether it was full and idle, so that nothing was lost
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

    /** Shows every bucket at a time, under the monitor. */
    public synchronized void show(long clock, Viewer viewer) {
        now = Math.max(now, clock);
        refill();
        for (int i = 0; i < count(); i++) {
            viewer.bucket(at(i), now);
        }
    }

    /**
     * Restores a bucket as it was at a time before now; one that is in use already stays as it is.
     *
     * @param then when it was so
     */
    synchronized void restore(int key, PartLimits part, List<Snapshot.Level> levels, long then, long clock) {
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

    /** Looks at buckets; keeps none. */
    @FunctionalInterface
    public interface Viewer {
        void bucket(Bucket bucket, long now);
    }

    /** Returns the kind of part that a bucket's key stands for. */
    static int kind(int key) {
        return key & (OwnerLimits.PARTS - 1);
    }

    /** Returns the number of the model in a bucket's key. */
    public static int model(int key) {
        return (key >>> MODEL_SHIFT) & ((1 << (ROUTE_SHIFT - MODEL_SHIFT)) - 1);
    }

    /** Returns the number of the route in a bucket's key. */
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

    private Bucket bucket(int kind, PartLimits part, Demand demand) {
        return bucket(key(kind, demand.model, demand.route), part);
    }

    /** Returns the bucket of a key, a full one when there is none; under the monitor. */
    Bucket bucket(int key, PartLimits part) {
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

    /** Returns the bucket at an index, the parts first. */
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
