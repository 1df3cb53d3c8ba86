package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.lease.Lease;
import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.PartLimits;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState64BitsInteger;
import org.jspecify.annotations.Nullable;

/**
 * One bucket: Bucket4j's state with one bandwidth a limit, and the exchanges under way. It counts a part of its owner's
 * traffic (all of it, a model's, a route's), and is used under the owner's monitor only.
 *
 * <p>The state is used without a {@code LocalBucket} around it: that has a lock or a copy of its own, reads the clock
 * by itself, and is three times as large. Nothing refills but time: the bucket's clock never goes back, a change of
 * limits never adds ({@link #adopt}), and no more is given back than was taken. A level may be below zero; that is
 * debt, and lasts until time has paid it.
 */
public final class Bucket {
    /** No debt is deeper, so that no sum overflows. */
    private static final long DEEPEST = -(1L << 60);

    private static final int[] NONE = {};

    private final int key;
    private PartLimits limits;
    private @Nullable BucketState64BitsInteger state;
    private @Nullable Lease lease;
    private int inFlight;
    private int[] underWay;

    /**
     * A full bucket.
     *
     * @param leased whether the fleet shares it
     */
    Bucket(int key, PartLimits limits, long now, boolean leased) {
        this.key = key;
        this.limits = limits;
        this.lease = leased ? new Lease(limits.size()) : null;
        this.underWay = counters(limits);
        BucketConfiguration configuration = limits.configuration();
        this.state = configuration == null ? null : new BucketState64BitsInteger(configuration, now);
    }

    private static int[] counters(PartLimits limits) {
        int count = limits.concurrency().length;
        return count == 0 ? NONE : new int[count];
    }

    /** Returns which part of its owner's traffic it counts. */
    public int key() {
        return key;
    }

    public PartLimits limits() {
        return limits;
    }

    /**
     * Makes a limit, if there is one of the name, as it was saved; never raises it. An interval that had begun goes on
     * if it is the same, or each restart would put off what it brings.
     *
     * @param then when it was saved
     */
    void restore(Snapshot.Level saved, long then) {
        BucketState64BitsInteger held = state;
        for (int i = 0; i < limits.size(); i++) {
            Bandwidth bandwidth = limits.get(i).bandwidth();
            if (held == null || bandwidth == null || !limits.get(i).name().equals(saved.limit())) {
                continue;
            }
            if (saved.left() < level(i)) {
                BandwidthCells.consume(held, i, level(i) - Math.max(saved.left(), DEEPEST));
            }
            if (bandwidth.isRefillIntervally() && saved.interval().equals(bandwidth.getId())) {
                long begun = Math.clamp(saved.begun(), 0, bandwidth.getRefillPeriodNanos());
                BandwidthCells.setLastRefill(held, i, then - begun);
            }
        }
    }

    /** Returns what is to be saved of the limit at an index. */
    Snapshot.Level saved(int index, long now) {
        BucketState64BitsInteger held = state;
        TokenLimit limit = limits.get(index);
        Bandwidth bandwidth = limit.bandwidth();
        if (held == null || bandwidth == null || !bandwidth.isRefillIntervally()) {
            return new Snapshot.Level(limit.name(), level(index), "", 0);
        }
        long begun = Math.max(0, now - BandwidthCells.lastRefill(held, index));
        return new Snapshot.Level(limit.name(), level(index), bandwidth.getId(), begun);
    }

    /** Brings the bucket to a time. */
    void refill(long now) {
        if (state != null) {
            state.refillAllBandwidth(now);
        }
    }

    /**
     * Adds to the shortage whatever keeps the charge from fitting.
     *
     * @param terms how far leases may be gone beyond
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

    /** Takes what the demand wants; only after {@link #check}. */
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
     * Makes what was charged for the demand some time ago what it has cost; what is not there is owed. A limit that
     * came in between has charged nothing, and is passed over.
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
     * Ends an exchange: what was taken of each limit gives way to what it has cost. A limit that was taken from and is
     * gone is passed over; the one that took its place has counted what was taken.
     *
     * @param taken the limits under which was taken
     */
    void settle(Charge charge, PartLimits taken) {
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

    /** Gives tokens back, or takes more when the number is negative. */
    private void change(int index, long tokens) {
        BucketState64BitsInteger held = state;
        Bandwidth bandwidth = limits.get(index).bandwidth();
        if (tokens < 0) {
            consume(index, -tokens);
        } else if (tokens > 0 && held != null && bandwidth != null) {
            BandwidthCells.add(held, index, bandwidth, tokens);
            if (lease != null) {
                lease.use(index, -tokens);
            }
        }
    }

    private void consume(int index, long tokens) {
        BucketState64BitsInteger held = state;
        if (held != null && held.getCurrentSize(index) > DEEPEST) {
            BandwidthCells.consume(held, index, tokens);
            if (lease != null) {
                lease.use(index, tokens);
            }
        }
    }

    /** Reads how much is left of each limit that counts the charge. */
    void read(Charge charge, TightestLimits readings, long now) {
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (limit.counts(charge)) {
                readings.add(limit, level(i), untilFull(i, now));
            }
        }
    }

