package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.config.Policy;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Totals of a backtest: exchanges, period, and refusals by filter type and reason code. */
public final class Tally {
    private final Map<String, String> types = new HashMap<>(); // of the filters that are not off, by name
    private final Map<String, Long> rejected = new TreeMap<>();
    private final Map<String, Long> codes = new TreeMap<>();
    private TextVolume text = TextVolume.NONE;
    private long exchanges;
    private long unjudged;
    private long from;
    private long to;

    /**
     * Creates an empty tally.
     *
     * @param policy the policy whose filters refuse
     */
    Tally(Policy policy) {
        policy.filters().stream()
                .filter(filter -> filter.mode() != Policy.Mode.OFF)
                .forEach(filter -> types.put(filter.name(), filter.type()));
    }

    void exchange(long ts, TextVolume asked) {
        if (exchanges++ == 0) {
            from = ts;
        }
        to = ts;
        text = text.plus(asked);
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
    public boolean runs(String type) {
        return types.containsValue(type);
    }

    Map<String, Long> rejected() {
        return rejected;
    }

    /** Returns the number of refusals by reason code. */
    Map<String, Long> codes() {
        return codes;
    }

    /** Returns the text that all requests asked for. */
    TextVolume text() {
        return text;
    }

    public long exchanges() {
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
