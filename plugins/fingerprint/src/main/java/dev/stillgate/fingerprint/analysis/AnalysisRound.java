package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.candidate.CandidateGroup;
import dev.stillgate.fingerprint.candidate.CandidateSearch;
import dev.stillgate.fingerprint.candidate.ClusterFit;
import dev.stillgate.fingerprint.candidate.PaceScan;
import dev.stillgate.fingerprint.holdout.DispatchLikelihood;
import dev.stillgate.fingerprint.holdout.Evidence;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.holdout.HoldoutGroup;
import dev.stillgate.fingerprint.holdout.InterchangeabilityLikelihood;
import dev.stillgate.fingerprint.holdout.MemberLikelihood;
import dev.stillgate.fingerprint.holdout.OfficeCheck;
import dev.stillgate.fingerprint.holdout.TestedMembers;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.Interchangeability;
import dev.stillgate.fingerprint.signal.Roaming;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.TopicConcentration;
import dev.stillgate.fingerprint.signal.Trait;
import dev.stillgate.fingerprint.signal.UnderDispersion;
import dev.stillgate.fingerprint.space.BackgroundDensity;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.space.Cohorts;
import dev.stillgate.fingerprint.space.TraitSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of all accounts. Accounts that share something form a cohort. Suspects are those of a cohort who do not come
 * back soon, and the part of a cohort that works in one manner at one pace. What they do from then on is a {@link HoldoutGroup};
 * whom a trial holds for dealt-out is compared in content and network, where it was not looked for. Fixed by its input: the
 * same accounts and trials give the same findings.
 */
final class AnalysisRound {
    /** The evidence in nats from which on a clump is worth testing further. */
    private static final double WORTH_TESTING = 3;

    /** The least share of the accounts of a trial that must fit for it to be one of the group that was named. */
    private static final double PURE = 0.8;

    /** The share of a trial's accounts that are worth another trial without the rest, unless these hide what they do. */
    private static final double FEWER = 0.95;

    private final AnalysisSettings settings;
    private final IntPredicate caught;
    private final int now;
    private final Random random = new Random(1);

    private final RoundAccounts roster;
    private final List<AccountProfile> profiles;
    private final @Nullable Measures measures;

    /**
     * Picks the accounts to compare.
     *
     * @param caught who stands at {@code tightened} or above
     * @param now the second of the epoch
     */
    AnalysisRound(AccountTable table, AnalysisSettings settings, IntPredicate caught, int now) {
        this.settings = settings;
        this.caught = caught;
        this.now = now;
        roster = new RoundAccounts(table, settings.idle().toSeconds(), now);
        profiles = roster.profiles;
        measures = measures();
    }

    /** Returns how many accounts are compared; those of one organisation count as one. */
    int size() {
        return roster.compared;
    }

    /**
     * Returns the groups that are worth a trial.
     *
     * @param templates which accounts use one, by their numbers
     */
    List<HoldoutGroup> suspects(List<Cohort> templates) {
        CandidateSearch suspects = new CandidateSearch(roster, keys(), settings.has(Interchangeability.NAME), random);
        Pace pace = measures == null ? null : measures.pace();
        if (measures != null && pace != null) {
            suspects.clumps(
                    measures.cohorts(), new PaceScan(pace.manner(), pace.times().paces, random), pace.membership());
        }
        suspects.cohorts(templates);
        List<HoldoutGroup> named = new ArrayList<>();
        for (CandidateGroup group : suspects.named()) {
            named.add(HoldoutGroup.of(group, now));
        }
        if (measures != null && measures.roamers != null) {
            named.addAll(measures.roamers.named(now));
        }
        return named;
    }

    /** What accounts are compared by, laid out; null when there is nothing to compare. */
    private record Measures(
            List<Cohort> cohorts,
            @Nullable Pace pace,
            Map<Family, BackgroundDensity> others,
            MemberLikelihood kin,
            @Nullable RoamingDetector roamers) {}

