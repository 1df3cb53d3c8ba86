package dev.stillgate.fingerprint.analysis;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The newest redacted texts of watched accounts, in memory only and only when the policy asks for them. One thread only. */
public final class AuditSamples {
    /** Of how many accounts there are samples at most, those sampled last. */
    static final int MOST_ACCOUNTS = 1000;

    private final Map<String, ArrayDeque<String>> byAccount = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Takes a text.
     *
     * @param most how many are kept of an account
     */
    void add(String account, String text, int most) {
        ArrayDeque<String> texts = byAccount.computeIfAbsent(account, absent -> new ArrayDeque<>());
        texts.addLast(text);
        while (texts.size() > most) {
            texts.removeFirst();
        }
        if (byAccount.size() > MOST_ACCOUNTS) {
            byAccount.remove(byAccount.keySet().iterator().next());
        }
    }

    /** Returns those of an account, the oldest first. */
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
