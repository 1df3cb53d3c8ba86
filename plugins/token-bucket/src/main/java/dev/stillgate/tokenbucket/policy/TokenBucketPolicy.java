package dev.stillgate.tokenbucket.policy;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
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
 * @param endUsers how the end users of accounts are known, and how many have buckets; the defaults if null
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
        @Nullable Prices prices,
        @Nullable EndUsers endUsers) {
    private static final int MAX_LIMITS = 16;
    private static final String PRICES =
            ": write them beside limits, such as prices: {currency: USD, unlisted: {input: 15, output: 75}}";
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
        tiers = LimitChecks.factors("tiers", tiers);
        standings = standings == null ? Map.of() : Map.copyOf(standings);
        standings.forEach((standing, factor) ->
                LimitChecks.factor("standings." + standing.name().toLowerCase(Locale.ROOT), factor));
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
        endUsers = endUsers == null ? EndUsers.STANDARD : endUsers;
        if (prices == null) {
            checkWithoutPrices(limits, pool);
        }
    }

    /** Creates a policy with the defaults for end users. */
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
            @Nullable Verify verify,
            @Nullable Prices prices) {
        this(
                limits,
                tiers,
                standings,
                headers,
                requireUsage,
                count,
                maxAccounts,
                overflow,
                fleet,
                pool,
                verify,
                prices,
                null);
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

    /** Returns the maximum number of end users of one account with their own buckets. */
    public long userBound() {
        Integer most = endUsers == null ? null : endUsers.maxPerAccount();
        return most == null ? EndUsers.DEFAULT_MAX : most;
    }

    /** Returns the name of the header field that names the end user; null if the body does. */
    public @Nullable String userHeader() {
        return endUsers == null ? null : endUsers.header();
    }

    double overflowFactor() {
        return overflow == null ? Overflow.DEFAULT_FACTOR : overflow.factorOrDefault();
    }

    /**
     * The end users of accounts, for limits with {@code end-user} in their scope.
     *
     * @param header the header field that names the end user; the fields of the body if null
     * @param maxPerAccount the maximum number of end users of an account with their own buckets, 10,000 if null
     */
    public record EndUsers(
            @Nullable String header, @Nullable Integer maxPerAccount) {
        private static final int DEFAULT_MAX = 10_000;
        private static final int LARGEST_MAX = 1_000_000;
        private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9-]{1,64}");
        private static final EndUsers STANDARD = new EndUsers(null, null);

        public EndUsers {
            if (header != null && !FIELD.matcher(header).matches()) {
                throw new IllegalArgumentException(
                        "endUsers.header: expected the name of a header field, found '" + header + "'");
            }
            maxPerAccount = maxPerAccount == null ? DEFAULT_MAX : maxPerAccount;
            if (maxPerAccount < 1 || maxPerAccount > LARGEST_MAX) {
                throw new IllegalArgumentException(
                        "endUsers.maxPerAccount: expected 1 to " + LARGEST_MAX + ", found " + maxPerAccount);
            }
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
            LimitChecks.factor("overflow.factor", factor);
        }

        double factorOrDefault() {
            return Objects.requireNonNullElse(factor, DEFAULT_FACTOR);
        }
    }
}