    /** In what manner and at what pace accounts work. */
    private record Pace(TraitSpace times, BackgroundDensity manner, ClusterFit membership) {}

    private @Nullable Measures measures() {
        List<Cohort> cohorts = Cohorts.of(keys(), profiles.subList(0, roster.compared));
        if (cohorts.isEmpty()) {
            return null;
        }
        List<Trait> time = traits(Family.TIME);
        TraitSpace times = time.isEmpty() ? null : new TraitSpace(time, profiles, roster.compared, cohorts);
        Map<Family, BackgroundDensity> others = new EnumMap<>(Family.class);
        for (Family family : List.of(Family.CONTENT, Family.NETWORK)) {
            List<Trait> traits = traits(family);
            if (!traits.isEmpty()) {
                TraitSpace space = new TraitSpace(traits, profiles, roster.compared, cohorts);
                others.put(family, new BackgroundDensity(space, space.dimensions, random).fitted(cohorts, random));
            }
        }
        Pace pace = times == null || times.paces.length == 0 ? null : pace(times, cohorts, others);
        IntPredicate free = row -> !caught.test(roster.accounts.get(row));
        MemberLikelihood kin = new MemberLikelihood(
                profiles,
                roster.compared,
                others.get(Family.CONTENT),
                others.get(Family.NETWORK),
                settings.has(TopicConcentration.NAME),
                free,
                random);
        RoamingDetector roamers = settings.has(Roaming.NAME) ? new RoamingDetector(roster, kin, settings, free) : null;
        return new Measures(cohorts, pace, others, kin, roamers);
    }

    private Pace pace(TraitSpace times, List<Cohort> cohorts, Map<Family, BackgroundDensity> others) {
        BackgroundDensity manner = new BackgroundDensity(times, times.dimensions - 1, random).fitted(cohorts, random);
        return new Pace(times, manner, new ClusterFit(manner, List.copyOf(others.values())));
    }

    /**
     * Returns what a trial has shown, null when that is nothing, or not of the group as it was named.
     *
     * @param next takes who is to be tried anew
     */
    @Nullable
    Finding judge(HoldoutGroup trial, List<HoldoutGroup> next) {
        if (trial.places() != null) {
            RoamingDetector roamers = measures == null ? null : measures.roamers;
            return roamers == null ? null : roamers.judged(trial, now, next);
        }
        DispatchLikelihood.Verdict verdict = DispatchLikelihood.of(trial);
        InterchangeabilityLikelihood.Verdict same =
                compares(trial) ? InterchangeabilityLikelihood.of(trial, now) : InterchangeabilityLikelihood.NOTHING;
        if (verdict.isHopeless() && same.isHopeless()) {
            trial.close(now);
            again(trial, verdict.calm(), 1, next);
            return null;
        }
        double deals = settings.has(UnderDispersion.NAME) ? verdict.evidence() : 0;
        if (measures == null || Math.max(deals, same.evidence()) < WORTH_TESTING) {
            withoutCaught(trial, next);
            return null;
        }
        Shown shown = deals >= same.evidence()
                ? new Shown(true, deals, verdict.alone(), 0)
                : new Shown(false, same.evidence(), same.alone(), same.content());
        return tested(trial, measures, shown, next);
    }

    /**
     * Returns whether it is asked of a trial's accounts if they are interchangeable: of the users of a template, and of those who
     * follow a clock, of whom time says nothing else. Who was picked for an equal pace goes on at it, whoever it is.
     */
    private boolean compares(HoldoutGroup trial) {
        return settings.has(Interchangeability.NAME)
                && (trial.isOfTemplate() || (trial.followsClock() && !trial.picked));
    }

