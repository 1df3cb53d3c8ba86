package dev.stillgate.fingerprint.analysis;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Recent redacted texts of accounts at {@code marked} or above, in memory only, if the policy asks for them. Not thread-safe. */
public final class AuditSamples {
    /** Capacity in accounts; those sampled last are kept. */
    static final int MAX_ACCOUNTS = 1000;

    private final Map<String, ArrayDeque<String>> byAccount = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Adds a text.
     *
     * @param most number of texts that are kept of an account
     */
    void add(String account, String text, int most) {
        ArrayDeque<String> texts = byAccount.computeIfAbsent(account, absent -> new ArrayDeque<>());
        texts.addLast(text);
        while (texts.size() > most) {
            texts.removeFirst();
        }
        if (byAccount.size() > MAX_ACCOUNTS) {
            byAccount.remove(byAccount.keySet().iterator().next());
        }
    }

    /** Returns an account's texts, the oldest first. */
    public List<String> of(String account) {
        ArrayDeque<String> texts = byAccount.get(account);
        return texts == null ? List.of() : List.copyOf(texts);
    }

    void forget(String account) {
        byAccount.remove(account);
    }

    void clear() {
        byAccount.clear();
    }
}
