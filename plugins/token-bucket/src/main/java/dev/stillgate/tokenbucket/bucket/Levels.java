package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.math.BigInteger;

/**
 * Operations on single limits of a Bucket4j state, which has one bandwidth for each limit.
 *
 * <p>Bucket4j changes all bandwidths of the state's configuration by the same number of tokens. A change of one limit
 * therefore sets a configuration that ends with this limit ({@link BucketLimits#upTo}), and is undone in the limits
 * before it. One state for each limit would need no such change, but a third more memory.
 */
final class Levels {
    private Levels() {}

    /** Creates the state of full limits. */
    static BucketState full(BucketConfiguration configuration, long now) {
        return BucketState.createInitialState(configuration, MathType.INTEGER_64_BITS, now);
    }

    /** Converts a state to another configuration, in which an added bandwidth begins at a time. */
    static BucketState inherit(BucketState from, BucketConfiguration configuration, long start) {
        return from.replaceConfiguration(configuration, TokensInheritanceStrategy.AS_IS, start);
    }

    /** Adds tokens to one limit, up to its capacity; takes a negative number, below zero if necessary. */
    static void change(BucketState state, BucketLimits limits, int index, long tokens) {
        long surplus = change(state, limits, index, tokens, 0);
        if (index > 0) {
            change(state, limits, index - 1, 0, surplus);
        }
        endChanges(state, limits);
    }

    /**
     * Changes one limit as {@link #change(BucketState, BucketLimits, int, long)}, as part of a change of all limits from
     * the last to the first. {@link #endChanges} must follow.
     *
     * @param surplus the result for the next limit, which is undone here; 0 for the last limit
     * @return the tokens that all limits before this one were given without counting them
     */
    static long change(BucketState state, BucketLimits limits, int index, long tokens, long surplus) {
        if (tokens != 0 || surplus != 0) {
            state.setConfiguration(limits.upTo(index));
            state.consume(surplus);
            if (tokens > 0) {
                state.addTokens(tokens);
            } else {
                state.consume(-tokens);
            }
        }
        return tokens;
    }

    /** Sets the configuration of all limits, which refill and conversion need. */
    static void endChanges(BucketState state, BucketLimits limits) {
        BucketConfiguration all = limits.configuration();
        if (all != null) {
            state.setConfiguration(all);
        }
    }

    /** Returns the nanoseconds until one limit has a number of tokens, rounded up. */
    static long nanosUntilAvailable(BucketState state, int index, TokenLimit limit, long tokens, long now) {
        Bandwidth bandwidth = limit.bandwidth();
        BucketConfiguration configuration = limit.configuration();
        long missing = tokens - state.getCurrentSize(index);
        if (bandwidth == null || configuration == null || missing <= 0) {
            return 0;
        }
        if (bandwidth.isRefillIntervally()) {
            return inherit(state, configuration, now)
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

    /** Returns the nanoseconds since the interval of a limit that refills by interval began, in its refilled state. */
    static long intervalAge(BucketState state, BucketConfiguration limit, long now) {
        BucketState single = inherit(state, limit, now);
        long untilRefill =
                single.calculateDelayNanosAfterWillBePossibleToConsume(single.getAvailableTokens() + 1, now, false);
        return Math.max(0, limit.getBandwidths()[0].getRefillPeriodNanos() - untilRefill);
    }
}
