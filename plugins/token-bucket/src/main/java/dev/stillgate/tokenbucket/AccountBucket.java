package dev.stillgate.tokenbucket;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;

/**
 * The bucket of one account or address prefix: Bucket4j's {@link BucketState} with one bandwidth a limit, under one
 * monitor.
 *
 * <p>The state is used without a {@code LocalBucket} around it: that has a lock or a copy of its own, reads the clock by
 * itself, and is three times as large. The monitor makes taking from all limits one step, and is where the two promises
 * are kept. Nothing refills but time: the bucket's clock never goes back, and a change of limits never adds
 * ({@link #adopt}). And a bucket is forgotten only when full: {@code keptUntil} is the very instant at which the cache
 * may drop it, and nothing is taken that would not be back by then.
 */
final class AccountBucket {
    private static final long NANOS_PER_DAY = Duration.ofDays(1).toNanos();

    private final boolean shared;
    private Limits limits;
    private BucketState state;
    private long now;
    private long keptUntil;
    private long neededUntil;
    private boolean forgotten;

    private AccountBucket(Limits limits, long now, boolean shared) {
        this.limits = limits;
        this.now = now;
        this.shared = shared;
        this.keptUntil = shared ? Long.MAX_VALUE : now;
        this.neededUntil = now;
        this.state = BucketState.createInitialState(limits.configuration(), MathType.INTEGER_64_BITS, now);
    }

    /** A full bucket of one account, which may be forgotten. */
    static AccountBucket own(Limits limits, long now) {
        return new AccountBucket(limits, now, false);
    }

    /** A full bucket of an address prefix, which is never forgotten. */
    static AccountBucket shared(Limits limits, long now) {
        return new AccountBucket(limits, now, true);
    }

    /**
     * Takes from all limits or from none.
     *
     * @param wanted the limits of the caller's policy; older ones than the bucket's give way to those
     * @param tokens how many to take, at least 1
     * @param whole how many the request takes in all, earlier ones included; what the wait is for
     * @param clock the time in nanoseconds; one before the bucket's own time counts as that
     */
    synchronized Take take(Limits wanted, long tokens, long whole, long clock) {
        if (forgotten) {
            return Take.Again.FORGOTTEN;
        }
        adopt(wanted, clock);
        if (whole > limits.smallestCapacity()) {
            return tooLarge(whole);
        }
        if (state.getAvailableTokens() < tokens) {
            return refusal(tokens, whole);
        }
        if (!shared && !isKeptFor(tokens)) {
            return Take.Again.KEEP_LONGER;
        }
        state.consume(tokens);
        return shared ? Take.Granted.SHARED : Take.Granted.OWN;
    }

    /**
     * Brings the bucket to a time and to the limits of a policy, unless it has later ones already. A limit that was there
     * before keeps its tokens, cut to the new capacity ({@link TokensInheritanceStrategy#AS_IS}: the only one under which
     * no sequence of changes ever adds a token). A limit with the same name whose interval changed does too. A limit of a
     * new name starts without what the account is known to have used, which is the largest deficit among the limits of its
     * measure; and when limits of its measure are gone, with no more than was left of any of those, since it may be one of
     * them with another name.
     */
    synchronized void adopt(Limits wanted, long clock) {
        now = Math.max(now, clock);
        state.refillAllBandwidth(now);
        if (wanted == limits || wanted.generation() < limits.generation()) {
            return;
        }
        BucketConfiguration starting = wanted.startingFrom(limits, added -> knownLeft(added, wanted));
        if (starting != null) {
            state = state.replaceConfiguration(starting, TokensInheritanceStrategy.AS_IS, now);
        }
        state = state.replaceConfiguration(wanted.configuration(), TokensInheritanceStrategy.AS_IS, now);
        limits = wanted;
    }