    /**
     * What the times of a trial have shown.
     *
     * @param dealt whether that the work is dealt out, else that the accounts are interchangeable
     * @param evidence ln of the likelihood ratio
     * @param alone that of each account by itself, in the order of the trial's
     * @param content where they are interchangeable, that of what is asked
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Shown(boolean dealt, double evidence, double[] alone, double content) {}

    private @Nullable Finding tested(HoldoutGroup trial, Measures measures, Shown shown, List<HoldoutGroup> next) {
        TestedMembers seats = new TestedMembers(trial, roster, shown.alone);
        int[] likely = seats.likely();
        if (likely.length < Cohort.FEWEST) {
            return null;
        }
        int[] rows = seats.members(measures.kin);
        if (rows.length < PURE * seats.known() && seats.leastPart() < PURE) {
            again(trial, roster.numbered(rows), FEWER, next);
            return null;
        }
        if (rows.length < Cohort.FEWEST) {
            return null;
        }
        Evidence grounds = new Evidence(settings, shown.dealt, shown.evidence)
                .tight(measures.others, likely, new Cohort(trial.found, 0, seats.rows), random)
                .disguised(profiles, rows);
        if (shown.dealt) {
            grounds.alike(
                    InterchangeabilityLikelihood.content(trial.habits(), seats.of(rows)), TopicConcentration.NAME);
        } else {
            grounds.alike(shown.content, Interchangeability.NAME);
        }
        List<String> reasons = new ArrayList<>(grounds.reasons());
        if (OfficeCheck.areInShifts(profiles, rows)
                && (!grounds.isBorneByContent() || trial.roof().isOne(seats.of(rows)))) {
            reasons.add(Finding.OFFICE);
        }
        int[] all = IntStream.concat(IntStream.of(rows), IntStream.of(seats.followers(measures.kin)))
                .toArray();
        Finding finding = new Finding(roster.numbered(all), trial.found, grounds.evidence, reasons);
        again(trial, rest(trial, finding.accounts()), FEWER, next);
        return finding;
    }

    /** Returns a trial's accounts without those that were found, now or earlier: another actor's may be among them. */
    private int[] rest(HoldoutGroup trial, int... found) {
        return Arrays.stream(trial.accounts)
                .filter(account -> Arrays.binarySearch(found, account) < 0 && !caught.test(account))
                .toArray();
    }

    /**
     * Tries fewer accounts anew, unless they were tried for the sake of their template.
     *
     * @param part of those tried: less than that are fewer
     */
    private void again(HoldoutGroup trial, int[] accounts, double part, List<HoldoutGroup> next) {
        if (isFewer(accounts, trial, part) && !trial.isOfTemplate()) {
            next.add(new HoldoutGroup(accounts, trial.found, trial.picked, now));
        }
    }

    private static boolean isFewer(int[] accounts, HoldoutGroup trial, double part) {
        return accounts.length >= Cohort.FEWEST && accounts.length < part * trial.accounts.length;
    }

    /**
     * Tries a group also without those of it who were caught elsewhere: the pace of one actor hides that of another who shares
     * something with it.
     */
    private void withoutCaught(HoldoutGroup trial, List<HoldoutGroup> next) {
        if (trial.isOfTemplate() || trial.isRest()) {
            return;
        }
        int[] rest = rest(trial);
        if (isFewer(rest, trial, FEWER)) {
            next.add(HoldoutGroup.ofRest(rest, trial.found, trial.picked, now));
        }
    }

    /** Returns the traits of the signals of a family that are on: those that know of chance first, those of pace last. */
    private List<Trait> traits(Family family) {
        return settings.signals().stream()
                .filter(signal -> signal.family() == family)
                .flatMap(signal -> signal.traits().stream())
                .sorted(Comparator.comparing(Trait::pace).thenComparing(trait -> Double.isNaN(trait.chance())))
                .toList();
    }

    private Set<SharedKey> keys() {
        Set<SharedKey> keys = EnumSet.noneOf(SharedKey.class);
        settings.signals().forEach(signal -> keys.addAll(signal.keys()));
        return keys;
    }
}
