package dev.stillgate.fingerprint.likeness;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The strata of a round, by index: those with the most accounts, then one for all others. The choice counts vouched
 * and other accounts alike, so it does not disturb their exchangeability.
 */
public final class Strata {
    /** Largest number of strata, the one for all others included. */
    static final int MOST = 32;

    /** Name of the last stratum. */
    static final String OTHERS = "others";

    private final List<Stratum> named;
    private final Map<Stratum, Integer> indexes = new HashMap<>();

    Strata(List<Stratum> named) {
        this.named = named;
        for (int i = 0; i < named.size(); i++) {
            indexes.put(named.get(i), i);
        }
    }

    /** Returns the strata of accounts. */
    public static Strata of(Collection<Subject> accounts) {
        Map<Stratum, Integer> counts = new HashMap<>();
        accounts.forEach(account -> counts.merge(account.stratum(), 1, Integer::sum));
        return new Strata(counts.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<Stratum, Integer> entry) -> -entry.getValue())
                        .thenComparing(entry -> entry.getKey().toString()))
                .limit(MOST - 1)
                .map(Map.Entry::getKey)
                .toList());
    }

    /** Returns the index of a stratum. */
    public int index(Stratum stratum) {
        return indexes.getOrDefault(stratum, named.size());
    }

    /** Returns the number of strata, the last one for all others. */
    public int size() {
        return named.size() + 1;
    }

    /** Returns the name of a stratum. */
    public String name(int index) {
        return index < named.size() ? named.get(index).toString() : OTHERS;
    }
}
