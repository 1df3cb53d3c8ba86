package dev.stillgate.tokenbucket.charge;

import dev.stillgate.spi.Counter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Usage;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.Prices;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counters of one filter: allowed and refused requests, charged tokens and money. */
public final class TokenMeters {
    private final Counter allowedOwn;
    private final Counter allowedShared;
    private final Map<String, Counter> refusedOwn = new HashMap<>();
    private final Map<String, Counter> refusedShared = new HashMap<>();
    private final Map<String, Counter> refusedPooled = new HashMap<>();
    private final Counter exactInput;
    private final Counter exactOutput;
    private final Counter estimatedInput;
    private final Counter estimatedOutput;
    private final Counter uncounted;
    private final @Nullable Counter money;

    public TokenMeters(TokenBucketPolicy policy, FilterContext context) {
        this.allowedOwn = context.counter("stillgate.token.bucket.allowed", "bucket", "own");
        this.allowedShared = context.counter("stillgate.token.bucket.allowed", "bucket", "overflow");
        for (Limit limit : policy.limits()) {
            refusedOwn.put(limit.name(), refused(context, limit.name(), "own"));
            refusedShared.put(limit.name(), refused(context, limit.name(), "overflow"));
            refusedPooled.put(limit.name(), refused(context, limit.name(), "pool"));
        }
        for (Limit limit : policy.poolLimits()) {
            refusedPooled.put(limit.name(), refused(context, limit.name(), "pool"));
        }
        this.exactInput = charged(context, "input", "exact");
        this.exactOutput = charged(context, "output", "exact");
        this.estimatedInput = charged(context, "input", "estimated");
        this.estimatedOutput = charged(context, "output", "estimated");
        this.uncounted = context.counter("stillgate.token.bucket.uncounted");
        Prices prices = policy.prices();
        this.money = prices == null || policy.priceTable() == null
                ? null
                : context.counter("stillgate.token.bucket.cost.millionths", "currency", prices.currency());
    }

    private static Counter refused(FilterContext context, String limit, String bucket) {
        return context.counter("stillgate.token.bucket.refused", "limit", limit, "bucket", bucket);
    }

    private static Counter charged(FilterContext context, String direction, String source) {
        return context.counter("stillgate.token.bucket.charged", "direction", direction, "source", source);
    }

    public void allowed(Charge charge) {
        (charge.overflows ? allowedShared : allowedOwn).add(charge.requests);
    }

    public void refused(TokenLimit limit, Charge charge) {
        Map<String, Counter> own = charge.overflows ? refusedShared : refusedOwn;
        Counter counter = (limit.owner() == Owner.POOL ? refusedPooled : own).get(limit.name());
        if (counter != null) {
            counter.increment();
        }
    }

    /** Counts the tokens of a settled exchange, or the exchange as uncounted. */
    public void settled(Charge charge, Usage usage) {
        if (!charge.hasTokens) {
            return;
        }
        if (charge.costsReserve) {
            uncounted.increment();
            return;
        }
        boolean exact = usage.source() == Usage.Source.EXACT;
        if (charge.costInput > 0) {
            (exact ? exactInput : estimatedInput).add(charge.costInput);
        }
        if (charge.costOutput > 0) {
            (exact ? exactOutput : estimatedOutput).add(charge.costOutput);
        }
        if (money != null && charge.money() > 0) {
            money.add(charge.money());
        }
    }
}
