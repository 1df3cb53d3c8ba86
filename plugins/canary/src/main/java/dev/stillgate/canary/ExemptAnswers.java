package dev.stillgate.canary;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answers that were left as they are, by their ids, the newest of them: who fetches one again gets it as it was. */
final class ExemptAnswers {
    static final int MOST = 20_000;
    private static final int LONGEST_ID = 256;

    private final Map<String, Exemption> reasons = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Exemption> eldest) {
            return size() > MOST;
        }
    };

    void put(String id, Exemption why) {
        if (id.length() <= LONGEST_ID) {
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
