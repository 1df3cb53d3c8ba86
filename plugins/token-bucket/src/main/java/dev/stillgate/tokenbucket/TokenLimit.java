package dev.stillgate.tokenbucket;

import dev.stillgate.tokenbucket.TokenBucketPolicy.Limit;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * One limit of a policy as it holds for one tier and standing: what it counts, its bandwidth, and how much of it a
 * request takes.
 *
 * <p>The bandwidth's id tells whether a bucket may go on with its state after a reload: a greedy one may always, since
 * its clock stands at the last refill; one that refills by interval only if the interval is the same, since the time
 * since the last refill is not credited yet and must not be credited at another pace.
 *
 * @param source what the policy says of it
 * @param isOfModels whether it counts some models only, or each by itself
 * @param owner whose buckets keep it
 * @param capacity the most it holds
 * @param largest the most that a request may ask for: the capacity, of which this may be one gateway's part
 * @param ceiling the most output that is taken before an answer is begun, and the most input of a prompt that is partly
 *     cached
 * @param strict whether all output that is asked for is taken
 * @param bandwidth full at the start; null for a limit of concurrency
 * @param alone the configuration that holds this bandwidth only; null for a limit of concurrency
 * @param described capacity and refill for people
 */
record TokenLimit(
        Limit source,
        boolean isOfModels,
        PolicyLimits.Owner owner,
        Measure measure,
        long capacity,
        long largest,
        long ceiling,
        boolean strict,
        @Nullable Bandwidth bandwidth,
        @Nullable BucketConfiguration alone,
        String described) {
    /** Returns the name in the policy. */
    String name() {
        return source.name();
    }

    /** What {@link #reserve} returns for a request that can never fit. */
    static final long NEVER = -1;

    /** An estimate may be over by one part of so many, before a prompt is refused for its size alone. */
    private static final long DOUBT = 4;

    /** Returns whether it is one gateway's part of a limit. */
    boolean isPart() {
        return capacity < largest;
    }

    /**
     * Returns how much a request takes before it is passed on, at least 1, or {@link #NEVER}. An estimate that is over
     * the capacity by no more than its own error takes the whole capacity.
     */
    long reserve(Demand demand) {
        long wanted = switch (measure) {
            case REQUESTS -> demand.requests;
            case INPUT_TOKENS -> input(demand);
            case OUTPUT_TOKENS -> output(demand);
            case TOTAL_TOKENS -> total(demand);
            case CONCURRENCY -> 1;
        };
        return wanted > largest ? NEVER : Math.clamp(wanted, 1, capacity);
    }

    /** Returns how much of this limit an exchange has cost in the end. */
    long cost(Demand demand) {
        long told = told(demand);
        return demand.costsReserve ? Math.max(reserve(demand), told) : told;
    }

    private long told(Demand demand) {
        return switch (measure) {
            case REQUESTS -> demand.costRequests;
            case INPUT_TOKENS -> demand.costInput;
            case OUTPUT_TOKENS -> demand.costOutput;
            case TOTAL_TOKENS -> demand.costInput + demand.costOutput;
            case CONCURRENCY -> 0;
        };
    }

    private long input(Demand demand) {
        if (demand.marksCache) {
            return Math.min(demand.input, ceiling);
        }
        return demand.input - largest <= largest / DOUBT ? Math.min(demand.input, largest) : demand.input;
    }

    private long output(Demand demand) {
        if (demand.output == Demand.UNKNOWN) {
            return strict ? largest : ceiling;
        }
        return strict ? demand.output : Math.min(demand.output, ceiling);
    }

    /** Both, of which only output that is taken whole can be what makes a request too large. */
    private long total(Demand demand) {
        long input = input(demand);
        long output = output(demand);
        boolean isStrict = strict && demand.output != Demand.UNKNOWN;
        boolean mayNotFit = input > largest || (isStrict && (output > largest || !demand.marksCache));
        return mayNotFit ? input + output : Math.min(input + output, largest);
    }

    /** Returns how long it takes at most until so many more are back, in nanoseconds; never less than it takes. */
    long nanosFor(long tokens) {
        Bandwidth refilled = bandwidth;
        if (refilled == null) {
            return 0;
        }
        long period = refilled.getRefillPeriodNanos();
        if (refilled.isRefillIntervally()) {
            return Math.ceilDiv(tokens, refilled.getRefillTokens()) * period;
        }
        return Math.ceilDiv(tokens * period, refilled.getRefillTokens());
    }
}