    /**
     * Decides how much longer the bucket is kept: until it is full, also after what is about to be taken, and then some
     * slack, so that a busy account asks rarely: a sixteenth of the time it takes to fill, at most a day.
     *
     * @param leastSlack the least slack in nanoseconds
     * @return nanoseconds from {@code clock} on
     */
    synchronized long keep(long clock, long leastSlack) {
        now = Math.max(now, clock);
        state.refillAllBandwidth(now);
        long slack = Math.max(leastSlack, Math.min(limits.nanosFromEmpty() / 16, NANOS_PER_DAY));
        keptUntil = Math.max(now + untilFull(), neededUntil) + slack;
        return keptUntil - clock;
    }

    /**
     * Marks the bucket as dropped by the cache, so that a caller who still holds it takes nothing from it.
     *
     * @return whether it was full, so that nothing was lost
     */
    synchronized boolean forget(long clock) {
        forgotten = true;
        now = Math.max(now, clock);
        state.refillAllBandwidth(now);
        return untilFull() == 0;
    }

    synchronized Limits limits() {
        return limits;
    }

    private boolean isKeptFor(long tokens) {
        long full = now + Math.min(untilFull() + limits.nanosFor(tokens), limits.nanosFromEmpty());
        if (full <= keptUntil) {
            return true;
        }
        neededUntil = Math.max(neededUntil, full);
        return false;
    }

    private long untilFull() {
        long nanos = state.calculateFullRefillingTime(now);
        return nanos == 0 ? 0 : nanos + 1; // Bucket4j rounds down
    }

    private long knownLeft(NamedBandwidth added, Limits wanted) {
        long mostUsed = 0;
        long leastLeft = added.capacity();
        for (int i = 0; i < limits.bandwidths().size(); i++) {
            NamedBandwidth before = limits.bandwidths().get(i);
            long left = Math.clamp(state.getCurrentSize(i), 0, before.capacity());
            if (before.name().equals(added.name())) {
                return Math.min(left, added.capacity());
            }
            if (before.measure() == added.measure()) {
                mostUsed = Math.max(mostUsed, before.capacity() - left);
                leastLeft = wanted.hasName(before.name()) ? leastLeft : Math.min(leastLeft, left);
            }
        }
        return Math.max(0, Math.min(leastLeft, added.capacity() - mostUsed));
    }

    private Take.Refused tooLarge(long whole) {
        int index = 0;
        while (limits.bandwidths().get(index).capacity() >= whole) {
            index++;
        }
        return refused(index, -1);
    }

    private Take.Refused refusal(long tokens, long whole) {
        int bound = 0;
        long boundWait = -1;
        long wait = 0;
        for (int i = 0; i < limits.bandwidths().size(); i++) {
            long own = untilLeft(i, whole);
            wait = Math.max(wait, own);
            if (state.getCurrentSize(i) < tokens && own > boundWait) {
                bound = i;
                boundWait = own;
            }
        }
        return refused(bound, wait);
    }

    private Take.Refused refused(int index, long wait) {
        NamedBandwidth bound = limits.bandwidths().get(index);
        long left = Math.max(0, state.getCurrentSize(index));
        return new Take.Refused(bound, left, wait, untilLeft(index, bound.capacity()), shared);
    }

    /** Returns the nanoseconds until a limit has so many left, rounded up. */
    private long untilLeft(int index, long tokens) {
        NamedBandwidth limit = limits.bandwidths().get(index);
        long missing = tokens - state.getCurrentSize(index);
        if (missing <= 0) {
            return 0;
        }
        Bandwidth bandwidth = limit.bandwidth();
        if (bandwidth.isRefillIntervally()) {
            return state.replaceConfiguration(limit.alone(), TokensInheritanceStrategy.AS_IS, now)
                    .calculateDelayNanosAfterWillBePossibleToConsume(tokens, now, true);
        }
        long parts = missing * bandwidth.getRefillPeriodNanos() - state.getRoundingError(index);
        return Math.ceilDiv(parts, bandwidth.getRefillTokens());
    }
}
