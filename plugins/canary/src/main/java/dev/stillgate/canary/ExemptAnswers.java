package dev.stillgate.canary;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ids of the most recent answers that were left unmarked, so that a repeated fetch returns the same bytes. Thread-safe.
 */
final class ExemptAnswers {
    static final int MAX_SIZE = 20_000;
    private static final int MAX_ID_LENGTH = 256;

    private final Map<String, Exemption> reasons = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Exemption> eldest) {
            return size() > MAX_SIZE;
        }
    };

    void put(String id, Exemption why) {
        if (id.length() <= MAX_ID_LENGTH) {
            synchronized (reasons) {
                reasons.put(id, why);
            }
        }
    }

    @Nullable
    Exemption find(String id) {
        synchronized (reasons) {
            return reasons.get(id);
        }
    }
}
