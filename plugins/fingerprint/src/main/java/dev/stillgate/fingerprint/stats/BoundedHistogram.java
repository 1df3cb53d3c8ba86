package dev.stillgate.fingerprint.stats;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Histogram of string values with at most {@value #MAX_VALUES} bins.
 *
 * <p>A new value that finds the histogram full moves the less frequent half into the bin {@link #OTHER}. Frequent
 * values therefore survive a flood of invented ones. Not thread-safe.
 */
public final class BoundedHistogram {
    /** Bin of the values that were evicted. */
    static final String OTHER = "other";

    static final int MAX_VALUES = 64;

    private static final String UNKNOWN = "unknown";
    private static final int MAX_LENGTH = 64;

    private final Map<String, Long> byValue = new HashMap<>();
    private long other;

    /** Counts a value; null counts as "unknown", and long values are truncated. */
    public void add(@Nullable String value) {
        String key = value == null ? UNKNOWN : value.length() > MAX_LENGTH ? value.substring(0, MAX_LENGTH) : value;
        if (byValue.size() == MAX_VALUES && !byValue.containsKey(key)) {
            List<Map.Entry<String, Long>> ordered = ordered();
            for (Map.Entry<String, Long> rare : ordered.subList(MAX_VALUES / 2, MAX_VALUES)) {
                byValue.remove(rare.getKey());
                other += rare.getValue();
            }
        }
        byValue.merge(key, 1L, Long::sum);
    }

    /** Returns the counts by value, in descending order of count; {@link #OTHER} comes last. */
    public Map<String, Long> shown() {
        Map<String, Long> shown = new LinkedHashMap<>();
        ordered().forEach(entry -> shown.put(entry.getKey(), entry.getValue()));
        if (other > 0) {
            shown.merge(OTHER, other, Long::sum);
        }
        return shown;
    }

    private List<Map.Entry<String, Long>> ordered() {
        List<Map.Entry<String, Long>> ordered = new ArrayList<>();
        byValue.forEach((value, count) -> ordered.add(Map.entry(value, count)));
        ordered.sort(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()));
        return ordered;
    }
}
