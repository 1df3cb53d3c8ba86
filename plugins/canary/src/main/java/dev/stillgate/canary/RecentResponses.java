package dev.stillgate.canary;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Treatments of recent responses that can be fetched again, by their ids. A repeated fetch returns the same bytes even if
 * the account's standing or stratum, or the epoch, has changed since. Thread-safe.
 */
final class RecentResponses {
    static final int MAX_SIZE = 100_000;
    private static final int MAX_ID_LENGTH = 256;

    private final Map<String, Treatment> treatments = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Treatment> eldest) {
            return size() > MAX_SIZE;
        }
    };

    /** Remembers what was done with a new answer. */
    void put(String id, Treatment treatment) {
        if (id.length() <= MAX_ID_LENGTH) {
            synchronized (treatments) {
                treatments.put(id, treatment);
            }
        }
    }

    /** Remembers what was done with a stored response, unless that is known. */
    void putIfAbsent(String id, Treatment treatment) {
        if (id.length() <= MAX_ID_LENGTH) {
            synchronized (treatments) {
                treatments.putIfAbsent(id, treatment);
            }
        }
    }

    @Nullable
    Treatment find(String id) {
        synchronized (treatments) {
            return treatments.get(id);
        }
    }
}
