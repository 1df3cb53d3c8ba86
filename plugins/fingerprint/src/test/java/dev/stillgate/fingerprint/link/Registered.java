package dev.stillgate.fingerprint.link;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.FactSettings;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/** Registered accounts for tests, by index. */
final class Registered {
    static final FactSettings SETTINGS = FactSettings.STANDARD;
    static final int LEAST = 10;

    final FactTable facts = new FactTable();
    private final BitSet verified = new BitSet();
    final BitSet flagged = new BitSet();
    private final Map<Integer, Integer> organisations = new HashMap<>();
    private int next;

    /** Adds an account with facts, given as name and value in turn, that has sent three exchanges. */
    int add(String... namesAndValues) {
        return add(3, null, namesAndValues);
    }

    int add(int exchanges, Instant created, String... namesAndValues) {
        Observation seen = new Observation();
        seen.created = created;
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        seen.facts = Map.copyOf(map);
        for (int i = 0; i < exchanges; i++) {
            facts.observe(next, seen);
        }
        return next++;
    }

    int addVerified(String... namesAndValues) {
        int account = add(namesAndValues);
        verified.set(account);
        return account;
    }

    void verify(int account) {
        verified.set(account);
    }

    int addOf(int organisation, String... namesAndValues) {
        int account = add(namesAndValues);
        organisations.put(account, organisation);
        return account;
    }

    /** Adds verified accounts with a payment of their own each. */
    void addVerified(int count) {
        for (int i = 0; i < count; i++) {
            addVerified("payment", "own-" + next);
        }
    }

    /** Adds accounts that share a payment. */
    void addFarm(int count, String payment) {
        for (int i = 0; i < count; i++) {
            add("payment", payment);
        }
    }

    Population population() {
        IntPredicate isVouched = account -> verified.get(account) || organisations.containsKey(account);
        return new Population(
                isVouched,
                isVouched.and(account -> !flagged.get(account)),
                account -> organisations.getOrDefault(account, 0));
    }

    List<LinkedGroup> groups() {
        return FactLinks.groups(facts, population(), SETTINGS, LEAST);
    }

    List<LinkedGroup> groups(Set<String> decide) {
        return FactLinks.groups(facts, population(), new FactSettings(null, decide), LEAST);
    }
}
