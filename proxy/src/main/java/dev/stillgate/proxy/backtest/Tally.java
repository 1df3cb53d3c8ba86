package dev.stillgate.proxy.backtest;

import java.util.Map;
import java.util.TreeMap;

/** Totals of a backtest: exchanges, period, and refusals by filter type and reason code. */
final class Tally {
    private final Map<String, String> types;
    private final Map<String, Long> rejected = new TreeMap<>();
    private final Map<String, Long> codes = new TreeMap<>();
    private long exchanges;
    private long unjudged;
    private long from;
    private long to;

    /**
     * Creates an empty tally.
     *
     * @param types the types of the filters that are not off, by filter name
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

    void rejected(String filter, String code) {
        rejected.merge(types.getOrDefault(filter, filter), 1L, Long::sum);
        codes.merge(code, 1L, Long::sum);
    }

    /** Counts an exchange that was not refused, but whose body is not on record. */
    void unjudged() {
        unjudged++;
    }

    /** Returns whether a filter of a type runs. */
    boolean runs(String type) {
        return types.containsValue(type);
    }

    Map<String, Long> rejected() {
        return rejected;
    }

    /** Returns the number of refusals by reason code. */
    Map<String, Long> codes() {
        return codes;
    }

    long exchanges() {
        return exchanges;
    }

    /** Returns the number of exchanges that were not refused, but whose body is not on record. */
    long unjudgedExchanges() {
        return unjudged;
    }

    /** Returns the start of the first exchange, in milliseconds since the epoch. */
    long from() {
        return from;
    }

    /** Returns the start of the last exchange, in milliseconds since the epoch. */
    long to() {
        return to;
    }
}
