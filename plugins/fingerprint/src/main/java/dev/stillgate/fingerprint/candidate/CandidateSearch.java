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
 * Names the groups that are worth a trial: those of a cohort who do not come back soon after each conversation, the part of a
 * cohort that works in one manner at one pace, and all who use one template, however each of them works.
 */
public final class CandidateSearch {
    /** The evidence in nats from which on a clump is worth testing further. */
    private static final double WORTH_TESTING = 3;

    private static final int MOST_SUSPECTS = 800;

    /** What prompts are made from. */
    private static final Set<SharedKey> TEMPLATES = EnumSet.copyOf(new Template().keys());

    private final RoundAccounts roster;
    private final Set<SharedKey> kinds;
    private final boolean ofTemplates;
    private final Random random;
    private final List<CandidateGroup> named = new ArrayList<>();

    /**
     * Names nobody yet.
     *
     * @param kinds what is compared by
     * @param ofTemplates whether all who use one template are tried
     */
    public CandidateSearch(RoundAccounts roster, Set<SharedKey> kinds, boolean ofTemplates, Random random) {
        this.roster = roster;
        this.kinds = kinds;
        this.ofTemplates = ofTemplates;
        this.random = random;
    }

    public List<CandidateGroup> named() {
        return named;
    }

    /** Names the accounts of a cohort that work in one manner at one pace, and those that the fit finds with them. */
    public void clumps(List<Cohort> cohorts, PaceScan search, ClusterFit membership) {
        for (Cohort cohort : cohorts) {
            PaceCluster clump = search.best(cohort, WORTH_TESTING);
            if (clump != null) {
                int[] rows = membership.of(cohort, clump, random);
                named.add(new CandidateGroup(roster.numbered(rows), cohort.key(), true));
            }
        }
    }

    /**
     * Names those of cohorts.
     *
     * @param templates which accounts use one, by their numbers
     */
    public void cohorts(List<Cohort> templates) {
        Cohorts.of(kinds, roster.active).forEach(this::cohort);
        List<Cohort> openings = new ArrayList<>();
        for (Cohort template : templates) {
            int[] rows = kinds.contains(template.key()) ? roster.activeRows(template.members()) : new int[0];
            if (rows.length >= Cohorts.FEWEST) {
                Cohort active = new Cohort(template.key(), template.value(), rows);
                cohort(active);
                if (template.key() == SharedKey.OPENING) {
                    openings.add(active);
                }
            }
        }
        if (ofTemplates) {
            TemplateGroups.of(openings).forEach(this::together);
        }
    }

    /** Names all who use some of several templates that the same accounts use. */
    private void together(List<Cohort> templates) {
        int[] all = templates.stream()
                .flatMapToInt(template -> Arrays.stream(template.members()))
                .sorted()
                .distinct()
                .map(roster.actives::get)
                .toArray();
        int[] values = templates.stream().mapToInt(Cohort::value).sorted().toArray();
        named.add(new CandidateGroup(some(all), SharedKey.OPENING, false, values));
    }

    private void cohort(Cohort cohort) {
        if (ofTemplates && TEMPLATES.contains(cohort.key())) {
            int[] all = Arrays.stream(cohort.members()).map(roster.actives::get).toArray();
            named.add(new CandidateGroup(some(all), cohort.key(), false, cohort.value()));
        }
        if (cohort.key() == SharedKey.SYSTEM_LIKE) {
            return; // teams of one trade have prompts that are alike: together they are calm, and not one hand's
        }
        int[] calm = Arrays.stream(cohort.members())
                .filter(row -> !isBursty(roster.active.get(row)))
                .map(roster.actives::get)
                .toArray();
        if (calm.length >= Cohort.FEWEST) {
            named.add(new CandidateGroup(some(calm), cohort.key(), false));
        }
    }

    private int[] some(int... all) {
        return Arrays.stream(Sampling.sample(all.length, MOST_SUSPECTS, random))
                .map(i -> all[i])
                .toArray();
    }

    /** Returns whether conversations of an account begin soon after each other much more often than by chance. */
    private static boolean isBursty(AccountProfile profile) {
        double n = profile.exchanges();
        return isBursty(profile.squaresOfHours(), n, profile.exposure() / 3600)
                || isBursty(profile.squaresOfTenMinutes(), n, profile.exposure() / 600);
    }

    private static boolean isBursty(double squares, double n, double bins) {
        double pairs = (squares - n) / 2;
        double chance = n * n / 2 / Math.max(1, bins);
        return pairs > 3 * chance + 2.5 * Math.sqrt(chance) + 2;
    }
}