    /** Goes over to other limits, by the rules of {@link Inheritance}. */
    void adopt(PartLimits wanted, long now) {
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

    /** A limit of concurrency that is new counts everything that is under way, and lets go of it in {@link #settle}. */
    private void adoptCounters(PartLimits wanted) {
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

    /** Goes over from a gateway's part of the limits to all of them: only what is missing from the part is owed. */
    private void endParts(Lease mine, PartLimits wanted) {
        for (int i = 0; i < limits.size(); i++) {
            int index = wanted.indexOf(limits.get(i));
            if (limits.get(i).isPart() && index >= 0 && !wanted.get(index).isPart()) {
                mine.oweAtMost(i, limits.get(i).capacity() - level(i));
            }
        }
    }

    /** Settles with the store what was used while it did not answer: only what is missing is owed. */
    void endOutage() {
        for (int i = 0; i < limits.size(); i++) {
            if (lease != null) {
                lease.oweAtMost(i, limits.get(i).capacity() - level(i));
            }
        }
    }

    /**
     * Ends a round of drawing: says of each limit how many tokens are to be drawn or given back.
     *
     * @param probing whether one is drawn where none is needed
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

    /** Draws tokens for a limit, or gives them back when the number is negative. */
    @FunctionalInterface
    interface LeaseRound {
        void draw(Bucket bucket, int index, long tokens);
    }

    /** Takes tokens that were drawn, or lets go of some when the number is negative. */
    void lease(int index, long tokens) {
        if (lease != null) {
            lease.add(index, tokens);
        }
    }

    /** Returns how many tokens are leased and not used, below zero for those used and not leased. */
    public long held(int index) {
        return lease == null ? 0 : lease.held(index);
    }

    /**
     * Takes what came of a draw: what is left in the fleet's bucket and what is leased from it is what is left here.
     *
     * @param limit the limit that was drawn for; one that is gone is passed over
     */
    void drawn(TokenLimit limit, long tokens, long left) {
        int index = limits.indexOf(limit);
        BucketState64BitsInteger held = state;
        if (index >= 0 && held != null && lease != null) {
            lease.add(index, tokens);
            long known = Math.min(limit.capacity(), left + lease.held(index));
            BandwidthCells.consume(held, index, held.getCurrentSize(index) - known);
        }
    }

    boolean isLeaseSettled() {
        return lease == null || lease.isSettled();
    }

    /** Returns whether nothing is under way and nothing is leased. */
    boolean isIdle() {
        return inFlight == 0 && isLeaseSettled();
    }

    public int inFlight() {
        return inFlight;
    }

    /** Returns how many exchanges are under way that the limit of concurrency at an index counts. */
    public int underWay(int index) {
        return underWay[index];
    }

    /** Returns what is left of the bandwidth at an index, below zero for a debt. */
    public long level(int index) {
        return state == null ? 0 : state.getCurrentSize(index);
    }

    /** Returns how long it takes until everything is full, in nanoseconds. */
    long untilFull(long now) {
        long most = 0;
        for (int i = 0; i < limits.size(); i++) {
            most = Math.max(most, untilFull(i, now));
        }
        return most;
    }

    /** Returns how long it takes until the bandwidth at an index is full, in nanoseconds, rounded up. */
    public long untilFull(int index, long now) {
        return untilLeft(index, limits.get(index).capacity(), now);
    }

    private long untilLeft(int index, long tokens, long now) {
        BucketState64BitsInteger held = state;
        return held == null ? 0 : BandwidthCells.untilLeft(held, index, limits.get(index), tokens, now);
    }
}
