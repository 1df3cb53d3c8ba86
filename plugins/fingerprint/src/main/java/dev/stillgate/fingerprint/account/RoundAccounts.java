package dev.stillgate.fingerprint.account;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The accounts of one round by their numbers, ascending: those that are compared, and those that may be suspects, which is
 * earlier. Of an organisation the first stands for all. Behind those that are compared come the young, who may follow a group
 * that was found without them.
 */
public final class RoundAccounts {
    /** The least exchanges of an account that is compared. */
    public static final int LEAST_EXCHANGES = 10;

    private static final int LEAST_EXPOSURE = 20 * 3600;

    /** The least exchanges of an account that may follow a group. */
    private static final int LEAST_YOUNG = 6;

    private static final int YOUNG_EXPOSURE = 12 * 3600;

    /** The least exchanges of a suspect that is not compared yet. */
    private static final int LEAST_ACTIVE = 3;

    /** The numbers and profiles, one row each: first of those that are compared, then of the young. */
    public final List<Integer> accounts = new ArrayList<>();

    public final List<AccountProfile> profiles = new ArrayList<>();

    /** How many are compared. */
    public final int compared;

    public final List<Integer> actives = new ArrayList<>();
    public final List<AccountProfile> active = new ArrayList<>();

    /**
     * Picks them.
     *
     * @param idle for how many seconds an account may be away
     * @param now the second of the epoch
     */
    public RoundAccounts(AccountTable table, long idle, int now) {
        Set<String> organisations = new HashSet<>();
        Set<String> named = new HashSet<>();
        List<Integer> young = new ArrayList<>();
        List<AccountProfile> youngProfiles = new ArrayList<>();
        for (int account = 0; account < table.index().limit(); account++) {
            if (!table.index().has(account) || now - table.lastSecond(account) > idle) {
                continue;
            }
            AccountProfile profile = table.profile(account);
            String organisation = table.organisation(account);
            if (profile.exchanges() >= LEAST_ACTIVE && (organisation == null || named.add(organisation))) {
                actives.add(account);
                active.add(profile);
            }
            if (profile.exchanges() >= LEAST_EXCHANGES
                    && profile.exposure() >= LEAST_EXPOSURE
                    && (organisation == null || organisations.add(organisation))) {
                accounts.add(account);
                profiles.add(profile);
            } else if (profile.exchanges() >= LEAST_YOUNG
                    && profile.exposure() >= YOUNG_EXPOSURE
                    && organisation == null) {
                young.add(account);
                youngProfiles.add(profile);
            }
        }
        compared = accounts.size();
        accounts.addAll(young);
        profiles.addAll(youngProfiles);
    }

    /** Returns the rows of those of some accounts that are compared, ascending. */
    public int[] rows(int... of) {
        return places(accounts.subList(0, compared), of);
    }

    /** Returns the rows of those of some accounts that are young, ascending. */
    public int[] youngRows(int... of) {
        return Arrays.stream(places(accounts.subList(compared, accounts.size()), of))
                .map(place -> place + compared)
                .toArray();
    }

    /** Returns the places of those of some accounts that may be suspects, ascending. */
    public int[] activeRows(int... of) {
        return places(actives, of);
    }

    private static int[] places(List<Integer> among, int... of) {
        return Arrays.stream(of)
                .map(account -> Collections.binarySearch(among, account))
                .filter(row -> row >= 0)
                .toArray();
    }

    /** Returns the numbers of rows, ascending. */
    public int[] numbered(int... rows) {
        return Arrays.stream(rows).map(accounts::get).sorted().toArray();
    }
}
