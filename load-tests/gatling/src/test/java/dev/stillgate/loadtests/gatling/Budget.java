package dev.stillgate.loadtests.gatling;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What a policy allows an account, read from the very file that the gateway runs with, so that what is expected of the
 * gateway is computed and not written down twice.
 */
record Budget(Map<String, Limit> limits) {
    /**
     * A limit by its measure.
     *
     * @param perSecond how fast it is refilled
     * @param ceiling the most output that is taken before an answer is begun
     * @param tiers factors by tier
     */
    record Limit(double capacity, double perSecond, double ceiling, Map<String, Double> tiers) {
        private Limit of(String tier) {
            double factor = tiers.getOrDefault(tier, 1.0);
            return new Limit(capacity * factor, perSecond * factor, ceiling * factor, tiers);
        }

        /** Returns how much of it can be used in a time. */
        double over(double seconds) {
            return capacity + perSecond * seconds;
        }
    }

    /** Reads the only filter of a policy. */
    static Budget read(Path policy) {
        try {
            Object root = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(policy));
            Map<?, ?> config =
                    map(map(list(map(root).get("filters")).getFirst()).get("config"));
            Map<String, Double> tiers = factors(config.get("tiers"));
            Map<String, Limit> limits = new TreeMap<>();
            for (Object each : list(config.get("limits"))) {
                Map<?, ?> limit = map(each);
                limits.put(String.valueOf(limit.get("measure")), limit(limit, tiers));
            }
            return new Budget(limits);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Limit limit(String measure, String tier) {
        Limit limit = limits.get(measure);
        if (limit == null) {
            throw new IllegalArgumentException("the policy has no limit of " + measure);
        }
        return limit.of(tier);
    }

    /** Returns a limit; its own factors take the place of the policy's. */
    private static Limit limit(Map<?, ?> limit, Map<String, Double> tiers) {
        Map<String, Double> all = new TreeMap<>(tiers);
        all.putAll(factors(limit.get("tiers")));
        double capacity = number(limit.get("capacity"));
        double ceiling = limit.containsKey("reserveCeiling") ? number(limit.get("reserveCeiling")) : capacity / 2;
        return new Limit(capacity, rate(limit.get("refill")), ceiling, all);
    }

    private static Map<String, Double> factors(Object tiers) {
        Map<String, Double> factors = new TreeMap<>();
        if (tiers != null) {
            map(tiers).forEach((tier, factor) -> factors.put(String.valueOf(tier), number(factor)));
        }
        return factors;
    }

    private static double rate(Object refill) {
        if (refill == null) {
            return 0;
        }
        String[] parts = String.valueOf(refill).split("/");
        if (!parts[1].equals("1s")) {
            throw new IllegalArgumentException("expected a refill by the second, found " + refill);
        }
        return Double.parseDouble(parts[0]);
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }

    private static Map<?, ?> map(Object value) {
        return (Map<?, ?>) value;
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }
}
