package dev.stillgate.proxy.backtest;

import java.util.Map;
import java.util.TreeMap;

/** What is counted of a backtest as a whole. */
final class Tally {
    private final Map<String, String> types;
    private final Map<String, Long> rejected = new TreeMap<>();
    private long exchanges;
    private long from;
    private long to;

    /**
     * A tally of nothing.
     *
     * @param types the types of the filters by their names: refusals are counted by type
     */
    Tally(Map<String, String> types) {
        this.types = types;
    }

    void exchange(long ts) {
        if (exchanges++ == 0) {
            from = ts;
        }
        to = ts;
    }

    void rejected(String filter) {
        rejected.merge(types.getOrDefault(filter, filter), 1L, Long::sum);
    }

    Map<String, Long> rejected() {
        return rejected;
    }

    long exchanges() {
        return exchanges;
    }

    /** Returns when the first exchange began. */
    long from() {
        return from;
    }

    /** Returns when the last exchange began. */
    long to() {
        return to;
    }
}
