package dev.stillgate.tokenbucket.policy;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One limit of a policy for one tier and standing: the counted amounts, the bandwidth, and the reservation of a
 * request.
 *
 * <p>The id of the bandwidth decides whether a bucket keeps the state of the bandwidth after a reload. A greedy
 * bandwidth always does, since its last refill is up to date. One that refills by interval does so only with the same
 * interval: the time since its last refill is not credited yet and must not be credited at another rate.
 *
 * @param source the limit in the policy
 * @param isModelSpecific whether the limit counts only some models, or each model separately
 * @param owner the kind of owner of its buckets
 * @param capacity the maximum number of tokens
 * @param fullCapacity the capacity of the whole limit, of which {@code capacity} may be one gateway's share; the
 *     largest possible request
 * @param ceiling the most output reserved before a response begins, and the most input of a prompt that is partly
 *     cached
 * @param strict whether all of the requested output is reserved
 * @param bandwidth full at the start; null for a concurrency limit
 * @param configuration a configuration with only this bandwidth; null for a concurrency limit
 * @param shares the shares at which use is reported; null for none
 * @param unit the unit of amounts in messages to clients
 * @param description capacity and refill in messages to clients
 */
public record TokenLimit(
        Limit source,
        boolean isModelSpecific,
        Owner owner,
        Measure measure,
        long capacity,
        long fullCapacity,
        long ceiling,
        boolean strict,
        @Nullable Bandwidth bandwidth,
        @Nullable BucketConfiguration configuration,
        @Nullable Shares shares,
        String unit,
        String description) {
    public String name() {
        return source.name();
    }

    /**
     * Returns the key of a charge against this limit.
     *
     * @param pool the pool whose limit was charged, since its limits have the names of an account's; null for others
     */
    public String chargeKey(@Nullable String pool) {
        return pool == null ? name() : name() + '@' + pool;
    }

    /** Returns the code of a refusal in logs: the name, with {@code @pool} if an account has a limit of the same name. */
    public String code() {
        return owner() == Owner.POOL && !PoolLimits.isName(name()) ? name() + "@pool" : name();
    }

    /** Returns the limit as it applies to a pool. */
    TokenLimit ofPool() {
        return with(Owner.POOL, shares);
    }

    /** Returns the limit as it applies to an account, also if that counts as its own organisation. */
    TokenLimit ofAccount() {
        return with(Owner.ACCOUNT, shares);
    }

    /** Returns the limit as it applies to an address prefix or a new credential, whose use is not reported. */
    TokenLimit ofPrefix() {
        return with(Owner.ACCOUNT, null);
    }

    private TokenLimit with(Owner other, @Nullable Shares reported) {
        return new TokenLimit(
                source,
                isModelSpecific,
                other,
                measure,
                capacity,
                fullCapacity,
                ceiling,
                strict,
                bandwidth,
                configuration,
                reported,
                unit,
                description);
    }

    /** The result of {@link #reserve} for a request that exceeds the full capacity. */
    public static final long TOO_LARGE = -1;

    /**
     * The accepted error of an estimate is one part in this many of the capacity; a larger prompt is refused for its
     * size.
     */
    private static final long ERROR_DIVISOR = 4;

    /** The tokens that are expected of a response without a bound in its request: more than most responses have. */
    private static final long EXPECTED_OUTPUT = 16_384;

    /** Returns whether the limit is one gateway's share of a larger one. */
    public boolean isShare() {
        return capacity < fullCapacity;
    }

    /**
     * Returns whether the limit counts an exchange. A limit of models counts a prompt without a model, but not an
     * exchange without a prompt. A limit of output does not count an exchange that cannot have any. A part of a session
     * has tokens only.
     */
    public boolean counts(Charge charge) {
        if ((measure.needsPrompt() && !charge.hasTokens)
                || (measure == Measure.OUTPUT_TOKENS && !charge.hasOutput)
                || (measure == Measure.REQUESTS && charge.requests == 0)
                || (charge.part && !measure.needsPrompt())
                || (charge.batch && !source.countsBatches())) {
            return false;
        }
        return !isModelSpecific
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
     * Returns the tokens that a request must find, at least 1, or {@link #TOO_LARGE}. They are reserved for it, unless it
     * is {@linkplain #isChargedAtEnd charged at its end}. An estimate that exceeds the capacity by no more than the
     * accepted error reserves the whole capacity.
     */
    public long reserve(Charge charge) {
        long wanted = wanted(charge);
        return wanted > 1 && isChargedAtEnd(charge) ? 1 : wanted;
    }

    /** Returns the estimated cost, at least 1, or {@link #TOO_LARGE}. */
    private long wanted(Charge charge) {
        long wanted = switch (measure) {
            case REQUESTS -> charge.requests;
            case INPUT_TOKENS -> input(charge, charge.input);
            case OUTPUT_TOKENS -> output(charge, charge.output);
            case TOTAL_TOKENS -> total(charge, charge.input, charge.output);
            case COST -> total(charge, charge.inputCost(), charge.outputCost());
            case CONCURRENCY -> 1;
        };
        if (wanted > fullCapacity) {
            return TOO_LARGE;
        }
        return Math.clamp(wanted, 1, capacity);
    }

    /**
     * Returns whether a request holds no tokens while it is in flight. Otherwise a few forged keys could hold the tokens
     * of all accounts until the upstream has refused them.
     */
    private boolean isChargedAtEnd(Charge charge) {
        return owner == Owner.EVERYONE && (charge.overflows || (charge.claimed && !charge.proven));
    }

    /** Returns the tokens that a request takes when it is granted. */
    public long taken(Charge charge) {
        return isChargedAtEnd(charge) ? 0 : reserve(charge);
    }

    /** Returns the tokens reserved for a request that was granted, perhaps under other limits. */
    long reserveAtMost(Charge charge) {
        long reserved = wanted(charge);
        return reserved == TOO_LARGE ? capacity : reserved;
    }

    /** Returns whether several accounts draw from the bucket of a charge. */
    public boolean isShared(Charge charge) {
        return (owner != Owner.ACCOUNT && owner != Owner.USER) || charge.overflows;
    }

    /** Returns the final cost of an exchange for this limit. */
    public long cost(Charge charge) {
        if (charge.ofUnknownFile && isShared(charge)) {
            return 0;
        }
        if (owner == Owner.EVERYONE ? charge.unaccepted : charge.disowned) {
            return 0;
        }
        long measuredCost = measuredCost(charge);
        return charge.costsReserve ? Math.max(wanted(charge), measuredCost) : measuredCost;
    }

    private long measuredCost(Charge charge) {
        return switch (measure) {
            case REQUESTS -> charge.costRequests;
            case INPUT_TOKENS -> charge.costInput;
            case OUTPUT_TOKENS -> charge.costOutput;
            case TOTAL_TOKENS -> charge.costInput + charge.costOutput;
            case COST -> charge.cost;
            case CONCURRENCY -> 0;
        };
    }

    /** Returns the amount of a charge in messages to clients: without output that is not reserved. */
    public long requested(Charge charge) {
        return switch (measure) {
            case REQUESTS, CONCURRENCY -> charge.requests;
            case INPUT_TOKENS -> charge.input;
            case OUTPUT_TOKENS -> charge.output;
            case TOTAL_TOKENS -> charge.input + Math.max(0, strict ? charge.output : 0);
            case COST -> charge.inputCost() + Math.max(0, strict ? charge.outputCost() : 0);
        };
    }

    private long input(Charge charge, long amount) {
        if (charge.marksCache) {
            return Math.min(amount, ceiling);
        }
        return amount - fullCapacity <= fullCapacity / ERROR_DIVISOR ? Math.min(amount, fullCapacity) : amount;
    }

    private long output(Charge charge, long amount) {
        if (amount == Charge.UNKNOWN) {
            return strict ? fullCapacity : Math.min(expectedOutput(charge), ceiling);
        }
        return strict ? amount : Math.min(amount, ceiling);
    }

    private long expectedOutput(Charge charge) {
        long tokens = charge.requests * EXPECTED_OUTPUT;
        Price price = charge.price;
        return measure != Measure.COST || price == null ? tokens : price.ofOutput(tokens);
    }

    /** Input and output together. Output makes a request too large only if all of it is reserved. */
    private long total(Charge charge, long inputAmount, long outputAmount) {
        long input = input(charge, inputAmount);
        long output = output(charge, outputAmount);
        boolean reservesAllOutput = strict && outputAmount != Charge.UNKNOWN;
        boolean canBeTooLarge =
                input > fullCapacity || (reservesAllOutput && (output > fullCapacity || !charge.marksCache));
        return canBeTooLarge ? input + output : Math.min(input + output, fullCapacity);
    }

    /** Returns an upper bound of the time in which a number of tokens refills, in nanoseconds. */
    public long refillNanos(long tokens) {
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
