package dev.stillgate.tokenbucket;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState64BitsInteger;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * One bucket: Bucket4j's state with one bandwidth a limit, and the exchanges under way. It counts a part of its owner's
 * traffic (all of it, a model's, a route's), and is used under the owner's monitor only.
 *
 * <p>The state is used without a {@code LocalBucket} around it: that has a lock or a copy of its own, reads the clock by
 * itself, and is three times as large. Nothing refills but time: the bucket's clock never goes back, a change of limits
 * never adds ({@link #adopt}), and no more is given back than was taken. A level may be below zero; that is debt, and
 * lasts until time has paid it.
 */
final class Bucket {
    /** No debt is deeper, so that no sum overflows. */
    private static final long DEEPEST = -(1L << 60);

    private final int key;
    private PartLimits limits;
    private @Nullable BucketState64BitsInteger state;
    private int inFlight;

    /** A full bucket. */
    Bucket(int key, PartLimits limits, long now) {
        this.key = key;
        this.limits = limits;
        BucketConfiguration configuration = limits.configuration();
        this.state = configuration == null ? null : new BucketState64BitsInteger(configuration, now);
    }

    /** Returns which part of its owner's traffic it counts. */
    int key() {
        return key;
    }

    PartLimits limits() {
        return limits;
    }

    /** Brings the bucket to a time. */
    void refill(long now) {
        if (state != null) {
            state.refillAllBandwidth(now);
        }
    }

    /** Adds to the demand's shortage what keeps it from fitting. */
    void check(Demand demand, long now) {
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (demand.touches(limit)) {
                long wanted = limit.reserve(demand);
                if (wanted == TokenLimit.NEVER || level(i) < wanted) {
                    explain(demand, now);
                    return;
                }
            }
        }
        for (TokenLimit limit : limits.concurrency()) {
            if (inFlight >= limit.capacity() && demand.touches(limit)) {
                demand.addShortage().waits(limit, true, Shortage.CONCURRENCY_NANOS, 1, 0, Shortage.CONCURRENCY_NANOS);
            }
        }
    }

    private void explain(Demand demand, long now) {
        Shortage shortage = demand.addShortage();
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (!demand.touches(limit)) {
                continue;
            }
            long wanted = limit.reserve(demand);
            if (wanted == TokenLimit.NEVER) {
                shortage.never(limit, asked(limit, demand), level(i), untilFull(i, now));
            } else {
                shortage.waits(
                        limit, level(i) < wanted, untilLeft(i, wanted, now), wanted, level(i), untilFull(i, now));
            }
        }
    }

    private static long asked(TokenLimit limit, Demand demand) {
        return switch (limit.measure()) {
            case REQUESTS, CONCURRENCY -> demand.requests;
            case INPUT_TOKENS -> demand.input;
            case OUTPUT_TOKENS -> demand.output;
            case TOTAL_TOKENS -> demand.input + Math.max(0, limit.strict() ? demand.output : 0);
        };
    }

    /** Takes what the demand wants; only after {@link #check}. */
    void take(Demand demand) {
        inFlight++;
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (demand.touches(limit)) {
                consume(i, limit.reserve(demand));
            }
        }
    }

    /** Makes what was taken for the demand some time ago what it has cost; what is not there is owed. */
    void correct(Demand demand) {
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (demand.touches(limit)) {
                long taken = demand.reserved ? Math.max(0, limit.reserve(demand)) : 0;
                change(i, taken - limit.cost(demand));
            }
        }
    }

    /**
     * Ends an exchange: what was taken of each limit gives way to what it has cost. A limit that was taken from and is
     * gone is passed over; the one that took its place has counted what was taken.
     *
     * @param taken the limits under which was taken
     */
    void settle(Demand demand, PartLimits taken) {
        inFlight--;
        for (int i = 0; i < taken.size(); i++) {
            TokenLimit limit = taken.get(i);
            int index = limits == taken ? i : limits.indexOf(limit);
            if (index >= 0 && demand.touches(limit)) {
                change(index, limit.reserve(demand) - limit.cost(demand));
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
        }
    }

    private void consume(int index, long tokens) {
        BucketState64BitsInteger held = state;
        if (held != null && held.getCurrentSize(index) > DEEPEST) {
            BandwidthCells.consume(held, index, tokens);
        }
    }

    /** Reads how much is left of each limit that counts the demand. */
    void read(Demand demand, Readings readings, long now) {
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            if (demand.touches(limit)) {
                readings.add(limit, level(i), untilFull(i, now));
            }
        }
    }

    /**
     * Goes over to other limits. A limit that was there before keeps its tokens, cut to the new capacity ({@link
     * TokensInheritanceStrategy#AS_IS}: the only one under which no sequence of changes ever adds a token). A limit with
     * the same name whose interval changed does too. A limit of a new name starts without what is known to have been
     * used, which is the largest deficit among the limits of its measure; and when limits of its measure are gone, with
     * no more than was left of any of those, since it may be one of them with another name.
     */
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
            state = inherit(before, wanted, configuration, now);
        }
        limits = wanted;
    }

    private BucketState64BitsInteger inherit(
            BucketState64BitsInteger before, PartLimits wanted, BucketConfiguration configuration, long now) {
        long[] left = new long[wanted.size()];
        for (int i = 0; i < left.length; i++) {
            left[i] = wanted.continues(limits, i) ? 0 : knownLeft(wanted.get(i), wanted);
        }
        BucketConfiguration starting = wanted.startingWith(limits, left);
        BucketState64BitsInteger after =
                inherit(starting == null ? before : inherit(before, starting, now), configuration, now);
        for (int i = 0; i < left.length; i++) {
            if (left[i] < 0) {
                BandwidthCells.consume(after, i, -left[i]); // a bandwidth cannot start with a debt
            }
        }
        return after;
    }

    private static BucketState64BitsInteger inherit(
            BucketState64BitsInteger from, BucketConfiguration configuration, long now) {
        return (BucketState64BitsInteger)
                from.replaceConfiguration(configuration, TokensInheritanceStrategy.AS_IS, now);
    }

    private long knownLeft(TokenLimit added, PartLimits wanted) {
        long mostUsed = 0;
        long leastLeft = added.capacity();
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit before = limits.get(i);
            long left = Math.min(level(i), before.capacity());
            if (before.name().equals(added.name())) {
                return Math.min(left, added.capacity());
            }
            if (before.measure() == added.measure()) {
                mostUsed = Math.max(mostUsed, before.capacity() - left);
                leastLeft = wanted.indexOf(before) >= 0 ? leastLeft : Math.min(leastLeft, left);
            }
        }
        return Math.min(leastLeft, added.capacity() - mostUsed);
    }

    boolean isIdle() {
        return inFlight == 0;
    }

    int inFlight() {
        return inFlight;
    }

    /** Returns what is left of the bandwidth at an index, below zero for a debt. */
    long level(int index) {
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
    long untilFull(int index, long now) {
        return untilLeft(index, limits.get(index).capacity(), now);
    }

    /** Returns how long it takes until the bandwidth at an index has so many left, in nanoseconds, rounded up. */
    private long untilLeft(int index, long tokens, long now) {
        BucketState64BitsInteger held = state;
        TokenLimit limit = limits.get(index);
        Bandwidth bandwidth = limit.bandwidth();
        long missing = tokens - level(index);
        if (held == null || bandwidth == null || missing <= 0) {
            return 0;
        }
        if (bandwidth.isRefillIntervally()) {
            BucketConfiguration alone = limit.alone();
            return alone == null
                    ? 0
                    : inherit(held, alone, now).calculateDelayNanosAfterWillBePossibleToConsume(tokens, now, true);
        }
        long period = bandwidth.getRefillPeriodNanos();
        if (Math.multiplyHigh(missing, period) == 0 && missing * period >= 0) {
            return Math.ceilDiv(missing * period - held.getRoundingError(index), bandwidth.getRefillTokens());
        }
        return BigInteger.valueOf(missing)
                .multiply(BigInteger.valueOf(period))
                .divide(BigInteger.valueOf(bandwidth.getRefillTokens()))
                .min(BigInteger.valueOf(Long.MAX_VALUE / 4))
                .longValueExact();
    }
}
