package dev.stillgate.loadtests.chaos;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counters by name. Thread-safe. */
final class Counters {
    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

    void count(String what) {
        counts.computeIfAbsent(what, _ -> new LongAdder()).increment();
    }

    long of(String what) {
        LongAdder count = counts.get(what);
        return count == null ? 0 : count.sum();
    }

    /** Returns whether no counter has a name with a prefix. */
    boolean none(String prefix) {
        return counts.keySet().stream().noneMatch(what -> what.startsWith(prefix));
    }

    /** Prints the counters whose names have a prefix. */
    void print(String prefix) {
        counts.forEach((what, count) -> {
            if (what.startsWith(prefix)) {
                System.out.println("  " + what + ": " + count);
            }
        });
    }
}
