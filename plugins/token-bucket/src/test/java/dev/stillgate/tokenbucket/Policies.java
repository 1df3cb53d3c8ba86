package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.Prices;
import dev.stillgate.tokenbucket.policy.RefillStyle;
import dev.stillgate.tokenbucket.policy.Reserve;
import dev.stillgate.tokenbucket.policy.Scope;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Builders of policies, limits and accounts for tests. */
public final class Policies {
    public static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");

    private Policies() {}

    public static Limit limit(String name, long capacity, String refill) {
        return limit(name, Measure.REQUESTS, capacity, refill);
    }

    public static Limit limit(String name, Measure measure, long capacity, String refill) {
        return new Limit(name, measure, null, null, capacity, refill, null, null, null, null, null);
    }

    public static Limit interval(String name, long capacity, String refill) {
        return new Limit(
                name, Measure.REQUESTS, null, null, capacity, refill, RefillStyle.INTERVAL, null, null, null, null);
    }

    public static Limit concurrency(String name, long capacity) {
        return limit(name, Measure.CONCURRENCY, capacity, null);
    }

    public static Limit strict(Limit l) {
        return new Limit(
                l.name(),
                l.measure(),
                l.scope(),
                l.models(),
                l.capacity(),
                l.refill(),
                l.refillStyle(),
                Reserve.STRICT,
                null,
                l.tiers(),
                l.batches(),
                l.notifyAt());
    }

    public static Limit ceiling(long tokens, Limit l) {
        return new Limit(
                l.name(),
                l.measure(),
                l.scope(),
                l.models(),
                l.capacity(),
                l.refill(),
                l.refillStyle(),
                l.reserve(),
                BigDecimal.valueOf(tokens),
                l.tiers(),
                l.batches(),
                l.notifyAt());
    }

    public static Limit scoped(Set<Scope> scope, Limit l) {
        return new Limit(
                l.name(),
                l.measure(),
                scope,
                l.models(),
                l.capacity(),
                l.refill(),
                l.refillStyle(),
                l.reserve(),
                l.reserveCeiling(),
                l.tiers(),
                l.batches(),
                l.notifyAt());
    }

    public static Limit models(List<String> models, Limit l) {
        return new Limit(
                l.name(),
                l.measure(),
                l.scope(),
                models,
                l.capacity(),
                l.refill(),
                l.refillStyle(),
                l.reserve(),
                l.reserveCeiling(),
                l.tiers(),
                l.batches(),
                l.notifyAt());
    }

    public static Limit tiered(Map<String, Double> tiers, Limit l) {
        return new Limit(
                l.name(),
                l.measure(),
                l.scope(),
                l.models(),
                l.capacity(),
                l.refill(),
                l.refillStyle(),
                l.reserve(),
                l.reserveCeiling(),
                tiers,
                l.batches(),
                l.notifyAt());
    }

    public static Limit withoutBatches(Limit l) {
        return new Limit(
                l.name(),
                l.measure(),
                l.scope(),
                l.models(),
                l.capacity(),
                l.refill(),
                l.refillStyle(),
                l.reserve(),
                l.reserveCeiling(),
                l.tiers(),
                false,
                l.notifyAt());
    }

    public static TokenBucketPolicy policy(Limit... limits) {
        return new TokenBucketPolicy(List.of(limits), null, null, null, null, null, null, null, null, null, null);
    }

    public static TokenBucketPolicy priced(Prices prices, Limit... limits) {
        return new TokenBucketPolicy(
                List.of(limits), null, null, null, null, null, null, null, null, null, null, prices);
    }

    public static TokenBucketPolicy bounded(long accounts, Limit... limits) {
        return new TokenBucketPolicy(
                List.of(limits),
                null,
                null,
                null,
                null,
                null,
                accounts,
                new TokenBucketPolicy.Overflow(1.0),
                null,
                null,
                null);
    }

    public static TokenBucketPolicy tiers(Map<String, Double> tiers, Limit... limits) {
        return new TokenBucketPolicy(List.of(limits), tiers, null, null, null, null, null, null, null, null, null);
    }

    public static TokenBucketPolicy standings(Map<Standing, Double> standings, Limit... limits) {
        return new TokenBucketPolicy(List.of(limits), null, standings, null, null, null, null, null, null, null, null);
    }

    /** Returns a policy with a budget of pools. */
    public static TokenBucketPolicy pooled(Map<Measure, String> budget, Limit... limits) {
        return new TokenBucketPolicy(List.of(limits), null, null, null, null, null, null, null, null, budget, null);
    }

    static TokenBucketPolicy headers(TokenBucketPolicy.HeaderStyle style, Limit... limits) {
        return new TokenBucketPolicy(List.of(limits), null, null, style, null, null, null, null, null, null, null);
    }

    /** Returns the limits of the bucket that counts all traffic of an account. */
    public static BucketLimits part(Limit... limits) {
        return part(0, limits);
    }

    static BucketLimits part(long generation, Limit... limits) {
        return new PolicyLimits(policy(limits), generation)
                .account(OwnerLimits.Variant.DEFAULT)
                .bucketLimits(0);
    }

    public static Account account(String id, Account.Trust trust) {
        return new Account(id, trust, null, null, false, null);
    }

    /** Returns a listed account. */
    public static Account account(String id) {
        return account(id, Account.Trust.LISTED);
    }

    public static Account member(String id, String organisation) {
        return new Account(id, Account.Trust.LISTED, organisation, null, false, null);
    }

    public static Account ofTier(String id, String tier) {
        return new Account(id, Account.Trust.LISTED, null, tier, false, null);
    }
}
