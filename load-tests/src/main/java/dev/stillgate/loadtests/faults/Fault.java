package dev.stillgate.loadtests.faults;

import java.util.List;
import java.util.Set;

/**
 * A fault of upstreams and the bounds of its effect on clients.
 *
 * @param name name in the table and in {@code net.sh}
 * @param policy policy of the gateway during the fault
 * @param delayMillis delay of the model before each response
 * @param answered minimum share of complete responses during the fault
 * @param statuses allowed error statuses
 * @param cut maximum number of truncated responses
 * @param slowest maximum of the 99th percentile of the time to any outcome, in milliseconds
 * @param recovery maximum time until all requests are served again after the fault, in milliseconds
 */
record Fault(
        String name,
        String policy,
        int delayMillis,
        double answered,
        Set<Integer> statuses,
        int cut,
        int slowest,
        int recovery) {
    Fault {
        statuses = Set.copyOf(statuses);
    }

    /** Returns the faults in order. The gateway has a connect timeout of 1 s and a first-byte timeout of 3 s. */
    static List<Fault> all() {
        return List.of(
                new Fault("one-dead", "two", 0, 0.97, Set.of(502), 15, 1_000, 3_000),
                new Fault("one-blackholed", "two", 0, 0.9, Set.of(504), 30, 4_500, 3_000),
                new Fault("one-throttled", "two", 0, 0.9, Set.of(502, 504), 30, 4_500, 6_000),
                new Fault("blackholed", "one", 0, 0, Set.of(502, 504), 30, 4_500, 4_000),
                new Fault("reset", "two", 0, 0.8, Set.of(502), 150, 1_000, 1_500),
                new Fault("restarted", "one", 0, 0, Set.of(502), 30, 1_000, 3_000),
                new Fault("throttled", "one", 0, 0, Set.of(502, 503, 504), 200, 6_500, 6_000),
                new Fault("slow", "narrow", 800, 0.4, Set.of(503), 0, 2_200, 3_000),
                new Fault("dns-change", "named", 0, 0.99, Set.of(502), 10, 500, 2_000));
    }
}
