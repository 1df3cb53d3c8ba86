package dev.stillgate.loadtests.faults;

import java.util.List;
import java.util.Set;

/**
 * Something that befalls upstreams, and what callers may see of it at most.
 *
 * @param name what it is called, in the table and in {@code net.sh}
 * @param policy the policy that the gateway has meanwhile
 * @param delayMillis how long the model thinks about each answer
 * @param answered the least share of requests that must be answered while it lasts
 * @param statuses how all others may be refused
 * @param cut the most answers that may break off
 * @param slowest the longest that one of a hundred may wait for whatever becomes of it, in milliseconds
 * @param recovery the longest until everybody is answered again after it is over, in milliseconds
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

    /** The faults in the order in which they come. The gateway gives up a connection after 1 s, an answer after 3 s. */
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
