package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.lease.Lease;
import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState64BitsInteger;
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
    private static final long DEEPEST = -(1L << 60);

    private static final int[] NONE = {};

    private final int key;
    private BucketLimits limits;
    private @Nullable BucketState64BitsInteger state;
    private @Nullable Lease lease;
    private int inFlight;
    private int[] underWay;

    /**
     * Creates a full bucket.
     *
     * @param leased whether the fleet shares it
     */
    Bucket(int key, BucketLimits limits, long now, boolean leased) {
        this.key = key;
        this.limits = limits;
        this.lease = leased ? new Lease(limits.size()) : null;
        this.underWay = counters(limits);
        BucketConfiguration configuration = limits.configuration();
        this.state = configuration == null ? null : new BucketState64BitsInteger(configuration, now);
    }

    private static int[] counters(BucketLimits limits) {
        int count = limits.concurrency().length;
        return count == 0 ? NONE : new int[count];
    }

    /** Returns the key of the partition of the owner's traffic that the bucket counts. */
    public int key() {
        return key;
    }

    public BucketLimits limits() {
        return limits;
    }

    /**
     * Restores the saved level of the limit with the same name, if there is one; never raises the level. An interval of
     * the same length continues, so that restarts do not delay its refill.
     *
     * @param savedAt the time of the save
     */
    void restore(Snapshot.Level saved, long then) {
        BucketState64BitsInteger held = state;
        for (int i = 0; i < limits.size(); i++) {
            Bandwidth bandwidth = limits.get(i).bandwidth();
            if (held == null || bandwidth == null || !limits.get(i).name().equals(saved.limit())) {
                continue;
            }
            if (saved.left() < level(i)) {
                BandwidthAccess.consume(held, i, level(i) - Math.max(saved.left(), DEEPEST));
            }
            if (bandwidth.isRefillIntervally() && saved.interval().equals(bandwidth.getId())) {
                long begun = Math.clamp(saved.begun(), 0, bandwidth.getRefillPeriodNanos());
                BandwidthAccess.setLastRefill(held, i, then - begun);
            }
        }
    }

    /** Returns the state of the limit at an index, to be saved. */
    Snapshot.Level saved(int index, long now) {
        BucketState64BitsInteger held = state;
        TokenLimit limit = limits.get(index);
        Bandwidth bandwidth = limit.bandwidth();
        if (held == null || bandwidth == null || !bandwidth.isRefillIntervally()) {
            return new Snapshot.Level(limit.name(), level(index), "", 0);
        }
        long begun = Math.max(0, now - BandwidthAccess.lastRefill(held, index));
        return new Snapshot.Level(limit.name(), level(index), bandwidth.getId(), begun);
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
                if (wanted == TokenLimit.NEVER || level(i) < wanted || !covers(i, wanted, terms)) {
                    explain(charge, terms, now, shortage);
                    return;
                }
            }
        }
        for (int i = 0; i < underWay.length; i++) {
            TokenLimit limit = limits.concurrency()[i];
            if (underWay[i] >= limit.capacity() && limit.counts(charge)) {
                shortage.waits(limit, true, Shortage.CONCURRENCY_NANOS, 1, 0, Shortage.CONCURRENCY_NANOS);
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
            if (wanted == TokenLimit.NEVER) {
                shortage.never(limit, asked(limit, charge), level(i), untilFull(i, now));
            } else {
                boolean covered = covers(i, wanted, terms);
                long wait = Math.max(untilLeft(i, wanted, now), covered ? 0 : terms.roundNanos());
                shortage.waits(limit, wait > 0, wait, wanted, level(i), untilFull(i, now));
            }
        }
    }

    private boolean covers(int index, long wanted, LeaseTerms terms) {
        return lease == null
                || terms.cover(lease.held(index), wanted, limits.get(index).capacity());
    }

    private static long asked(TokenLimit limit, Charge charge) {
        return switch (limit.measure()) {
            case REQUESTS, CONCURRENCY -> charge.requests;
            case INPUT_TOKENS -> charge.input;
            case OUTPUT_TOKENS -> charge.output;
            case TOTAL_TOKENS -> charge.input + Math.max(0, limit.strict() ? charge.output : 0);
        };
    }

    /** Takes the reserved tokens of a charge; {@link #check} must precede. */
    void take(Charge charge) {
        inFlight++;
        for (int i = 0; i < underWay.length; i++) {
            underWay[i] += limits.concurrency()[i].counts(charge) ? 1 : 0;
        }
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (limit.counts(charge)) {
                consume(i, limit.reserve(charge));
            }
        }
    }

    /**
     * Replaces the earlier charges of a charge by its final cost, leaving a debt if necessary. A limit without an
     * earlier charge was added later and is skipped.
     */
    void correct(Charge charge) {
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (limit.counts(charge)) {
                long cost = limit.cost(charge);
                change(i, charge.charged == null ? -cost : charge.charged.getOrDefault(limit.name(), cost) - cost);
            }
        }
    }

    /**
     * Ends an exchange: replaces its reserved tokens by its final cost. A limit that a reload has removed is skipped; a
     * limit that replaced it has inherited its used tokens.
     *
     * @param taken the limits at the time of {@link #take}
     */
    void settle(Charge charge, BucketLimits taken) {
        inFlight--;
        for (int i = 0; i < underWay.length; i++) {
            TokenLimit limit = taken.concurrency(limits.concurrency()[i].name());
            underWay[i] -= limit == null || limit.counts(charge) ? 1 : 0;
        }
        for (int i = 0; i < taken.size(); i++) {
            TokenLimit limit = taken.get(i);
            int index = limits == taken ? i : limits.indexOf(limit);
            if (index >= 0 && limit.counts(charge)) {
                long cost = limit.cost(charge);
                change(index, limit.reserve(charge) - cost);
                if (lease != null) {
                    lease.cost(index, cost);
                }
            }
        }
    }

    /** Returns tokens; a negative number takes tokens. */
    private void change(int index, long tokens) {
        BucketState64BitsInteger held = state;
        Bandwidth bandwidth = limits.get(index).bandwidth();
        if (tokens < 0) {
            consume(index, -tokens);
        } else if (tokens > 0 && held != null && bandwidth != null) {
            BandwidthAccess.add(held, index, bandwidth, tokens);
            if (lease != null) {
                lease.use(index, -tokens);
            }
        }
    }

    private void consume(int index, long tokens) {
        BucketState64BitsInteger held = state;
        if (held != null && held.getCurrentSize(index) > DEEPEST) {
            BandwidthAccess.consume(held, index, tokens);
            if (lease != null) {
                lease.use(index, tokens);
            }
        }
    }

    /** Adds the level of each limit that counts a charge. */
    void read(Charge charge, TightestLimits readings, long now) {
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (limit.counts(charge)) {
                readings.add(limit, level(i), untilFull(i, now));
            }
        }
    }

    /** Switches to other limits by the rules of {@link Inheritance}. */
    void adopt(BucketLimits wanted, long now) {
        if (wanted == limits) {
            return;
        }
        BucketConfiguration configuration = wanted.configuration();
        BucketState64BitsInteger before = state;
        if (configuration == null) {
            state = null;
        } else if (before == null) {
            state = new BucketState64BitsInteger(configuration, now);
        } else {
            if (lease != null) {
                endParts(lease, wanted);
            }
            state = new Inheritance(before, limits, wanted).state(configuration, now);
        }
        if (lease != null) {
            lease.adopt(limits, wanted);
        }
        adoptCounters(wanted);
        limits = wanted;
    }

    /** A new concurrency limit counts all exchanges in flight; {@link #settle} releases them. */
    private void adoptCounters(BucketLimits wanted) {
        int[] before = underWay;
        underWay = counters(wanted);
        for (int i = 0; i < underWay.length; i++) {
            underWay[i] = inFlight;
            for (int j = 0; j < before.length; j++) {
                if (limits.concurrency()[j].name().equals(wanted.concurrency()[i].name())) {
                    underWay[i] = before[j];
                }
            }
        }
    }

    /**
     * Switches from a gateway's share of the limits to the full limits: the debt is at most the tokens missing from the
     * share.
     */
    private void endParts(Lease mine, BucketLimits wanted) {
        for (int i = 0; i < limits.size(); i++) {
            int index = wanted.indexOf(limits.get(i));
            if (limits.get(i).isPart() && index >= 0 && !wanted.get(index).isPart()) {
                mine.oweAtMost(i, limits.get(i).capacity() - level(i));
            }
        }
    }

    /** Ends an outage of the store: the debt is at most the tokens missing from the limits. */
    void endOutage() {
        for (int i = 0; i < limits.size(); i++) {
            if (lease != null) {
                lease.oweAtMost(i, limits.get(i).capacity() - level(i));
            }
        }
    }

    /**
     * Ends a round of lease draws: passes the tokens to draw or give back for each limit.
     *
     * @param probing whether to draw one token for a limit that needs none
     */
    void endRound(int rounds, boolean probing, LeaseRound round) {
        Lease mine = lease;
        if (mine != null) {
            for (int i = 0; i < limits.size(); i++) {
                long tokens = mine.endRound(i, rounds);
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

    void lease(int index, long tokens) {
        if (lease != null) {
            lease.add(index, tokens);
        }
    }

    /** Returns the tokens leased and not used; negative for tokens used and not leased. */
    public long held(int index) {
        return lease == null ? 0 : lease.held(index);
    }

    /**
     * Applies the result of a draw: the new level is the level of the fleet's bucket and the lease together.
     *
     * @param limit the limit of the draw; ignored if it was removed
     */
    void drawn(TokenLimit limit, long tokens, long left) {
        int index = limits.indexOf(limit);
        BucketState64BitsInteger held = state;
        if (index >= 0 && held != null && lease != null) {
            lease.add(index, tokens);
            long known = Math.min(limit.capacity(), left + lease.held(index));
            BandwidthAccess.consume(held, index, held.getCurrentSize(index) - known);
        }
    }

    boolean isLeaseSettled() {
        return lease == null || lease.isSettled();
    }

    /** Returns whether no exchange is in flight and no tokens are leased. */
    boolean isIdle() {
        return inFlight == 0 && isLeaseSettled();
    }

    public int inFlight() {
        return inFlight;
    }

    /** Returns the exchanges in flight that the concurrency limit at an index counts. */
    public int underWay(int index) {
        return underWay[index];
    }

    /** Returns the tokens left in the bandwidth at an index; negative for a debt. */
    public long level(int index) {
        return state == null ? 0 : state.getCurrentSize(index);
    }

    /** Returns the nanoseconds until all bandwidths are full. */
    long untilFull(long now) {
        long most = 0;
        for (int i = 0; i < limits.size(); i++) {
            most = Math.max(most, untilFull(i, now));
        }
        return most;
    }

    /** Returns the nanoseconds until the bandwidth at an index is full, rounded up. */
    public long untilFull(int index, long now) {
        return untilLeft(index, limits.get(index).capacity(), now);
    }

    private long untilLeft(int index, long tokens, long now) {
        BucketState64BitsInteger held = state;
        return held == null ? 0 : BandwidthAccess.untilLeft(held, index, limits.get(index), tokens, now);
    }
}
