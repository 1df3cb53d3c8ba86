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
 * Groups the accounts of a round by shared keys. Only accounts of one cohort are compared: among thousands of unrelated
 * accounts some always have the same manner and pace.
 */
public final class Cohorts {
    /** Least number of accounts of a cohort. */
    public static final int MIN_SIZE = 12;

    private Cohorts() {}

    /**
     * Returns the cohorts, in a deterministic order.
     *
     * @param keys shared keys to group by
     * @param profiles the accounts, by row
     */
    public static List<Cohort> of(Set<SharedKey> keys, List<AccountProfile> profiles) {
        List<Cohort> cohorts = new ArrayList<>();
        for (SharedKey key : SharedKey.values()) {
            if (keys.contains(key)) {
                Map<Integer, int[]> rows = new TreeMap<>();
                for (int row = 0; row < profiles.size(); row++) {
                    append(rows, profiles.get(row).key(key, false), row);
                    append(rows, profiles.get(row).key(key, true), row);
                }
                rows.forEach((value, list) -> add(cohorts, key, value, list));
            }
        }
        return cohorts;
    }

    /** Appends a row to a list whose first element is its length. */
    private static void append(Map<Integer, int[]> rows, int value, int row) {
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

    private static void add(List<Cohort> cohorts, SharedKey key, int value, int[] list) {
        if (list[0] >= MIN_SIZE) {
            cohorts.add(new Cohort(key, value, Arrays.copyOfRange(list, 1, list[0] + 1)));
        }
    }
}
