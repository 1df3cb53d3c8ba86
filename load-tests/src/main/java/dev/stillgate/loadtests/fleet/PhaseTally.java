package dev.stillgate.loadtests.fleet;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Outcomes of the requests of one account in one phase. Not thread-safe. */
public final class PhaseTally {
    private final List<Long> micros = new ArrayList<>();
    private final Map<String, Integer> failures = new TreeMap<>();
    private int answered;
    private int refused;
    private long tokens;

    void addAnswered(long latencyMicros, long outputTokens) {
        answered++;
        tokens += outputTokens;
        micros.add(latencyMicros);
    }

    void addRefused() {
        refused++;
    }

    void addFailed(String how) {
        failures.merge(how, 1, Integer::sum);
    }

    /** Returns the number of all requests that have ended. */
    public int requests() {
        return answered + refused + failures.values().stream().mapToInt(i -> i).sum();
    }

    /** Returns the number of responses with status 200. */
    public int answered() {
        return answered;
    }

    int refused() {
        return refused;
    }

    long tokens() {
        return tokens;
    }

    Map<String, Integer> failures() {
        return Map.copyOf(failures);
    }

    /** Returns a percentile of the latency of served requests in milliseconds; 0 without any. */
    public double percentile(double share) {
        if (micros.isEmpty()) {
            return 0;
        }
        List<Long> sorted = new ArrayList<>(micros);
        Collections.sort(sorted);
        int index = (int) Math.ceil(share * sorted.size()) - 1;
        return sorted.get(Math.max(0, index)) / 1000.0;
    }
}
