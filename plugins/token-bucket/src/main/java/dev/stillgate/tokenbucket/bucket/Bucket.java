package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.lease.Lease;
import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One bucket: a Bucket4j state with one bandwidth for each limit, and counters of exchanges in flight. It counts one
 * partition of its owner's traffic (all of it, a model's, a route's). Guarded by the monitor of the owner's
 * {@link BucketSet}.
 *
 * <p>The state is used without a {@code LocalBucket}, which has its own lock or copy, reads the clock itself, and is
 * three times as large. Only time adds tokens: the bucket's clock never goes back, a change of limits adds none ({@link
 * #adopt}), and no more is returned than was taken. A negative level is a debt, which only refill pays.
 */
public final class Bucket {
    /** The largest debt, so that no sum overflows. */
    private static final long MIN_LEVEL = -(1L << 60);

    private final int key;
    private BucketLimits limits;
    private @Nullable BucketState state;
    private @Nullable Lease lease;
    private @Nullable ShareWatch watch;
    private int inFlight;
    private @Nullable ConcurrencyCounters concurrency;

    /**
     * Creates a full bucket.
     *
     * @param leased whether the fleet shares it
     */
    Bucket(int key, BucketLimits limits, long now, boolean leased) {
        this.key = key;
        this.limits = limits;
        this.lease = leased ? new Lease(limits.size()) : null;
        this.watch = ShareWatch.of(limits);
        this.concurrency = ConcurrencyCounters.of(limits);
        BucketConfiguration configuration = limits.configuration();
        this.state = configuration == null ? null : Levels.full(configuration, now);
    }

    /** Returns the key of the partition of the owner's traffic that the bucket counts. */
    public int key() {
        return key;
    }

    public BucketLimits limits() {
        return limits;
    }

    /**
     * Restores the saved levels of the limits with the same names; never raises a level. An interval of the same length
     * continues, so that restarts do not delay its refill.
     *
     * @param savedAt the time of the save
     */
    void restore(List<BucketsFile.LimitEntry> saved, long savedAt) {
        List<Bandwidth> bandwidths = new ArrayList<>();
        BucketState restored = null;
        for (int i = 0; i < limits.size(); i++) {
            Bandwidth bandwidth = limits.get(i).bandwidth();
            BucketsFile.LimitEntry entry = find(saved, limits.get(i));
            if (bandwidth != null) {
                bandwidths.add(bandwidth);
                BucketConfiguration configuration = new BucketConfiguration(bandwidths);
                long start = savedAt - (entry == null ? 0 : intervalAge(entry, bandwidth));
                restored = restored == null
                        ? Levels.full(configuration, start)
                        : Levels.inherit(restored, configuration, start);
            }
        }
        state = restored;
        for (int i = 0; i < limits.size(); i++) {
            BucketsFile.LimitEntry entry = find(saved, limits.get(i));
            if (restored != null && entry != null && entry.left() < level(i)) {
                Levels.change(restored, limits, i, Math.max(entry.left(), MIN_LEVEL) - level(i));
            }
        }
    }

    private static BucketsFile.@Nullable LimitEntry find(List<BucketsFile.LimitEntry> saved, TokenLimit limit) {
        for (BucketsFile.LimitEntry entry : saved) {
            if (entry.limit().equals(limit.name())) {
                return entry;
            }
        }
        return null;
    }

    /** Returns the age of an interval that continues; 0 if none does. */
    private static long intervalAge(BucketsFile.LimitEntry saved, Bandwidth bandwidth) {
        return bandwidth.isRefillIntervally() && saved.interval().equals(bandwidth.getId())
                ? Math.clamp(saved.intervalAge(), 0, bandwidth.getRefillPeriodNanos())
                : 0;
    }

    /** Returns the state of the limit at an index after {@link #refill}, to be saved. */
    BucketsFile.LimitEntry snapshot(int index, long now) {
        BucketState current = state;
        TokenLimit limit = limits.get(index);
        BucketConfiguration configuration = limit.configuration();
        if (current == null || configuration == null || !configuration.getBandwidths()[0].isRefillIntervally()) {
            return new BucketsFile.LimitEntry(limit.name(), level(index), "", 0);
        }
        return new BucketsFile.LimitEntry(
                limit.name(),
                level(index),
                configuration.getBandwidths()[0].getId(),
                Levels.intervalAge(current, configuration, now));
    }

    void refill(long now) {
        if (state != null) {
            state.refillAllBandwidth(now);
        }
    }

