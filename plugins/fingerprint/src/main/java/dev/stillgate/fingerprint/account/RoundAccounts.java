package dev.stillgate.fingerprint.account;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The accounts of one analysis round, as rows in ascending order of account index: first the accounts with enough
 * history to compare, then newer accounts that may only join a known group. Candidates need less history than either.
 * Of an organisation only the first account takes part.
 */
public final class RoundAccounts {
    /** Least number of conversation starts of an account that is compared. */
    public static final int LEAST_EXCHANGES = 10;

    private static final int MIN_EXPOSURE = 20 * 3600;

    /** Least number of conversation starts of an account that may join a group. */
    private static final int MIN_NEWER_EXCHANGES = 6;

    private static final int MIN_NEWER_EXPOSURE = 12 * 3600;

    /** Least number of conversation starts of a candidate. */
    private static final int MIN_CANDIDATE_EXCHANGES = 3;

    /** Account index of each row: first the compared accounts, then the newer ones. */
    public final List<Integer> accountIndexes = new ArrayList<>();

    public final List<AccountProfile> profiles = new ArrayList<>();

    /** Number of compared accounts, which are the first rows. */
    public final int compared;

    /** Account index of each candidate row. */
    public final List<Integer> candidateIndexes = new ArrayList<>();

    public final List<AccountProfile> candidateProfiles = new ArrayList<>();

    /**
     * @param idle seconds since its last exchange after which an account is left out
     * @param now second of the epoch
     */
    public RoundAccounts(AccountTable table, long idle, int now) {
        Set<String> organisations = new HashSet<>();
        Set<String> candidateOrganisations = new HashSet<>();
        List<Integer> newer = new ArrayList<>();
        List<AccountProfile> newerProfiles = new ArrayList<>();
        for (int accountIndex = 0; accountIndex < table.index().limit(); accountIndex++) {
            if (!table.index().has(accountIndex) || now - table.lastSecond(accountIndex) > idle) {
                continue;
            }
            AccountProfile profile = table.profile(accountIndex);
            String organisation = table.organisation(accountIndex);
            if (profile.exchanges() >= MIN_CANDIDATE_EXCHANGES
                    && (organisation == null || candidateOrganisations.add(organisation))) {
                candidateIndexes.add(accountIndex);
                candidateProfiles.add(profile);
            }
            if (profile.exchanges() >= LEAST_EXCHANGES
                    && profile.exposure() >= MIN_EXPOSURE
                    && (organisation == null || organisations.add(organisation))) {
                accountIndexes.add(accountIndex);
                profiles.add(profile);
            } else if (hasEnoughHistory(profile) && organisation == null) {
                newer.add(accountIndex);
                newerProfiles.add(profile);
            }
        }
        compared = accountIndexes.size();
        accountIndexes.addAll(newer);
        profiles.addAll(newerProfiles);
    }

    /** Returns whether an account has enough history to be compared with a known group. */
    private static boolean hasEnoughHistory(AccountProfile profile) {
        return profile.exchanges() >= MIN_NEWER_EXCHANGES && profile.exposure() >= MIN_NEWER_EXPOSURE;
    }

    /**
     * Returns the rows of those accounts that are compared, ascending.
     *
     * @param wanted account indexes, ascending
     */
    public int[] rowsOf(int... wanted) {
        return positions(accountIndexes.subList(0, compared), wanted);
    }

    /**
     * Returns the rows of those accounts that are newer, ascending.
     *
     * @param wanted account indexes, ascending
     */
    public int[] newerRows(int... wanted) {
        return Arrays.stream(positions(accountIndexes.subList(compared, accountIndexes.size()), wanted))
                .map(position -> position + compared)
                .toArray();
    }

    /**
     * Returns the candidate rows of those accounts that are candidates, ascending.
     *
     * @param wanted account indexes, ascending
     */
    public int[] candidateRows(int... wanted) {
        return positions(candidateIndexes, wanted);
    }

    /** Returns the account indexes of candidate rows, ascending. */
    public int[] candidates(int... rows) {
        return Arrays.stream(rows).map(candidateIndexes::get).sorted().toArray();
    }

    private static int[] positions(List<Integer> among, int... wanted) {
        return Arrays.stream(wanted)
                .map(accountIndex -> Collections.binarySearch(among, accountIndex))
                .filter(row -> row >= 0)
                .toArray();
    }

    /** Returns the account indexes of rows, ascending. */
    public int[] accountIndexesOf(int... rows) {
        return Arrays.stream(rows).map(accountIndexes::get).sorted().toArray();
    }
}
