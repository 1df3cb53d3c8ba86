package dev.stillgate.tokenbucket.policy;

import dev.stillgate.tokenbucket.policy.TokenBucketPolicy.Limit;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import java.util.List;
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
public record TokenLimit(
        Limit source,
        boolean isOfModels,
        Owner owner,
        Measure measure,
        long capacity,
        long largest,
        long ceiling,
        boolean strict,
        @Nullable Bandwidth bandwidth,
        @Nullable BucketConfiguration alone,
        String described) {
    /** Returns the name in the policy. */
    public String name() {
        return source.name();
    }

    /** What {@link #reserve} returns for a request that can never fit. */
    public static final long NEVER = -1;

    /** An estimate may be over by one part of so many, before a prompt is refused for its size alone. */
    private static final long DOUBT = 4;

    /** Returns whether it is one gateway's part of a limit. */
    public boolean isPart() {
        return capacity < largest;
    }

    /**
     * Returns whether the limit counts an exchange. A limit of models counts a prompt without a model, but not an
     * exchange without a prompt.
     */
    public boolean counts(Charge charge) {
        if ((measure.isTokens() && !charge.tokens) || (charge.batch && !source.countsBatches())) {
            return false;
        }
        return !isOfModels
                || (charge.model != Charge.NO_MODEL
                        && (charge.batch ? countsBatch(charge.batchModels()) : source.counts(charge.modelName)));
    }

    private boolean countsBatch(List<String> models) {
        for (int i = 0; i < models.size(); i++) {
            if (source.counts(models.get(i))) {
                return true;
            }
        }
        return models.isEmpty();
    }

    /**
     * Returns how much a request takes before it is passed on, at least 1, or {@link #NEVER}. An estimate that is over
     * the capacity by no more than its own error takes the whole capacity.
     */
    public long reserve(Charge charge) {
        long wanted = switch (measure) {
            case REQUESTS -> charge.requests;
            case INPUT_TOKENS -> input(charge);
            case OUTPUT_TOKENS -> output(charge);
            case TOTAL_TOKENS -> total(charge);
            case CONCURRENCY -> 1;
        };
        return wanted > largest ? NEVER : Math.clamp(wanted, 1, capacity);
    }

    /** Returns how much of this limit an exchange has cost in the end. */
    public long cost(Charge charge) {
        long told = told(charge);
        return charge.costsReserve ? Math.max(reserve(charge), told) : told;
    }

    private long told(Charge charge) {
        return switch (measure) {
            case REQUESTS -> charge.costRequests;
            case INPUT_TOKENS -> charge.costInput;
            case OUTPUT_TOKENS -> charge.costOutput;
            case TOTAL_TOKENS -> charge.costInput + charge.costOutput;
            case CONCURRENCY -> 0;
        };
    }

    private long input(Charge charge) {
        if (charge.marksCache) {
            return Math.min(charge.input, ceiling);
        }
        return charge.input - largest <= largest / DOUBT ? Math.min(charge.input, largest) : charge.input;
    }

    private long output(Charge charge) {
        if (charge.output == Charge.UNKNOWN) {
            return strict ? largest : ceiling;
        }
        return strict ? charge.output : Math.min(charge.output, ceiling);
    }

    /** Both, of which only output that is taken whole can be what makes a request too large. */
    private long total(Charge charge) {
        long input = input(charge);
        long output = output(charge);
        boolean isStrict = strict && charge.output != Charge.UNKNOWN;
        boolean mayNotFit = input > largest || (isStrict && (output > largest || !charge.marksCache));
        return mayNotFit ? input + output : Math.min(input + output, largest);
    }

    /** Returns how long it takes at most until so many more are back, in nanoseconds; never less than it takes. */
    public long nanosFor(long tokens) {
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
