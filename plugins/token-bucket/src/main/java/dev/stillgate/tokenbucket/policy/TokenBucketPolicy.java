package dev.stillgate.tokenbucket.policy;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
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
 * How much of a model accounts may use.
 *
 * @param limits the limits, 1 to 16, of different names; a request needs room in all that count it
 * @param tiers a factor on capacity and refill for the accounts of a tier; a tier that is not named has the limits as
 *     they stand
 * @param standings a factor on capacity and refill for the accounts of a standing and of those above it up to the next
 *     that is named, such as {@code tightened: 0.25}
 * @param headers which header fields tell callers of their limits, the provider's own when absent
 * @param requireUsage what is done about streams that do not report their usage, {@code estimate} when absent
 * @param count how prompts are counted, {@code calibrated} when absent
 * @param maxAccounts how many accounts have buckets of their own at once, 1,000,000 when absent; accounts listed in
 *     {@code accounts.yaml} have theirs beyond it
 * @param overflow the limits of those who have no bucket of their own
 * @param fleet how limits are shared with the other gateways of a fleet
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
        @Nullable FleetPolicy fleet) {
    private static final int MOST_LIMITS = 16;
    private static final int MOST_TIERS = 100;
    private static final long MOST_ACCOUNTS = 100_000_000L;
    private static final long DEFAULT_ACCOUNTS = 1_000_000L;

    public TokenBucketPolicy {
        limits = List.copyOf(limits);
        if (limits.isEmpty() || limits.size() > MOST_LIMITS) {
            throw new IllegalArgumentException("limits: expected 1 to " + MOST_LIMITS + ", found " + limits.size());
        }
        Map<String, Integer> names = new HashMap<>();
        for (int i = 0; i < limits.size(); i++) {
            String name = limits.get(i).name();
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
        if (maxAccounts < 1 || maxAccounts > MOST_ACCOUNTS) {
            throw new IllegalArgumentException(
                    "maxAccounts: expected 1 to " + MOST_ACCOUNTS + ", found " + maxAccounts);
        }
        overflow = overflow == null ? new Overflow(null) : overflow;
        fleet = fleet == null ? FleetPolicy.STANDARD : fleet;
    }

    /** Which header fields tell callers of their limits. */
    public enum HeaderStyle {
        /** Those that the provider of the path has. */
        PROVIDER,
        /** {@code RateLimit} and {@code RateLimit-Policy} of the IETF's draft. */
        IETF,
        /** Both. */
        BOTH,
        /** None but {@code retry-after} on a refusal. */
        OFF
    }

    /** What is done about streams that do not report their usage. */
    public enum RequireUsage {
        /** Their tokens are counted by the gateway's estimate. */
        ESTIMATE,
        /** The upstream is asked for it, and the event that only tells of it is kept from the caller. */
        INJECT
    }

    /** How prompts are counted before the provider has. */
    public enum PromptCount {
        /** By the gateway's calibrated estimate. */
        CALIBRATED,
        /** By the tokenizer of the model where it is public, which is so for OpenAI's; else by the estimate. */
        TOKENIZER
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

    /** Returns the tiers for which any limit is another. */
    public Set<String> tierNames() {
        Set<String> names = new HashSet<>(tierFactors().keySet());
        limits.forEach(limit -> names.addAll(limit.tierFactors().keySet()));
        return names;
    }

    /** Returns the factor of a limit for a tier: its own, else the policy's, else 1. */
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
        return overflow == null ? Overflow.DEFAULT_FACTOR : overflow.orDefault();
    }

    private static Map<String, Double> checked(String key, @Nullable Map<String, Double> factors) {
        Map<String, Double> copy = factors == null ? Map.of() : Map.copyOf(factors);
        if (copy.size() > MOST_TIERS) {
            throw new IllegalArgumentException(key + ": expected at most " + MOST_TIERS + ", found " + copy.size());
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
     * @param name 1 to 40 of {@code a-z}, {@code 0-9} and {@code -}; a reload finds what was used by it
     * @param measure what it counts
     * @param scope what requests must have in common to be counted together, the account when absent
     * @param models the models whose requests it counts, as names or beginnings with {@code *} at the end; all when
     *     empty
     * @param capacity how many may be taken at once, from 1 to 10^12
     * @param refill how fast they come back: {@code tokens/duration}, such as {@code 50/1m}; absent for concurrency
     * @param refillStyle when they come back, greedily when absent
     * @param reserve how much output is taken before an answer is begun, up to the ceiling when absent
     * @param reserveCeiling the most output that is taken before an answer is begun, half the capacity when absent
     * @param tiers a factor on capacity and refill for the accounts of a tier, in place of the policy's
     * @param batches whether it counts batches and what is fetched of them, true when absent
     */
    public record Limit(
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
        private static final Set<Scope> OF_ACCOUNTS = Set.of(Scope.ACCOUNT);
        private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

        public Limit {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("name: expected 1 to 40 of a-z, 0-9 and -, found '" + name + "'");
            }
            if (capacity < 1 || capacity > Charge.MOST) {
                throw new IllegalArgumentException("capacity: expected 1 to " + Charge.MOST + ", found " + capacity);
            }
            scope = scope == null ? OF_ACCOUNTS : Set.copyOf(scope);
            models = models == null ? List.of() : List.copyOf(models);
            tiers = checked("tiers", tiers);
            batches = batches == null || batches;
            refillStyle = refillStyle == null ? RefillStyle.GREEDY : refillStyle;
            reserve = reserve == null ? Reserve.CEILING : reserve;
            checkScope(measure, scope, models);
            checkRefill(measure, refill);
            checkReserve(measure, capacity, reserve, reserveCeiling);
            if (refill != null) {
                Bandwidths.of(name, capacity, Refill.parse(refill), refillStyle, 1000);
            }
        }

        private static void checkScope(Measure measure, Set<Scope> scope, List<String> models) {
            if (scope.isEmpty()) {
                throw new IllegalArgumentException(
                        "scope: expected at least one of account, organisation, model, route");
            }
            if (measure == Measure.CONCURRENCY && !models.isEmpty() && !scope.contains(Scope.MODEL)) {
                throw new IllegalArgumentException(
                        "models: a limit of concurrency with models needs model in its scope");
            }
            for (String pattern : models) {
                if (pattern.isEmpty()
                        || pattern.substring(0, pattern.length() - 1).contains("*")) {
                    throw new IllegalArgumentException(
                            "models: expected a name, or a beginning with * at its end, found '" + pattern + "'");
                }
            }
        }

        private static void checkRefill(Measure measure, @Nullable String refill) {
            if (measure == Measure.CONCURRENCY && refill != null) {
                throw new IllegalArgumentException("refill: a limit of concurrency has none");
            }
            if (measure != Measure.CONCURRENCY && refill == null) {
                throw new IllegalArgumentException("refill: expected tokens/duration such as 50/1m");
            }
        }

        private static void checkReserve(Measure measure, long capacity, Reserve reserve, @Nullable Long ceiling) {
            boolean hasOutput = measure == Measure.OUTPUT_TOKENS || measure == Measure.TOTAL_TOKENS;
            if (reserve == Reserve.STRICT && !hasOutput) {
                throw new IllegalArgumentException("reserve: strict is for output-tokens and total-tokens");
            }
            if (ceiling == null) {
                return;
            }
            if (!measure.isTokens() || reserve == Reserve.STRICT) {
                throw new IllegalArgumentException("reserveCeiling: is for limits of tokens that are not strict");
            }
            if (ceiling < 1 || ceiling > capacity) {
                throw new IllegalArgumentException(
                        "reserveCeiling: expected 1 to the capacity of " + capacity + ", found " + ceiling);
            }
        }

        boolean countsBatches() {
            return batches == null || batches;
        }

        Set<Scope> scopes() {
            return scope == null ? OF_ACCOUNTS : scope;
        }

        List<String> modelPatterns() {
            return Objects.requireNonNullElse(models, List.of());
        }

        public Map<String, Double> tierFactors() {
            return Objects.requireNonNullElse(tiers, Map.of());
        }

        /** Returns whether it counts some models only, or each by itself. */
        boolean isOfModels() {
            return !modelPatterns().isEmpty() || scopes().contains(Scope.MODEL);
        }

        /** Returns whether requests for a model are counted; those for none are. */
        boolean counts(@Nullable String model) {
            List<String> patterns = modelPatterns();
            if (model == null) {
                return true;
            }
            for (String pattern : patterns) {
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
         * Returns the limit times a factor that is rounded to thousandths.
         *
         * @param part the part of it that is this gateway's; concurrency is every gateway's own
         * @throws IllegalArgumentException when Bucket4j could not keep it exactly in 64 bits
         */
        TokenLimit made(double factor, double part) {
            long milli = Bandwidths.milli(measure == Measure.CONCURRENCY ? factor : factor * part);
            long largest = Bandwidths.times(capacity, Bandwidths.milli(factor));
            long size = Bandwidths.times(capacity, milli);
            long ceiling = reserveCeiling == null ? Math.max(1, size / 2) : Bandwidths.times(reserveCeiling, milli);
            String described = size + " " + measure.words();
            Bandwidth bandwidth = null;
            if (refill != null) {
                RefillStyle style = Objects.requireNonNullElse(refillStyle, RefillStyle.GREEDY);
                bandwidth = Bandwidths.of(name, capacity, Refill.parse(refill), style, milli);
                described += ", refilled at " + refill + (milli == 1000 ? "" : " times " + (double) milli / 1000);
            }
            return new TokenLimit(
                    this,
                    isOfModels(),
                    Owner.of(scopes()),
                    measure,
                    size,
                    largest,
                    ceiling,
                    reserve == Reserve.STRICT,
                    bandwidth,
                    bandwidth == null ? null : new BucketConfiguration(List.of(bandwidth)),
                    described);
        }
    }

    /**
     * The limits of a bucket that is shared by an address prefix.
     *
     * @param factor how many times an account's capacity and refill a prefix has, 4 when absent
     */
    public record Overflow(@Nullable Double factor) {
        private static final double DEFAULT_FACTOR = 4.0;

        public Overflow {
            factor = factor == null ? DEFAULT_FACTOR : factor;
            checkFactor("overflow.factor", factor);
        }

        double orDefault() {
            return Objects.requireNonNullElse(factor, DEFAULT_FACTOR);
        }
    }
}
