package dev.stillgate.tokenbucket.policy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The budget of a pool as limits of the names {@code pool-requests}, {@code pool-input-tokens}, {@code
 * pool-output-tokens}, {@code pool-total-tokens} and {@code pool-cost}. The capacity of each is the number of tokens
 * that it refills in its period. Requests may be learnt: {@code auto up to 500/1d} is the number that known customers
 * need on a day, and at most 500.
 */
final class PoolLimits {
    /** The budget of a policy without {@code pool}: a request a minute for eight hours, as a customer by hand sends. */
    private static final String FIXED = "500/1d";

    static final Map<Measure, String> STANDARD = Map.of(Measure.REQUESTS, FIXED);

    private static final String PREFIX = "pool-";
    private static final String AUTO = "auto";
    private static final String UP_TO = AUTO + " up to ";
    private static final Duration DAY = Duration.ofDays(1);

    private PoolLimits() {}

    /**
     * Returns a copy of a budget in the order of the measures.
     *
     * @throws IllegalArgumentException if the budget is invalid
     */
    static Map<Measure, String> checked(Map<Measure, String> budget) {
        if (budget.isEmpty()) {
            throw new IllegalArgumentException("pool: expected at least one of requests, input-tokens, output-tokens,"
                    + " total-tokens and cost, such as requests: 500/1d");
        }
        limits(budget, List.of(), 0);
        return Collections.unmodifiableMap(new EnumMap<>(budget));
    }

    /**
     * Returns the limits of a budget, in the order of the measures.
     *
     * @param limits the limits of the policy, whose ceilings of reservations apply
     * @param learnt the learnt requests a day; 0 for none
     */
    static List<Limit> limits(Map<Measure, String> budget, List<Limit> limits, long learnt) {
        List<Limit> all = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            String refill = budget.get(measure);
            if (refill != null) {
                all.add(limit(measure, isAuto(refill) ? learnt(measure, refill, learnt) : refill, limits));
            }
        }
        return all;
    }

    /** Returns whether a name is reserved for the limits of a budget. */
    static boolean isName(String name) {
        for (Measure measure : Measure.values()) {
            if (measure != Measure.CONCURRENCY && name.equals(PREFIX + measure.label())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAuto(String refill) {
        return refill.startsWith(AUTO);
    }

    /** Returns whether the requests of a budget are learnt. */
    static boolean isLearnt(Map<Measure, String> budget) {
        return isAuto(budget.getOrDefault(Measure.REQUESTS, ""));
    }

    /** Returns the refill of a measure that is learnt, at most the one that the policy names. */
    private static String learnt(Measure measure, String text, long learnt) {
        String most = text.startsWith(UP_TO) ? text.substring(UP_TO.length()) : text.equals(AUTO) ? FIXED : "";
        Refill refill = parsed(most);
        if (measure != Measure.REQUESTS || refill == null || !refill.period().equals(DAY)) {
            throw new IllegalArgumentException(
                    "pool." + measure.label() + ": only requests can be auto, with the most of"
                            + " one day; write requests: auto up to 500/1d, found '" + text + "'");
        }
        return learnt > 0 && learnt < refill.tokens() ? learnt + "/1d" : most;
    }

    private static @Nullable Refill parsed(String refill) {
        try {
            return Refill.parse(refill);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static Limit limit(Measure measure, String refill, List<Limit> limits) {
        String key = "pool." + measure.label();
        if (measure == Measure.CONCURRENCY) {
            throw new IllegalArgumentException(
                    key + ": expected requests, input-tokens, output-tokens, total-tokens or cost, found concurrency");
        }
        try {
            long tokens = Refill.parse(refill, measure).tokens();
            BigDecimal ceiling = measure.needsPrompt() ? measure.amount(ceiling(measure, tokens, limits)) : null;
            return new Limit(
                    PREFIX + measure.label(),
                    measure,
                    null,
                    null,
                    measure.amount(tokens),
                    refill,
                    null,
                    null,
                    ceiling,
                    null,
                    null,
                    null);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    key + String.valueOf(e.getMessage()).replaceFirst("^refill", ""), e);
        }
    }

    /**
     * Returns the ceiling of reservations: that of the policy's limits of the measure, and at most half the budget.
     * Otherwise each request without {@code max_tokens} would reserve half a day of all linked accounts.
     */
    private static long ceiling(Measure measure, long tokens, List<Limit> limits) {
        long least = Math.max(1, tokens / 2);
        for (Limit limit : limits) {
            if (limit.measure() == measure) {
                least = Math.min(least, limit.ceilingUnits());
            }
        }
        return least;
    }
}
