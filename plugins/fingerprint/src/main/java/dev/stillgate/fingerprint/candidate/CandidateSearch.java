package dev.stillgate.fingerprint.candidate;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.Template;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.space.Cohorts;
import dev.stillgate.fingerprint.stats.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Selects candidate groups for a test on later traffic:
 *
 * <ul>
 * <li>of each cohort, the accounts whose conversations are not bursty,
 * <li>all users of a template, or of several templates with the same users.
 * </ul>
 */
public final class CandidateSearch {
    private static final int MAX_MEMBERS = 800;

    /** Keys that identify a prompt template. */
    private static final Set<SharedKey> TEMPLATE_KEYS = EnumSet.copyOf(new Template().keys());

    private final RoundAccounts roundAccounts;
    private final Set<SharedKey> keys;
    private final boolean testsTemplates;
    private final Random random;
    private final List<CandidateGroup> candidates = new ArrayList<>();

    /**
     * @param keys shared keys to compare by
     * @param testsTemplates whether the users of a template are candidates
     */
    public CandidateSearch(RoundAccounts roundAccounts, Set<SharedKey> keys, boolean testsTemplates, Random random) {
        this.roundAccounts = roundAccounts;
        this.keys = keys;
        this.testsTemplates = testsTemplates;
        this.random = random;
    }

    public List<CandidateGroup> candidates() {
        return candidates;
    }

    /**
     * Adds the non-bursty accounts of each cohort, and the users of templates.
     *
     * @param templates users of each template, as account indexes
     */
    public void addCohorts(List<Cohort> templates) {
        Cohorts.of(keys, roundAccounts.candidateProfiles).forEach(this::addCohort);
        List<Cohort> openings = new ArrayList<>();
        for (Cohort template : templates) {
            int[] rows = keys.contains(template.key()) ? roundAccounts.candidateRows(template.members()) : new int[0];
            if (rows.length >= Cohorts.MIN_SIZE) {
                Cohort active = new Cohort(template.key(), template.value(), rows);
                addCohort(active);
                if (template.key() == SharedKey.OPENING) {
                    openings.add(active);
                }
            }
        }
        if (testsTemplates) {
            TemplateGroups.of(openings).forEach(this::addTemplateGroup);
        }
    }

    /** Adds the users of templates that have mostly the same users. */
    private void addTemplateGroup(List<Cohort> templates) {
        int[] all = templates.stream()
                .flatMapToInt(template -> Arrays.stream(template.members()))
                .sorted()
                .distinct()
                .map(roundAccounts.candidateIndexes::get)
                .toArray();
        int[] values = templates.stream().mapToInt(Cohort::value).sorted().toArray();
        candidates.add(new CandidateGroup(sampled(all), SharedKey.OPENING, values));
    }

    private void addCohort(Cohort cohort) {
        if (testsTemplates && TEMPLATE_KEYS.contains(cohort.key())) {
            int[] all = Arrays.stream(cohort.members())
                    .map(roundAccounts.candidateIndexes::get)
                    .toArray();
            candidates.add(new CandidateGroup(sampled(all), cohort.key(), cohort.value()));
        }
        if (cohort.key() == SharedKey.SYSTEM_LIKE) {
            return; // teams of one trade have similar prompts, and are not bursty together
        }
        int[] nonBursty = Arrays.stream(cohort.members())
                .filter(row -> !isBursty(roundAccounts.candidateProfiles.get(row)))
                .map(roundAccounts.candidateIndexes::get)
                .toArray();
        if (nonBursty.length >= Cohort.MIN_GROUP_SIZE) {
            candidates.add(new CandidateGroup(sampled(nonBursty), cohort.key()));
        }
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
