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
 * In which network (/24, /48 of IPv6) each member of a trial is the most: the one that has the majority of its conversations,
 * if any has (R. S. Boyer and J S. Moore, "MJRTY: a fast majority vote algorithm", 1991). One thread only.
 */
public final class OfficeCheck {
    /** How many networks an office has. */
    private static final int OFFICE = 2;

    /** The least part of its people who work there. */
    private static final double LEAST_PART = 0.6;

    /** The same where nearly all are there or at home, which is in a network that is nobody else's. */
    private static final double LEAST_BESIDE_HOMES = 0.35;

    private static final double NEARLY_ALL = 0.9;

    /** The largest entropy of the hours of somebody who works in shifts: half of the day, used evenly. */
    private static final double SHIFT = Math.log(12);

    private long[] networks;
    private int[] votes;

    OfficeCheck(int members) {
        networks = new long[members];
        votes = new int[members];
    }

    /** Takes from where a member began a conversation. */
    void add(int member, long network) {
        if (votes[member] == 0) {
            networks[member] = network;
        }
        votes[member] += networks[member] == network ? 1 : -1;
    }

    /** Returns whether most of some members are in one or two networks, or a good part are and the others at home. */
    public boolean isOne(int... members) {
        Map<Long, Long> counts = Arrays.stream(members)
                .mapToObj(member -> networks[member])
                .collect(Collectors.groupingBy(network -> network, Collectors.counting()));
        long office = counts.values().stream()
                .sorted(Comparator.reverseOrder())
                .limit(OFFICE)
                .mapToLong(Long::longValue)
                .sum();
        long home = counts.values().stream().filter(count -> count == 1).count();
        boolean homes = office + home >= NEARLY_ALL * members.length;
        return office >= (homes ? LEAST_BESIDE_HOMES : LEAST_PART) * members.length;
    }

    /**
     * Returns whether most of some accounts are at work in few hours of the day.
     *
     * @param rows theirs
     */
    public static boolean areInShifts(List<AccountProfile> profiles, int... rows) {
        return Quantiles.median(Arrays.stream(rows)
                        .mapToDouble(row -> Clock.entropy(profiles.get(row)))
                        .toArray())
                <= SHIFT;
    }

    /**
     * Makes room for more members.
     *
     * @param to the place that each of those there were has from here on
     */
    void grow(int members, int[] to) {
        OfficeCheck more = new OfficeCheck(members);
        for (int old = 0; old < to.length; old++) {
            more.networks[to[old]] = networks[old];
            more.votes[to[old]] = votes[old];
        }
        networks = more.networks;
        votes = more.votes;
    }
}