    /**
     * Adds each limit in which a charge does not fit to a shortage.
     *
     * @param terms the terms for overdrafts of leases
     */
    void check(Charge charge, LeaseTerms terms, long now, Shortage shortage) {
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (limit.counts(charge)) {
                long wanted = limit.reserve(charge);
                if (wanted == TokenLimit.TOO_LARGE || level(i) < wanted || !isCovered(charge, i, wanted, terms)) {
                    explain(charge, terms, now, shortage);
                    return;
                }
            }
        }
        for (int i = 0; i < limits.concurrency().length; i++) {
            TokenLimit limit = limits.concurrency()[i];
            if (concurrencyInUse(i) >= limit.capacity() && limit.counts(charge)) {
                shortage.addWait(limit, true, Shortage.CONCURRENCY_NANOS, 1, 0, Shortage.CONCURRENCY_NANOS);
            }
        }
    }

    private void explain(Charge charge, LeaseTerms terms, long now, Shortage shortage) {
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (!limit.counts(charge)) {
                continue;
            }
            long wanted = limit.reserve(charge);
            if (wanted == TokenLimit.TOO_LARGE) {
                shortage.addTooLarge(limit, limit.requested(charge), level(i), nanosUntilFull(i, now));
            } else {
                boolean covered = isCovered(charge, i, wanted, terms);
                long wait = Math.max(nanosUntilAvailable(i, wanted, now), covered ? 0 : terms.roundNanos());
                shortage.addWait(limit, wait > 0, wait, wanted, level(i), nanosUntilFull(i, now));
                if (wait > 0 && watch != null) {
                    watch.refused(this, i, wanted, charge);
                }
            }
        }
    }

    /** A part of a session needs no lease, because the session could not wait for the next draw. */
    private boolean isCovered(Charge charge, int index, long wanted, LeaseTerms terms) {
        return lease == null
                || charge.part
                || terms.permits(lease.balance(index), wanted, limits.get(index).capacity());
    }

    /** Takes the reserved tokens of a charge; {@link #check} must precede. */
    void take(Charge charge) {
        inFlight++;
        if (concurrency != null) {
            concurrency.take(limits, charge);
        }
        long surplus = 0;
        for (int i = limits.size() - 1; i >= 0; i--) {
            TokenLimit limit = limits.get(i);
            long taken = limit.counts(charge) ? limit.taken(charge) : 0;
            surplus = change(i, -taken, surplus);
            if (watch != null) {
                watch.reserve(i, taken);
            }
        }
        endChanges();
    }

    /**
     * Replaces the earlier charges of a charge by its final cost, leaving a debt if necessary. The debt of a bucket
     * that several accounts share is at most its capacity, since nothing was reserved that would bound the charge.
     *
     * @param pool the pool that the bucket belongs to; null for other owners
     */
    void correct(Charge charge, @Nullable String pool) {
        long surplus = 0;
        for (int i = limits.size() - 1; i >= 0; i--) {
            TokenLimit limit = limits.get(i);
            long tokens = limit.counts(charge) ? -charge.beyondEarlier(limit, pool) : 0;
            if (limit.isShared(charge)) {
                tokens = Math.max(tokens, Math.min(0, -limit.capacity() - level(i) + surplus));
            }
            surplus = change(i, tokens, surplus);
        }
        endChanges();
        if (watch != null) {
            watch.settled(this, charge);
        }
    }

    /**
     * Ends an exchange: replaces its reserved tokens by its final cost. A limit that a reload has removed is skipped; a
     * limit that replaced it has inherited its used tokens.
     *
     * @param taken the limits at the time of {@link #take}
     * @param takenAt the {@link #adoptions} at that time
     */
    void settle(Charge charge, BucketLimits taken, int takenAt) {
        inFlight--;
        if (concurrency != null) {
            concurrency.settle(limits, charge, taken, takenAt);
        }
        long surplus = 0;
        for (int i = limits.size() - 1; i >= 0; i--) {
            int index = limits == taken ? i : taken.indexOf(limits.get(i));
            long unused = 0;
            if (index >= 0 && taken.get(index).counts(charge)) {
                long cost = taken.get(index).cost(charge);
                long reserved = taken.get(index).taken(charge);
                unused = reserved - cost;
                if (watch != null) {
                    watch.reserve(i, -reserved);
                }
                if (lease != null) {
                    lease.addCost(i, cost);
                }
            }
            surplus = change(i, unused, surplus);
        }
        endChanges();
        if (watch != null) {
            watch.settled(this, charge);
        }
    }

    /** Changes one limit as {@link Levels#change(BucketState, BucketLimits, int, long, long)}, and its lease. */
    private long change(int index, long tokens, long surplus) {
        BucketState current = state;
        if (current == null) {
            return 0;
        }
        long change = tokens < 0 && level(index) - surplus <= MIN_LEVEL ? 0 : tokens;
        if (lease != null) {
            lease.use(index, -change);
        }
        return Levels.change(current, limits, index, change, surplus);
    }

    private void endChanges() {
        if (state != null) {
            Levels.endChanges(state, limits);
        }
    }

    /** Adds the level of each limit that counts a charge. */
    void readLevels(Charge charge, TightestLimits tightest, long now) {
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (limit.counts(charge)) {
                tightest.add(limit, level(i), nanosUntilFull(i, now));
            }
        }
    }

    /** Switches to other limits by the rules of {@link Inheritance}. */
    void adopt(BucketLimits wanted, long now) {
        if (wanted == limits) {
            return;
        }
        BucketConfiguration configuration = wanted.configuration();
        BucketState before = state;
        if (configuration == null) {
            state = null;
        } else if (before == null) {
            state = Levels.full(configuration, now);
        } else {
            if (lease != null) {
                endShares(lease, wanted);
            }
            state = new Inheritance(before, limits, wanted).state(configuration, now);
        }
        if (lease != null) {
            lease.adopt(limits, wanted);
        }
        concurrency = ConcurrencyCounters.adopted(concurrency, limits, wanted, inFlight);
        watch = ShareWatch.adopted(watch, limits, wanted);
        limits = wanted;
    }

    /**
     * Switches from a gateway's share of the limits to the full limits: the debt is at most the tokens missing from the
     * share.
     */
    private void endShares(Lease current, BucketLimits wanted) {
        for (int i = 0; i < limits.size(); i++) {
            int index = wanted.indexOf(limits.get(i));
            if (limits.get(i).isShare() && index >= 0 && !wanted.get(index).isShare()) {
                current.limitDebt(i, limits.get(i).capacity() - level(i));
            }
        }
    }

    /** Ends an outage of the store: the debt is at most the tokens missing from the limits. */
    void endOutage() {
        for (int i = 0; i < limits.size(); i++) {
            if (lease != null) {
                lease.limitDebt(i, limits.get(i).capacity() - level(i));
            }
        }
    }

    /**
     * Ends a round of lease draws: passes the tokens to draw or give back for each limit.
     *
     * @param probing whether to draw one token for a limit that needs none
     */
    void endRound(int rounds, boolean probing, LeaseRound round) {
        Lease current = lease;
        if (current != null) {
            for (int i = 0; i < limits.size(); i++) {
                long tokens = current.endRound(i, rounds);
                if (tokens != 0 || probing) {
                    round.draw(this, i, tokens == 0 ? 1 : tokens);
                }
            }
        }
    }

    /** Receives the tokens to draw for a limit; a negative number is given back. */
    @FunctionalInterface
    interface LeaseRound {
        void draw(Bucket bucket, int index, long tokens);
    }

    void addLeased(int index, long tokens) {
        if (lease != null) {
            lease.add(index, tokens);
        }
    }

    /** Returns the tokens leased and not used; negative for tokens used and not leased. */
    public long leased(int index) {
        return lease == null ? 0 : lease.balance(index);
    }

    /**
     * Applies the result of a draw: the new level is the level of the fleet's bucket and the lease together.
     *
     * @param limit the limit of the draw; ignored if it was removed
     */
    void completeDraw(TokenLimit limit, long tokens, long left) {
        int index = limits.indexOf(limit);
        BucketState current = state;
        if (index >= 0 && current != null && lease != null) {
            lease.add(index, tokens);
            long known = Math.min(limit.capacity(), left + lease.balance(index));
            Levels.change(current, limits, index, known - current.getCurrentSize(index));
        }
    }

    boolean isLeaseSettled() {
        return lease == null || lease.isSettled();
    }

    /** Returns whether no exchange is in flight and no tokens are leased. */
    boolean isIdle() {
        return inFlight == 0 && isLeaseSettled();
    }

    /** Returns the number of changes of limits so far. */
    int adoptions() {
        return ConcurrencyCounters.adoptions(concurrency);
    }

    public int inFlight() {
        return inFlight;
    }

    /** Returns the exchanges in flight that the concurrency limit at an index counts. */
    public int concurrencyInUse(int index) {
        return concurrency == null ? 0 : concurrency.inUse(index);
    }

    /** Returns the tokens left in the bandwidth at an index; negative for a debt. */
    public long level(int index) {
        return state == null ? 0 : state.getCurrentSize(index);
    }

    /** Returns the nanoseconds until all bandwidths are full. */
    long nanosUntilFull(long now) {
        long most = 0;
        for (int i = 0; i < limits.size(); i++) {
            most = Math.max(most, nanosUntilFull(i, now));
        }
        return most;
    }

    /** Returns the nanoseconds until the bandwidth at an index is full, rounded up. */
    public long nanosUntilFull(int index, long now) {
        return nanosUntilAvailable(index, limits.get(index).capacity(), now);
    }

    private long nanosUntilAvailable(int index, long tokens, long now) {
        BucketState current = state;
        return current == null ? 0 : Levels.nanosUntilAvailable(current, index, limits.get(index), tokens, now);
    }
}
