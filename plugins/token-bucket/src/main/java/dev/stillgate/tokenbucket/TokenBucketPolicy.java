package dev.stillgate.tokenbucket;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many requests accounts may make.
 *
 * @param limits the limits, 1 to 16, of different names; a request needs room in all of them
 * @param tiers a factor on capacity and refill for the accounts of a tier; a tier that is not named has the limits as
 *     they stand
 * @param maxAccounts how many accounts have buckets of their own at once, 1,000,000 when absent; accounts listed in
 *     {@code accounts.yaml} have theirs beyond it
 * @param overflow the limits of those who have no bucket of their own
 */
public record TokenBucketPolicy(
        List<Limit> limits,
        @Nullable Map<String, Double> tiers,
        @Nullable Long maxAccounts,
        @Nullable Overflow overflow) {
    private static final int MOST_LIMITS = 16;
    private static final int MOST_TIERS = 100;
    private static final long MOST_ACCOUNTS = 100_000_000L;
    private static final long DEFAULT_ACCOUNTS = 1_000_000L;

    public TokenBucketPolicy {
        limits = List.copyOf(limits);
        if (limits.isEmpty() || limits.size() > MOST_LIMITS) {
            throw new IllegalArgumentException("limits: expected 1 to " + MOST_LIMITS + ", found " + limits.size());
        }
        Set<String> names = new HashSet<>();
        for (Limit limit : limits) {
            if (!names.add(limit.name())) {
                throw new IllegalArgumentException("limits: two are named '" + limit.name() + "'");
            }
        }
        tiers = tiers == null ? Map.of() : Map.copyOf(tiers);
        if (tiers.size() > MOST_TIERS) {
            throw new IllegalArgumentException("tiers: expected at most " + MOST_TIERS + ", found " + tiers.size());
        }
        tiers.forEach((tier, factor) -> checkFactor("tiers." + tier, factor));
        maxAccounts = maxAccounts == null ? DEFAULT_ACCOUNTS : maxAccounts;
        if (maxAccounts < 1 || maxAccounts > MOST_ACCOUNTS) {
            throw new IllegalArgumentException(
                    "maxAccounts: expected 1 to " + MOST_ACCOUNTS + ", found " + maxAccounts);
        }
        overflow = overflow == null ? new Overflow(null) : overflow;
    }

    Map<String, Double> tierFactors() {
        return Objects.requireNonNullElse(tiers, Map.of());
    }

    long accountBound() {
        return Objects.requireNonNullElse(maxAccounts, DEFAULT_ACCOUNTS);
    }

    double overflowFactor() {
        return overflow == null ? Overflow.DEFAULT_FACTOR : overflow.orDefault();
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
     * @param capacity how many may be taken at once, from 1 to 10^12
     * @param refill how fast they come back: {@code tokens/duration}, such as {@code 50/1m}
     * @param refillStyle when they come back, greedily when absent
     */
    public record Limit(
            String name,
            Measure measure,
            long capacity,
            String refill,
            @Nullable RefillStyle refillStyle) {
        private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
        private static final long MOST = 1_000_000_000_000L;

        public Limit {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("name: expected 1 to 40 of a-z, 0-9 and -, found '" + name + "'");
            }
            if (capacity < 1 || capacity > MOST) {
                throw new IllegalArgumentException("capacity: expected 1 to " + MOST + ", found " + capacity);
            }
            refillStyle = refillStyle == null ? RefillStyle.GREEDY : refillStyle;
            NamedBandwidth.of(name, measure, capacity, Refill.parse(refill), refillStyle, 1.0);
        }

        NamedBandwidth times(double factor) {
            return NamedBandwidth.of(
                    name,
                    measure,
                    capacity,
                    Refill.parse(refill),
                    Objects.requireNonNullElse(refillStyle, RefillStyle.GREEDY),
                    factor);
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
