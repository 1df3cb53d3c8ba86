package dev.stillgate.tokenbucket.policy;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The policy of a token-bucket filter.
 *
 * @param limits 1 to 16 limits with distinct names; a request must fit in all limits that count it
 * @param tiers factors on capacity and refill by tier; 1 for other tiers
 * @param standings factors on capacity and refill by standing, such as {@code pooled: 0.25}; a standing without a
 *     factor has the factor of the next lower one
 * @param headers the rate limit header fields of responses; {@code provider} if null
 * @param requireUsage the handling of streams that do not report their usage; {@code estimate} if null
 * @param count the method of counting prompts; {@code calibrated} if null
 * @param maxAccounts the maximum number of accounts with their own buckets, 1,000,000 if null; accounts listed in
 *     {@code accounts.yaml} get buckets beyond it
 * @param overflow the limits of accounts without their own buckets
 * @param fleet the configuration of a fleet
 * @param pool the budget that the accounts of a pool share, as {@code tokens/duration} by measure, such as {@code
 *     requests: 500/1d}; {@code auto up to 500/1d} for a learnt number of requests; 500 requests a day if null
 * @param verify where the customers of pooled accounts verify themselves; null for no address
 * @param prices the price table of limits of cost; null without such limits
 */
public record TokenBucketPolicy(
        List<Limit> limits,
        @Nullable Map<String, Double> tiers,
        @Nullable Map<Standing, Double> standings,
        @Nullable HeaderStyle headers,
        @Nullable RequireUsage requireUsage,
        @Nullable PromptCount count,
        @Nullable Long maxAccounts,
        @Nullable Overflow overflow,
        @Nullable FleetPolicy fleet,
        @Nullable Map<Measure, String> pool,
        @Nullable Verify verify,
        @Nullable Prices prices) {
    private static final int MAX_LIMITS = 16;
    private static final String PRICES =
            ": write them beside limits, such as prices: {currency: USD, unlisted: {input: 15, output: 75}}";
    private static final int MAX_TIERS = 100;
    private static final long MAX_ACCOUNTS = 100_000_000L;
    private static final long DEFAULT_ACCOUNTS = 1_000_000L;

    public TokenBucketPolicy {
        limits = List.copyOf(limits);
        if (limits.isEmpty() || limits.size() > MAX_LIMITS) {
            throw new IllegalArgumentException("limits: expected 1 to " + MAX_LIMITS + ", found " + limits.size());
        }
        Map<String, Integer> names = new HashMap<>();
        for (int i = 0; i < limits.size(); i++) {
            String name = limits.get(i).name();
            if (PoolLimits.isName(name)) {
                throw new PolicyException("limits[" + i + "].name", name + " is the name of a limit of the pool");
            }
            Integer first = names.putIfAbsent(name, i);
            if (first != null) {
                throw new PolicyException(
                        "limits[" + i + "].name",
                        "the name \"" + name + "\" is used twice",
                        "limits[" + first + "].name");
            }
        }
        tiers = checked("tiers", tiers);
        standings = standings == null ? Map.of() : Map.copyOf(standings);
        standings.forEach(
                (standing, factor) -> checkFactor("standings." + standing.name().toLowerCase(Locale.ROOT), factor));
        headers = headers == null ? HeaderStyle.PROVIDER : headers;
        requireUsage = requireUsage == null ? RequireUsage.ESTIMATE : requireUsage;
        count = count == null ? PromptCount.CALIBRATED : count;
        maxAccounts = maxAccounts == null ? DEFAULT_ACCOUNTS : maxAccounts;
        if (maxAccounts < 1 || maxAccounts > MAX_ACCOUNTS) {
            throw new IllegalArgumentException("maxAccounts: expected 1 to " + MAX_ACCOUNTS + ", found " + maxAccounts);
        }
        overflow = overflow == null ? new Overflow(null) : overflow;
        fleet = fleet == null ? FleetPolicy.STANDARD : fleet;
        pool = pool == null ? PoolLimits.STANDARD : PoolLimits.checked(pool);
        if (prices == null) {
            checkWithoutPrices(limits, pool);
        }
    }

    /** Creates a policy without prices. */
    public TokenBucketPolicy(
            List<Limit> limits,
            @Nullable Map<String, Double> tiers,
            @Nullable Map<Standing, Double> standings,
            @Nullable HeaderStyle headers,
            @Nullable RequireUsage requireUsage,
            @Nullable PromptCount count,
            @Nullable Long maxAccounts,
            @Nullable Overflow overflow,
            @Nullable FleetPolicy fleet,
            @Nullable Map<Measure, String> pool,
            @Nullable Verify verify) {
        this(limits, tiers, standings, headers, requireUsage, count, maxAccounts, overflow, fleet, pool, verify, null);
    }

    private static void checkWithoutPrices(List<Limit> limits, Map<Measure, String> pool) {
        for (int i = 0; i < limits.size(); i++) {
            if (limits.get(i).measure() == Measure.COST) {
                throw new PolicyException("limits[" + i + "].measure", "a limit of cost needs prices" + PRICES);
            }
        }
        if (pool.containsKey(Measure.COST)) {
            throw new PolicyException("pool.cost", "a budget of cost needs prices" + PRICES);
        }
    }

    /** Returns the table of prices if any limit counts cost; null otherwise. */
    public @Nullable PriceTable priceTable() {
        Prices table = prices;
        boolean used = poolBudget().containsKey(Measure.COST)
                || limits.stream().anyMatch(limit -> limit.measure() == Measure.COST);
        return used && table != null ? new PriceTable(table) : null;
    }

    /** Returns whether the use of any limit is reported. */
    public boolean reportsShares() {
        return limits.stream().anyMatch(limit -> !limit.shares().isEmpty());
    }

    /** Returns the currency of limits of cost; empty without prices. */
    public String currency() {
        return prices == null ? "" : prices.currency();
    }

    /** The rate limit header fields of responses. */
    public enum HeaderStyle {
        /** The fields of the provider whose path was requested. */
        PROVIDER,
        /** {@code RateLimit} and {@code RateLimit-Policy} of the IETF draft. */
        IETF,
        BOTH,
        /** Only {@code retry-after} in a refusal. */
        OFF
    }

    /** The handling of streams that do not report their usage. */
    public enum RequireUsage {
        /** Counts tokens by the estimate of the gateway. */
        ESTIMATE,
        /** Requests the usage from the upstream, and hides the additional usage event from the client. */
        INJECT
    }

    /** The method of counting prompts before the provider reports their usage. */
    public enum PromptCount {
        /** The calibrated estimate of the gateway. */
        CALIBRATED,
        /** The tokenizer of the model if it is public (models of OpenAI), else the estimate. */
        TOKENIZER
    }

    /** Returns the budget of a pool by measure. */
    public Map<Measure, String> poolBudget() {
        return pool == null ? PoolLimits.STANDARD : pool;
    }

    /** Returns whether the budget of a pool differs from the default. */
    public boolean hasOwnPoolBudget() {
        return !poolBudget().equals(PoolLimits.STANDARD);
    }

    /** Returns whether the requests of a pool's budget are learnt from known customers. */
    boolean learnsPoolRequests() {
        return PoolLimits.isLearnt(poolBudget());
    }

    /** Returns the limits of a pool's budget, with the most requests if these are learnt. */
    public List<Limit> poolLimits() {
        return poolLimits(0);
    }

    /** Returns the limits of a pool's budget with a learnt number of requests a day, 0 for none. */
    List<Limit> poolLimits(long learnt) {
        return PoolLimits.limits(poolBudget(), limits, learnt);
    }

    public FleetPolicy fleetPolicy() {
        return fleet == null ? FleetPolicy.STANDARD : fleet;
    }

    public Map<Standing, Double> standingFactors() {
        return Objects.requireNonNullElse(standings, Map.of());
    }

    public Map<String, Double> tierFactors() {
        return Objects.requireNonNullElse(tiers, Map.of());
    }

    /** Returns the tiers with a factor. */
    public Set<String> tierNames() {
        Set<String> names = new HashSet<>(tierFactors().keySet());
        limits.forEach(limit -> names.addAll(limit.tierFactors().keySet()));
        return names;
    }

    /** Returns the factor of a limit for a tier: the limit's own, else the policy's, else 1. */
    double tierFactor(Limit limit, @Nullable String tier) {
        if (tier == null) {
            return 1.0;
        }
        return limit.tierFactors().getOrDefault(tier, tierFactors().getOrDefault(tier, 1.0));
    }

    public long accountBound() {
        return Objects.requireNonNullElse(maxAccounts, DEFAULT_ACCOUNTS);
    }

    double overflowFactor() {
        return overflow == null ? Overflow.DEFAULT_FACTOR : overflow.factorOrDefault();
    }

    private static Map<String, Double> checked(String key, @Nullable Map<String, Double> factors) {
        Map<String, Double> copy = factors == null ? Map.of() : Map.copyOf(factors);
        if (copy.size() > MAX_TIERS) {
            throw new IllegalArgumentException(key + ": expected at most " + MAX_TIERS + ", found " + copy.size());
        }
        copy.forEach((tier, factor) -> checkFactor(key + '.' + tier, factor));
        return copy;
    }

    private static void checkFactor(String key, double factor) {
        if (!(factor >= 0.001 && factor <= 1000)) {
            throw new IllegalArgumentException(key + ": expected a factor from 0.001 to 1000, found " + factor);
        }
    }

    /**
     * One limit.
     *
     * @param name 1 to 40 of {@code a-z}, {@code 0-9} and {@code -}; a limit with the same name keeps its tokens at a
     *     reload
     * @param measure the quantity that is counted
     * @param scope the attributes by which requests are counted separately; the account if null
     * @param models the counted models, as names or as prefixes that end with {@code *}; all models if empty
     * @param capacity the maximum number of tokens, from 1 to 10^12; for cost an amount of money, from 0.000001 to
     *     10^6
     * @param refill the refill rate as {@code tokens/duration}, such as {@code 50/1m}, or {@code amount/duration} for
     *     cost; null for concurrency
     * @param refillStyle greedy if null
     * @param reserve the output reserved before a response begins; up to the ceiling if null
     * @param reserveCeiling the most output reserved before a response begins; half of the capacity if null
     * @param tiers factors on capacity and refill by tier, which override those of the policy
     * @param batches whether batches and fetched results are counted; true if null
     * @param notifyAt the shares of the capacity at which use is reported to the webhook; none if null
     */
    public record Limit(
            String name,
            Measure measure,
            @Nullable Set<Scope> scope,
            @Nullable List<String> models,
            BigDecimal capacity,
            @Nullable String refill,
            @Nullable RefillStyle refillStyle,
            @Nullable Reserve reserve,
            @Nullable BigDecimal reserveCeiling,
            @Nullable Map<String, Double> tiers,
            @Nullable Boolean batches,
            @Nullable List<BigDecimal> notifyAt) {
        private static final Set<Scope> ACCOUNT_SCOPE = Set.of(Scope.ACCOUNT);
        private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

        public Limit {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("name: expected 1 to 40 of a-z, 0-9 and -, found '" + name + "'");
            }
            long capacityUnits = measure.units("capacity", capacity);
            scope = scope == null ? ACCOUNT_SCOPE : Set.copyOf(scope);
            models = models == null ? List.of() : List.copyOf(models);
            tiers = checked("tiers", tiers);
            batches = batches == null || batches;
            refillStyle = refillStyle == null ? RefillStyle.GREEDY : refillStyle;
            reserve = reserve == null ? Reserve.CEILING : reserve;
            LimitChecks.scope(measure, scope, models);
            LimitChecks.refill(measure, refill);
            LimitChecks.reserve(measure, capacity, reserve, reserveCeiling);
            if (refill != null) {
                Bandwidths.of(name, capacityUnits, Refill.parse(refill, measure), refillStyle, 1000);
            }
            notifyAt = notifyAt == null ? List.of() : List.copyOf(notifyAt);
            LimitChecks.shares(notifyAt, measure, refill);
        }

        /** Creates a limit of whole numbers whose use is not reported. */
        public Limit(
                String name,
                Measure measure,
                @Nullable Set<Scope> scope,
                @Nullable List<String> models,
                long capacity,
                @Nullable String refill,
                @Nullable RefillStyle refillStyle,
                @Nullable Reserve reserve,
                @Nullable Long reserveCeiling,
                @Nullable Map<String, Double> tiers,
                @Nullable Boolean batches) {
            this(
                    name,
                    measure,
                    scope,
                    models,
                    BigDecimal.valueOf(capacity),
                    refill,
                    refillStyle,
                    reserve,
                    reserveCeiling == null ? null : BigDecimal.valueOf(reserveCeiling),
                    tiers,
                    batches,
                    null);
        }

        /** Returns the shares at which use is reported. */
        public List<BigDecimal> shares() {
            return Objects.requireNonNullElse(notifyAt, List.of());
        }

        /** Returns the capacity in the units of buckets. */
        public long capacityUnits() {
            return measure.units("capacity", capacity);
        }

        /** Returns the most output reserved before a response begins, in the units of buckets. */
        public long ceilingUnits() {
            return reserveCeiling == null
                    ? Math.max(1, capacityUnits() / 2)
                    : measure.units("reserveCeiling", reserveCeiling);
        }

        boolean countsBatches() {
            return batches == null || batches;
        }

        Set<Scope> scopes() {
            return scope == null ? ACCOUNT_SCOPE : scope;
        }

        List<String> modelPatterns() {
            return Objects.requireNonNullElse(models, List.of());
        }

        public Map<String, Double> tierFactors() {
            return Objects.requireNonNullElse(tiers, Map.of());
        }

        /** Returns whether the limit counts only some models, or each model separately. */
        boolean isModelSpecific() {
            return !modelPatterns().isEmpty() || scopes().contains(Scope.MODEL);
        }

        /** Returns whether requests for a model are counted; requests without a model always are. */
        boolean counts(@Nullable String model) {
            List<String> patterns = modelPatterns();
            if (model == null) {
                return true;
            }
            for (int i = 0; i < patterns.size(); i++) { // without an iterator, so that a decision allocates nothing
                String pattern = patterns.get(i);
                int length = pattern.length() - 1;
                boolean matches = pattern.charAt(length) == '*'
                        ? model.regionMatches(0, pattern, 0, length)
                        : model.equals(pattern);
                if (matches) {
                    return true;
                }
            }
            return patterns.isEmpty();
        }

        /**
         * Returns the limit multiplied by a factor, which is rounded to thousandths.
         *
         * @param share the fraction of the limit that this gateway applies; concurrency is not shared
         * @param currency the currency of a limit of cost
         * @throws IllegalArgumentException if Bucket4j cannot compute the limit exactly in 64 bits
         */
        TokenLimit scaled(double factor, double share, String currency) {
            long units = capacityUnits();
            long thousandths = Bandwidths.toThousandths(measure == Measure.CONCURRENCY ? factor : factor * share);
            long fullCapacity = Bandwidths.scale(units, Bandwidths.toThousandths(factor));
            long scaledCapacity = Bandwidths.scale(units, thousandths);
            long ceiling = reserveCeiling == null
                    ? Math.max(1, scaledCapacity / 2)
                    : Bandwidths.scale(ceilingUnits(), thousandths);
            String unit = measure == Measure.COST ? currency : measure.displayName();
            String description = measure.text(scaledCapacity) + ' ' + unit;
            Bandwidth bandwidth = null;
            Shares reported = null;
            if (refill != null) {
                Refill rate = Refill.parse(refill, measure);
                reported = shares().isEmpty() ? null : new Shares(shares(), scaledCapacity, rate);
                RefillStyle style = Objects.requireNonNullElse(refillStyle, RefillStyle.GREEDY);
                bandwidth = Bandwidths.of(name, units, rate, style, thousandths);
                description += ", refilled at " + refill
                        + (thousandths == 1000 ? "" : " times " + (double) thousandths / 1000);
            }
            return new TokenLimit(
                    this,
                    isModelSpecific(),
                    Owner.of(scopes()),
                    measure,
                    scaledCapacity,
                    fullCapacity,
                    ceiling,
                    reserve == Reserve.STRICT,
                    bandwidth,
                    bandwidth == null ? null : new BucketConfiguration(List.of(bandwidth)),
                    reported,
                    unit,
                    description);
        }
    }

    /**
     * The limits of the buckets of address prefixes.
     *
     * @param factor the factor on the capacity and refill of an account; 4 if null
     */
    public record Overflow(@Nullable Double factor) {
        private static final double DEFAULT_FACTOR = 4.0;

        public Overflow {
            factor = factor == null ? DEFAULT_FACTOR : factor;
            checkFactor("overflow.factor", factor);
        }

        double factorOrDefault() {
            return Objects.requireNonNullElse(factor, DEFAULT_FACTOR);
        }
    }
}
