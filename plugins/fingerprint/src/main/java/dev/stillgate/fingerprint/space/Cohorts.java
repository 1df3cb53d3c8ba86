package dev.stillgate.fingerprint.space;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Sorts the accounts of a round into cohorts by what they share. Accounts that share nothing are not compared: among
 * thousands of strangers there are always some of one manner and one pace, nightly jobs of a round number of requests first
 * of all.
 */
public final class Cohorts {
    /** The fewest accounts that are compared. */
    public static final int FEWEST = 12;

    private Cohorts() {}

    /**
     * Returns the cohorts, in an order that does not depend on chance.
     *
     * @param kinds what is compared by
     * @param profiles the accounts, one row each
     */
    public static List<Cohort> of(Set<SharedKey> kinds, List<AccountProfile> profiles) {
        List<Cohort> cohorts = new ArrayList<>();
        for (SharedKey kind : SharedKey.values()) {
            if (kinds.contains(kind)) {
                Map<Integer, int[]> rows = new TreeMap<>();
                for (int row = 0; row < profiles.size(); row++) {
                    put(rows, profiles.get(row).key(kind, false), row);
                    put(rows, profiles.get(row).key(kind, true), row);
                }
                rows.forEach((value, list) -> add(cohorts, kind, value, list));
            }
        }
        return cohorts;
    }

    /** Appends a row to a list whose first element is its length. */
    private static void put(Map<Integer, int[]> rows, int value, int row) {
        if (value == 0) {
            return;
        }
        int[] list = rows.computeIfAbsent(value, absent -> new int[4]);
        int length = list[0] + 1;
        if (length == list.length) {
            list = Arrays.copyOf(list, length * 2);
            rows.put(value, list);
        }
        list[length] = row;
        list[0] = length;
    }

    private static void add(List<Cohort> cohorts, SharedKey kind, int value, int[] list) {
        if (list[0] >= FEWEST) {
            cohorts.add(new Cohort(kind, value, Arrays.copyOfRange(list, 1, list[0] + 1)));
        }
    }
}
