package dev.stillgate.proxy.dialect.realtime;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Estimated output tokens of the responses that have not ended, by their ids. Beyond {@value #MOST} responses, new ones
 * share an entry that does not end, because a server has few at once. Not thread-safe.
 */
final class UnfinishedOutput {
    static final int MOST = 32;

    private static final String OTHERS = "";

    private final Map<String, Long> tokens = new HashMap<>();

    /** Adds a response, or delivered tokens of it. */
    void add(@Nullable String id, long delivered) {
        String key = id == null ? OTHERS : id;
        boolean fits = tokens.size() < MOST || tokens.containsKey(key);
        tokens.merge(fits ? key : OTHERS, delivered, Long::sum);
    }

    /** Ends a response; returns its delivered tokens. */
    long end(@Nullable String id) {
        Long delivered = tokens.remove(id == null ? OTHERS : id);
        return delivered == null ? 0 : delivered;
    }

    /** Returns the number of responses, without those that share an entry. */
    int responses() {
        return tokens.size() - (tokens.containsKey(OTHERS) ? 1 : 0);
    }

    /** Returns the sum. */
    long tokens() {
        long sum = 0;
        for (long each : tokens.values()) {
            sum += each;
        }
        return sum;
    }
}
