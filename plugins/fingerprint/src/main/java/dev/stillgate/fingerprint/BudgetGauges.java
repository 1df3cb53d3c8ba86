package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.budget.PoolBudget;
import dev.stillgate.spi.FilterContext;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/** Gauges of the budgets of pools by tier. Not thread-safe, except for the gauges. */
final class BudgetGauges {
    /** Largest number of tiers with gauges; further ones are only on the page. */
    private static final int MOST = 64;

    private static final PoolBudget NONE = new PoolBudget(0, 0);

    private final FilterContext context;
    private final Set<String> registered = new HashSet<>();
    private volatile Map<String, PoolBudget> budgets = Map.of();

    BudgetGauges(FilterContext context) {
        this.context = context;
    }

    /** Takes budgets over, and registers gauges of new tiers. */
    void update(Map<String, PoolBudget> latest) {
        budgets = latest;
        for (String tier : latest.keySet()) {
            if (registered.size() < MOST && registered.add(tier)) {
                register("stillgate.fingerprint.pool.days", tier, PoolBudget::days);
                register("stillgate.fingerprint.pool.requests", tier, PoolBudget::requests);
            }
        }
    }

    private void register(String name, String tier, ToLongFunction<PoolBudget> value) {
        context.gauge(name, () -> value.applyAsLong(budgets.getOrDefault(tier, NONE)), "tier", tier);
    }
}
