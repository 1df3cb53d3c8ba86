package dev.stillgate.loadtests.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints the table of a {@link FleetRun}, in which the shared store of several gateways fails. Checks latency,
 * failures, and that greedy accounts are granted neither more than the limits allow nor far less. Not thread-safe.
 */
final class FleetReport {
    /**
     * Bound on latency in an outage, as a multiple of the latency before. Added to it are the additional milliseconds
     * and the latency of requests without a gateway in the same phase (pauses of the machine).
     */
    private static final double MAX_FACTOR = 5;

    private static final double ADDITIONAL_MILLIS = 20;

    /** Minimum share of the policy that the fleet must grant. */
    private static final double MIN_SHARE = 0.75;

    private final int gateways;
    private final boolean judge;
    private final List<String> wrong = new ArrayList<>();
    private double p99Before;
    private double greedySeconds;
    private long granted;
    private long grantedTokens;

    /**
     * Prints the head of the table.
     *
     * @param judge whether latency is checked
     */
    FleetReport(int gateways, boolean judge) {
        this.gateways = gateways;
        this.judge = judge;
        print(
                "| phase | s | steady: requests | failed or refused | p50 ms | p99 ms | p99 without gateway | greedy: granted/s | greedy: output tokens/s |");
        print("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    }

    /** Adds a phase; latency is compared with that of the phase "before". */
    void phase(
            String name,
            double seconds,
            PhaseTally direct,
            PhaseTally steady,
            PhaseTally byRequests,
            PhaseTally byTokens) {
        greedySeconds += seconds;
        granted += byRequests.answered();
        grantedTokens += byTokens.tokens();
        int failed = steady.requests() - steady.answered();
        double p99 = steady.percentile(0.99);
        double pauses = direct.percentile(0.99);
        print(
                "| %s | %.1f | %d | %d | %.1f | %.1f | %.1f | %.1f | %.0f |",
                name,
                seconds,
                steady.requests(),
                failed,
                steady.percentile(0.5),
                p99,
                pauses,
                byRequests.answered() / seconds,
                byTokens.tokens() / seconds);
        for (PhaseTally tally : List.of(steady, byRequests, byTokens)) {
            for (Map.Entry<String, Integer> failure : tally.failures().entrySet()) {
                wrong.add(name + ": " + failure.getValue() + " requests failed: " + failure.getKey());
            }
        }
        if (steady.refused() > 0) {
            wrong.add(name + ": " + steady.refused() + " requests below the share were refused");
        }
        if (name.equals("before")) {
            p99Before = p99;
        } else if (judge && p99Before > 0 && p99 > MAX_FACTOR * p99Before + ADDITIONAL_MILLIS + pauses) {
            wrong.add(name + ": p99 is %.1f ms, but was %.1f ms before".formatted(p99, p99Before));
        }
    }

    /** Prints the granted and allowed amounts and all failed checks; returns whether there is none. */
    boolean end() {
        print("");
        print("| greedy account, %.1f s | granted | policy | maximum | share of the policy |", greedySeconds);
        print("|---|--:|--:|--:|--:|");
        bound("requests", FleetLimit.REQUESTS, granted);
        bound("output tokens", FleetLimit.OUTPUT, grantedTokens);
        wrong.forEach(each -> System.err.println("wrong: " + each));
        return wrong.isEmpty();
    }

    private void bound(String what, FleetLimit limit, long used) {
        double policy = limit.granted(greedySeconds);
        double most = policy + limit.bound(gateways);
        print("| %s | %d | %.0f | %.0f | %.2f |", what, used, policy, most, used / policy);
        if (used > most) {
            wrong.add("%s: %d were granted, the maximum is %.0f".formatted(what, used, most));
        }
        if (used < MIN_SHARE * policy) {
            wrong.add("%s: only %d of %.0f were granted".formatted(what, used, policy));
        }
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
