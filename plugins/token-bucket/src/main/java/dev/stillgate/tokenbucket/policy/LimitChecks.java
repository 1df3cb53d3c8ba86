package dev.stillgate.tokenbucket.policy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks of the keys of limits, and of keys that depend on each other. Each throws {@link IllegalArgumentException}. */
final class LimitChecks {
    private static final int MAX_FACTORS = 100;

    private LimitChecks() {}

    static void scope(Measure measure, Set<Scope> scope, List<String> models) {
        if (scope.isEmpty()) {
            throw new IllegalArgumentException(
                    "scope: expected at least one of account, end-user, organisation, model, route");
        }
        if (scope.contains(Scope.END_USER) && (!scope.contains(Scope.ACCOUNT) || scope.contains(Scope.ORGANISATION))) {
            throw new IllegalArgumentException(
                    "scope: end-user needs account beside it, and no organisation: [account, end-user]");
        }
        if (measure == Measure.CONCURRENCY && !models.isEmpty() && !scope.contains(Scope.MODEL)) {
            throw new IllegalArgumentException("models: a concurrency limit with models needs model in its scope");
        }
        for (String pattern : models) {
            if (pattern.isEmpty() || pattern.substring(0, pattern.length() - 1).contains("*")) {
                throw new IllegalArgumentException(
                        "models: expected a name, or a prefix with * at its end, found '" + pattern + "'");
            }
        }
    }

    static void refill(Measure measure, @Nullable String refill) {
        if (measure == Measure.CONCURRENCY && refill != null) {
            throw new IllegalArgumentException("refill: not allowed for a concurrency limit");
        }
        if (measure != Measure.CONCURRENCY && refill == null) {
            throw new IllegalArgumentException("refill: expected "
                    + (measure == Measure.COST ? "amount/duration such as 25.50/1d" : "tokens/duration such as 50/1m"));
        }
    }

    static void shares(List<BigDecimal> shares, Measure measure, @Nullable String refill) {
        if (refill != null) {
            Shares.check(shares, Refill.parse(refill, measure));
        } else if (!shares.isEmpty()) {
            throw new IllegalArgumentException("notifyAt: not allowed for a concurrency limit");
        }
    }

    static void reserve(Measure measure, BigDecimal capacity, Reserve reserve, @Nullable BigDecimal ceiling) {
        if (reserve == Reserve.STRICT && !measure.hasOutput()) {
            throw new IllegalArgumentException("reserve: strict is only for output-tokens, total-tokens and cost");
        }
        if (ceiling == null) {
            return;
        }
        if (!measure.needsPrompt() || reserve == Reserve.STRICT) {
            throw new IllegalArgumentException(
                    "reserveCeiling: only for limits of tokens and cost that are not strict");
        }
        if (ceiling.signum() <= 0 || ceiling.compareTo(capacity) > 0) {
            throw new IllegalArgumentException("reserveCeiling: expected "
                    + (measure == Measure.COST ? "0.000001" : "1") + " to the capacity of " + capacity + ", found "
                    + ceiling);
        }
        measure.units("reserveCeiling", ceiling);
    }

    /** Returns a copy of checked factors by tier; an empty map for null. */
    static Map<String, Double> factors(String key, @Nullable Map<String, Double> factors) {
        Map<String, Double> copy = factors == null ? Map.of() : Map.copyOf(factors);
        if (copy.size() > MAX_FACTORS) {
            throw new IllegalArgumentException(key + ": expected at most " + MAX_FACTORS + ", found " + copy.size());
        }
        copy.forEach((tier, factor) -> factor(key + '.' + tier, factor));
        return copy;
    }

    static void factor(String key, double factor) {
        if (!(factor >= 0.001 && factor <= 1000)) {
            throw new IllegalArgumentException(key + ": expected a factor from 0.001 to 1000, found " + factor);
        }
    }
}
