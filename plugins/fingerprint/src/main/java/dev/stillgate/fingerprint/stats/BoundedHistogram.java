package dev.stillgate.fingerprint.stats;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often the values of something came, bounded: when a new one finds no room, the rarer half is put together as {@link
 * #OTHER}, so that what is frequent stays whatever a caller makes up. One thread only.
 */
public final class BoundedHistogram {
    /** What stands for the values that found no room. */
    static final String OTHER = "other";

    /** How many values are told apart. */
    static final int MOST = 64;

    private static final String UNKNOWN = "unknown";
    private static final int LONGEST = 64;

    private final Map<String, Long> byValue = new HashMap<>();
    private long other;

    /** Counts a value; null is one that is not known. */
    public void add(@Nullable String value) {
        String key = value == null ? UNKNOWN : value.length() > LONGEST ? value.substring(0, LONGEST) : value;
        if (byValue.size() == MOST && !byValue.containsKey(key)) {
            List<Map.Entry<String, Long>> ordered = ordered();
            for (Map.Entry<String, Long> rare : ordered.subList(MOST / 2, MOST)) {
                byValue.remove(rare.getKey());
                other += rare.getValue();
            }
        }
        byValue.merge(key, 1L, Long::sum);
    }

    /** Returns the values with their counts, the most frequent first and those without room last. */
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
