package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.signal.Clock;
import dev.stillgate.fingerprint.stats.Quantiles;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Finds each member's most common network (/24, or /48 for IPv6) to tell whether the group works from one office (R. S.
 * Boyer and J S. Moore, "MJRTY: a fast majority vote algorithm", 1991). Not thread-safe.
 */
public final class OfficeCheck {
    /** Largest number of networks of an office. */
    private static final int MAX_NETWORKS = 2;

    /** Least share of members in the office. */
    private static final double MIN_SHARE = 0.6;

    /** The same if nearly all others are at home, each in a network of its own. */
    private static final double MIN_SHARE_WITH_HOMES = 0.35;

    private static final double NEARLY_ALL = 0.9;

    /** Largest entropy of the working hours of a shift: half of the day, used evenly. */
    private static final double MAX_SHIFT_ENTROPY = Math.log(12);

    private long[] networks;
    private int[] votes;

    OfficeCheck(int members) {
        networks = new long[members];
        votes = new int[members];
    }

    /** Records the network of a conversation start. */
    void add(int memberIndex, long network) {
        if (votes[memberIndex] == 0) {
            networks[memberIndex] = network;
        }
        votes[memberIndex] += networks[memberIndex] == network ? 1 : -1;
    }

    /**
     * Returns whether most of the members are in one or two networks, or a good part are and the others are at home.
     */
    public boolean isOffice(int... memberIndexes) {
        Map<Long, Long> counts = Arrays.stream(memberIndexes)
                .mapToObj(memberIndex -> networks[memberIndex])
                .collect(Collectors.groupingBy(network -> network, Collectors.counting()));
        long office = counts.values().stream()
                .sorted(Comparator.reverseOrder())
                .limit(MAX_NETWORKS)
                .mapToLong(Long::longValue)
                .sum();
        long home = counts.values().stream().filter(count -> count == 1).count();
        boolean mostlyOfficeOrHome = office + home >= NEARLY_ALL * memberIndexes.length;
        return office >= (mostlyOfficeOrHome ? MIN_SHARE_WITH_HOMES : MIN_SHARE) * memberIndexes.length;
    }

    /**
     * Returns whether the median account works in a limited part of the day.
     *
     * @param rows rows of the accounts
     */
    public static boolean worksInShifts(List<AccountProfile> profiles, int... rows) {
        return Quantiles.median(Arrays.stream(rows)
                        .mapToDouble(row -> Clock.entropy(profiles.get(row)))
                        .toArray())
                <= MAX_SHIFT_ENTROPY;
    }

    /**
     * Adds members.
     *
     * @param members new number of members
     * @param newIndexes new index of each present member
     */
    void grow(int members, int[] newIndexes) {
        OfficeCheck more = new OfficeCheck(members);
        for (int oldIndex = 0; oldIndex < newIndexes.length; oldIndex++) {
            more.networks[newIndexes[oldIndex]] = networks[oldIndex];
            more.votes[newIndexes[oldIndex]] = votes[oldIndex];
        }
        networks = more.networks;
        votes = more.votes;
    }
}
