package dev.stillgate.fingerprint.budget;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Budgets of pools by tier, from histograms of the requests a day that known customers made before they were verified.
 * A budget is a percentile of these days, so that it leaves {@value #SHARE} of them as they were. Not thread-safe.
 */
public final class PoolBudgets {
    /** Name of accounts without a tier, and of tiers beyond {@link #MAX_TIERS}. */
    static final String NO_TIER = "";

    /** Share of the days within a budget. */
    private static final double SHARE = 0.99;

    /** Least number of days behind a budget: ten of them are then above it. */
    private static final int LEAST_DAYS = 1_000;

    /** Number of days of a tier at which all of them count half, so that a budget follows the customers' use. */
    private static final int MOST_DAYS = 20_000;

    static final int MAX_TIERS = 254;

    private final Map<String, float[]> daysByTier = new LinkedHashMap<>();
    private Map<String, PoolBudget> budgets = Map.of();

    /** Returns the name under which a tier is counted. */
    String name(@Nullable String tier) {
        String name = tier == null ? NO_TIER : tier;
        return daysByTier.containsKey(name) || daysByTier.size() < MAX_TIERS ? name : NO_TIER;
    }

    /**
     * Adds days of one account.
     *
     * @param codes the requests of each day, as a {@link DayCode}
     */
    void add(@Nullable String tier, List<Integer> codes) {
        String name = name(tier);
        float[] days = daysByTier.computeIfAbsent(name, absent -> new float[DayCode.SIZE]);
        codes.forEach(code -> days[code]++);
        if (sum(days) >= MOST_DAYS) {
            for (int code = 0; code < days.length; code++) {
                days[code] /= 2;
            }
        }
        update(name, days);
    }

    private void update(String tier, float[] days) {
        Map<String, PoolBudget> changed = new TreeMap<>(budgets);
        changed.put(tier, budget(days));
        budgets = Map.copyOf(changed);
    }

    private static PoolBudget budget(float[] days) {
        double sum = sum(days);
        if (sum < LEAST_DAYS) {
            return new PoolBudget((long) sum, 0);
        }
        double within = 0;
        int code = 0;
        while (within < SHARE * sum) {
            within += days[code++];
        }
        return new PoolBudget((long) sum, DayCode.most(code - 1));
    }

    private static double sum(float[] days) {
        double sum = 0;
        for (float count : days) {
            sum += count;
        }
        return sum;
    }

    /** Returns the budget of each tier with days, by name; that of accounts without a tier is under "". */
    public Map<String, PoolBudget> all() {
        return budgets;
    }

    /**
     * Takes over the days of each tier of which another gateway has counted more.
     *
     * @return whether this gateway has counted more days of a tier
     */
    public boolean adopt(PoolBudgets other) {
        other.daysByTier.forEach((tier, days) -> {
            if (sum(days) > days(tier) && name(tier).equals(tier)) {
                daysByTier.put(tier, days);
                update(tier, days);
            }
        });
        return daysByTier.entrySet().stream().anyMatch(own -> sum(own.getValue()) > other.days(own.getKey()));
    }

    private double days(String tier) {
        float[] days = daysByTier.get(tier);
        return days == null ? 0 : sum(days);
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(daysByTier.size());
        for (Map.Entry<String, float[]> tier : daysByTier.entrySet()) {
            out.writeUTF(tier.getKey());
            for (float count : tier.getValue()) {
                out.writeFloat(count);
            }
        }
    }

    /**
     * Reads budgets.
     *
     * @throws IOException if the data is invalid
     */
    public static PoolBudgets read(DataInput in) throws IOException {
        PoolBudgets read = new PoolBudgets();
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            String tier = in.readUTF();
            float[] days = new float[DayCode.SIZE];
            for (int code = 0; code < days.length; code++) {
                days[code] = in.readFloat();
                if (!(days[code] >= 0 && days[code] <= MOST_DAYS)) {
                    throw new IOException("damaged: " + days[code] + " days");
                }
            }
            read.daysByTier.put(tier, days);
            read.update(tier, days);
        }
        return read;
    }
}
