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

/** The limits of a policy, read from the file of the gateway, to compute the expected refusals. */
record Budget(Map<String, Limit> limits) {
    /**
     * A limit.
     *
     * @param perSecond refill per second
     * @param ceiling maximum output that is reserved before a response
     * @param tiers factors by tier
     */
    record Limit(double capacity, double perSecond, double ceiling, Map<String, Double> tiers) {
        private Limit of(String tier) {
            double factor = tiers.getOrDefault(tier, 1.0);
            return new Limit(capacity * factor, perSecond * factor, ceiling * factor, tiers);
        }

        /** Returns the amount that can be used within a number of seconds. */
        double over(double seconds) {
            return capacity + perSecond * seconds;
        }
    }

    /** Reads the first filter of a policy. */
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

    /** Returns a limit; its own tier factors override those of the policy. */
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
            throw new IllegalArgumentException("expected a refill per second, found " + refill);
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
