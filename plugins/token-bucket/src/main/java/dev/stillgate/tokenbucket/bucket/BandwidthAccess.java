package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.TokenLimit;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState64BitsInteger;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.lang.invoke.MethodHandle;
import java.math.BigInteger;

/**
 * Operations on a single bandwidth of a Bucket4j state, called by method handle because they are private in Bucket4j.
 * Its public methods take the same number of tokens from each bandwidth, but a request takes one from a request limit
 * and thousands from a token limit. One state for each bandwidth would need a third more memory.
 */
final class BandwidthAccess {
    private static final MethodHandle CONSUME = Bucket4jMethod.CONSUME.handle();
    private static final MethodHandle ADD = Bucket4jMethod.ADD.handle();
    private static final MethodHandle LAST_REFILL = Bucket4jMethod.LAST_REFILL.handle();
    private static final MethodHandle SET_LAST_REFILL = Bucket4jMethod.SET_LAST_REFILL.handle();

    private BandwidthAccess() {}

    /** Takes tokens from the bandwidth at an index, below zero if necessary. */
    static void consume(BucketState64BitsInteger state, int index, long tokens) {
        try {
            CONSUME.invokeExact(state, index, tokens);
        } catch (Throwable e) {
            throw new AssertionError("subtracting does not fail", e);
        }
    }

    /** Returns tokens to the bandwidth at an index, up to its capacity. */
    static void add(BucketState64BitsInteger state, int index, Bandwidth bandwidth, long tokens) {
        try {
            ADD.invokeExact(state, index, bandwidth, tokens);
        } catch (Throwable e) {
            throw new AssertionError("adding does not fail", e);
        }
    }

    /** Returns the nanoseconds until the bandwidth at an index has a number of tokens, rounded up. */
    static long nanosUntilAvailable(
            BucketState64BitsInteger state, int index, TokenLimit limit, long tokens, long now) {
        Bandwidth bandwidth = limit.bandwidth();
        BucketConfiguration configuration = limit.configuration();
        long missing = tokens - state.getCurrentSize(index);
        if (bandwidth == null || configuration == null || missing <= 0) {
            return 0;
        }
        if (bandwidth.isRefillIntervally()) {
            return state.replaceConfiguration(configuration, TokensInheritanceStrategy.AS_IS, now)
                    .calculateDelayNanosAfterWillBePossibleToConsume(tokens, now, true);
        }
        long period = bandwidth.getRefillPeriodNanos();
        if (Math.multiplyHigh(missing, period) == 0 && missing * period >= 0) {
            return Math.ceilDiv(missing * period - state.getRoundingError(index), bandwidth.getRefillTokens());
        }
        return BigInteger.valueOf(missing)
                .multiply(BigInteger.valueOf(period))
                .divide(BigInteger.valueOf(bandwidth.getRefillTokens()))
                .min(BigInteger.valueOf(Long.MAX_VALUE / 4))
                .longValueExact();
    }

    /**
     * Returns the time of the last refill of the bandwidth at an index; for a refill by interval, the start of its
     * interval.
     */
    static long lastRefill(BucketState64BitsInteger state, int index) {
        try {
            return (long) LAST_REFILL.invokeExact(state, index);
        } catch (Throwable e) {
            throw new AssertionError("reading does not fail", e);
        }
    }

    static void setLastRefill(BucketState64BitsInteger state, int index, long nanos) {
        try {
            SET_LAST_REFILL.invokeExact(state, index, nanos);
        } catch (Throwable e) {
            throw new AssertionError("writing does not fail", e);
        }
    }
}
