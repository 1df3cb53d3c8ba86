package dev.stillgate.loadtests.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The table of a run, and what in it must not be. */
final class FleetReport {
    /**
     * Latency in an outage may be this many times the latency before, so many milliseconds on top, and what requests
     * without a gateway take in the same phase: the pauses of the machine.
     */
    private static final double TIMES = 5;

    private static final double MILLIS_ON_TOP = 20;

    /** A fleet that grants less than this share of the policy does not share it, it loses it. */
    private static final double LEAST_SHARE = 0.75;

    private final int gateways;
    private final boolean judge;
    private final List<String> wrong = new ArrayList<>();
    private double p99Before;
    private double greedySeconds;
    private long granted;
    private long grantedTokens;

    /**
     * An empty table.
     *
     * @param judge whether latency may be wrong
     */
    FleetReport(int gateways, boolean judge) {
        this.gateways = gateways;
        this.judge = judge;
        print(
                "| phase | s | steady: asked | failed or refused | p50 ms | p99 ms | p99 without gateway | greedy: granted/s | greedy: output tokens/s |");
        print("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    }

    /** Adds a phase; the latencies of the first are those that the others are held against. */
    void phase(String name, double seconds, PhaseTally direct, PhaseTally steady, PhaseTally byRequests, PhaseTally byTokens) {
        greedySeconds += seconds;
        granted += byRequests.answered();
        grantedTokens += byTokens.tokens();
        int failed = steady.asked() - steady.answered();
        double p99 = steady.percentile(0.99);
        double pauses = direct.percentile(0.99);
        print(
                "| %s | %.1f | %d | %d | %.1f | %.1f | %.1f | %.1f | %.0f |",
                name,
                seconds,
                steady.asked(),
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
        } else if (judge && p99Before > 0 && p99 > TIMES * p99Before + MILLIS_ON_TOP + pauses) {
            wrong.add(name + ": p99 is %.1f ms, and was %.1f ms before".formatted(p99, p99Before));
        }
    }

    /** Prints what was granted and what was allowed, and all that is wrong; returns whether nothing is. */
    boolean end() {
        print("");
        print("| greedy account, %.1f s | granted | policy | promised at most | share of the policy |", greedySeconds);
        print("|---|--:|--:|--:|--:|");
        bound("requests", FleetPolicyFile.REQUESTS, granted);
        bound("output tokens", FleetPolicyFile.OUTPUT, grantedTokens);
        wrong.forEach(each -> System.err.println("wrong: " + each));
        return wrong.isEmpty();
    }

    private void bound(String what, FleetPolicyFile.Limit limit, long used) {
        double policy = limit.granted(greedySeconds);
        double most = policy + limit.bound(gateways);
        print("| %s | %d | %.0f | %.0f | %.2f |", what, used, policy, most, used / policy);
        if (used > most) {
            wrong.add("%s: %d were granted, and at most %.0f are promised".formatted(what, used, most));
        }
        if (used < LEAST_SHARE * policy) {
            wrong.add("%s: %d were granted of %.0f".formatted(what, used, policy));
        }
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
