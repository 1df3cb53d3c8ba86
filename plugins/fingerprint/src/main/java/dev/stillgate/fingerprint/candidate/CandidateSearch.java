package dev.stillgate.fingerprint.candidate;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.space.Cohorts;
import dev.stillgate.fingerprint.stats.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Selects candidate groups for a test on later traffic: of each cohort, and of the users of each template, the accounts
 * whose conversations are not bursty.
 */
public final class CandidateSearch {
    private static final int MAX_MEMBERS = 800;

    private final RoundAccounts roundAccounts;
    private final Set<SharedKey> keys;
    private final Random random;

    /** @param keys shared keys to compare by */
    public CandidateSearch(RoundAccounts roundAccounts, Set<SharedKey> keys, Random random) {
        this.roundAccounts = roundAccounts;
        this.keys = keys;
        this.random = random;
    }

    /**
     * Returns the groups to test, with account indexes as members.
     *
     * @param templates users of each template, as account indexes
     */
    public List<Cohort> candidates(List<Cohort> templates) {
        List<Cohort> cohorts = new ArrayList<>(Cohorts.of(keys, roundAccounts.candidateProfiles));
        for (Cohort template : templates) {
            int[] rows = keys.contains(template.key()) ? roundAccounts.candidateRows(template.members()) : new int[0];
            if (rows.length >= Cohorts.MIN_SIZE) {
                cohorts.add(new Cohort(template.key(), template.value(), rows));
            }
        }
        List<Cohort> candidates = new ArrayList<>();
        for (Cohort cohort : cohorts) {
            int[] nonBursty = Arrays.stream(cohort.members())
                    .filter(row -> !isBursty(roundAccounts.candidateProfiles.get(row)))
                    .map(roundAccounts.candidateIndexes::get)
                    .toArray();
            // teams of one trade have similar prompts, and are not bursty together
            if (nonBursty.length >= Cohort.MIN_GROUP_SIZE && cohort.key() != SharedKey.SYSTEM_LIKE) {
                candidates.add(new Cohort(cohort.key(), cohort.value(), sampled(nonBursty)));
            }
        }
        return candidates;
    }

    private int[] sampled(int... all) {
        return Arrays.stream(Sampling.sample(all.length, MAX_MEMBERS, random))
                .map(i -> all[i])
                .toArray();
    }

    /**
     * Returns whether an account's conversations share time bins significantly more often than under a Poisson process.
     */
    private static boolean isBursty(AccountProfile profile) {
        double n = profile.exchanges();
        return isBursty(profile.squaresOfHours(), n, profile.exposure() / 3600)
                || isBursty(profile.squaresOfTenMinutes(), n, profile.exposure() / 600);
    }

    private static boolean isBursty(double squares, double n, double bins) {
        double pairs = (squares - n) / 2;
        double expected = n * n / 2 / Math.max(1, bins);
        return pairs > 3 * expected + 2.5 * Math.sqrt(expected) + 2;
    }
}
