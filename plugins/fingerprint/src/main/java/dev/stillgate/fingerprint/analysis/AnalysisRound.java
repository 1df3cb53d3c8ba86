package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.candidate.CandidateSearch;
import dev.stillgate.fingerprint.holdout.DispatchLikelihood;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.holdout.HoldoutGroup;
import dev.stillgate.fingerprint.holdout.MemberLikelihood;
import dev.stillgate.fingerprint.holdout.OfficeCheck;
import dev.stillgate.fingerprint.holdout.TestedMembers;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.Trait;
import dev.stillgate.fingerprint.signal.UnderDispersion;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.space.Cohorts;
import dev.stillgate.fingerprint.space.TraitSpace;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of all accounts. It tests the groups under test on their traffic since selection ({@link
 * HoldoutGroup}), then selects new candidates from older data ({@link CandidateSearch}). Groups that pass the test of
 * time are tested member by member, in content and network too, which the search did not use. Deterministic: the same
 * accounts and groups give the same findings.
 */
final class AnalysisRound {
    /** Least time evidence in nats for a test of the members. */
    private static final double MIN_EVIDENCE = 3;

    /** Least proportion of members in a group; below it, the members are tested again as a group of their own. */
    private static final double MIN_PURITY = 0.8;

    /** Largest share of a group's accounts that is worth a test without the others. */
    private static final double MAX_RETRY_SHARE = 0.95;

    private final AnalysisSettings settings;
    private final IntPredicate flagged;
    private final int now;
    private final Random random = new Random(1);

    private final RoundAccounts roundAccounts;
    private final List<AccountProfile> profiles;

    /** Null without cohorts. */
    private final @Nullable MemberLikelihood memberLikelihood;

    /**
     * @param flagged whether an account, by index, is pooled, blocked, or marked for its behaviour
     * @param now second of the epoch
     */
    AnalysisRound(AccountTable table, AnalysisSettings settings, IntPredicate flagged, int now) {
        this.settings = settings;
        this.flagged = flagged;
        this.now = now;
        roundAccounts = new RoundAccounts(table, settings.idle().toSeconds(), now);
        profiles = roundAccounts.profiles;
        memberLikelihood = memberLikelihood();
    }

    RoundAccounts accounts() {
        return roundAccounts;
    }

    /** Returns the number of compared accounts; an organisation counts as one. */
    int size() {
        return roundAccounts.compared;
    }

    /**
     * Returns the groups to test.
     *
     * @param templates users of each template, as account indexes
     */
    List<HoldoutGroup> candidates(List<Cohort> templates) {
        return new CandidateSearch(roundAccounts, keys(), random)
                .candidates(templates).stream()
                        .map(group -> new HoldoutGroup(group.members(), group.key(), now))
                        .toList();
    }

    private @Nullable MemberLikelihood memberLikelihood() {
        List<Cohort> cohorts = Cohorts.of(keys(), profiles.subList(0, roundAccounts.compared));
        return cohorts.isEmpty()
                ? null
                : new MemberLikelihood(
                        profiles,
                        roundAccounts.compared,
                        space(Family.CONTENT, cohorts),
                        space(Family.NETWORK, cohorts),
                        row -> !flagged.test(roundAccounts.accountIndexes.get(row)),
                        random);
    }

    /** Returns the accounts in the traits of the enabled signals of a family, null if no signal has any. */
    private @Nullable TraitSpace space(Family family, List<Cohort> cohorts) {
        List<Trait> traits = settings.signals().stream()
                .filter(signal -> signal.family() == family)
                .flatMap(signal -> signal.traits().stream())
                .toList();
        return traits.isEmpty() ? null : new TraitSpace(traits, profiles, roundAccounts.compared, cohorts);
    }

    /**
     * Tests a group. Returns null if the test fails, or if too few of the group's accounts pass it.
     *
     * @param retries receives the groups to test again with fewer accounts
     */
    @Nullable
    Finding test(HoldoutGroup group, List<HoldoutGroup> retries) {
        DispatchLikelihood.Result dispatch = DispatchLikelihood.of(group);
        if (dispatch.isFutile()) {
            group.close(now);
            retrySubset(group, dispatch.nonBursty(), 1, retries);
            return null;
        }
        double evidence = settings.has(UnderDispersion.NAME) ? dispatch.evidence() : 0;
        if (memberLikelihood == null || evidence < MIN_EVIDENCE) {
            retryWithoutFlagged(group, retries);
            return null;
        }
        return testMembers(group, memberLikelihood, dispatch, retries);
    }

    private @Nullable Finding testMembers(
            HoldoutGroup group,
            MemberLikelihood likelihood,
            DispatchLikelihood.Result dispatch,
            List<HoldoutGroup> retries) {
        TestedMembers members = new TestedMembers(group, roundAccounts, dispatch.perAccountLogRatio());
        if (members.likelyCount() < Cohort.MIN_GROUP_SIZE) {
            return null;
        }
        int[] rows = members.memberRows(likelihood);
        if (rows.length < MIN_PURITY * members.knownCount() && members.proportionLowerBound() < MIN_PURITY) {
            retrySubset(group, roundAccounts.accountIndexesOf(rows), MAX_RETRY_SHARE, retries);
            return null;
        }
        if (rows.length < Cohort.MIN_GROUP_SIZE) {
            return null;
        }
        double evidence = settings.weight(UnderDispersion.NAME) * dispatch.evidence() / Math.log(10);
        boolean isOffice = OfficeCheck.worksInShifts(profiles, rows)
                && group.officeCheck().isOffice(members.memberIndexesOf(rows));
        int[] all = IntStream.concat(IntStream.of(rows), IntStream.of(members.followerRows(likelihood)))
                .toArray();
        Finding finding = Finding.ofDispatch(roundAccounts.accountIndexesOf(all), group.matchedOn, evidence, isOffice);
        retrySubset(group, withoutFlagged(group, finding.accounts()), MAX_RETRY_SHARE, retries);
        return finding;
    }

    /** Returns a group's accounts without some, and without flagged ones; another actor's may be among them. */
    private int[] withoutFlagged(HoldoutGroup group, int... excluded) {
        return Arrays.stream(group.accounts)
                .filter(account -> Arrays.binarySearch(excluded, account) < 0 && !flagged.test(account))
                .toArray();
    }

    /**
     * Tests a subset of a group's accounts again.
     *
     * @param maxShare largest share of the group's accounts that is worth a test
     */
    private void retrySubset(HoldoutGroup group, int[] accounts, double maxShare, List<HoldoutGroup> retries) {
        if (isFewer(accounts, group, maxShare)) {
            retries.add(new HoldoutGroup(accounts, group.matchedOn, now));
        }
    }

    private static boolean isFewer(int[] accounts, HoldoutGroup group, double maxShare) {
        return accounts.length >= Cohort.MIN_GROUP_SIZE && accounts.length < maxShare * group.accounts.length;
    }

    /** Tests a group also without its flagged accounts, since the pace of one actor can hide another's. */
    private void retryWithoutFlagged(HoldoutGroup group, List<HoldoutGroup> retries) {
        if (group.isRemainder()) {
            return;
        }
        int[] rest = withoutFlagged(group);
        if (isFewer(rest, group, MAX_RETRY_SHARE)) {
            retries.add(HoldoutGroup.ofRemainder(rest, group.matchedOn, now));
        }
    }

    private Set<SharedKey> keys() {
        Set<SharedKey> keys = EnumSet.noneOf(SharedKey.class);
        settings.signals().forEach(signal -> keys.addAll(signal.keys()));
        return keys;
    }
}
