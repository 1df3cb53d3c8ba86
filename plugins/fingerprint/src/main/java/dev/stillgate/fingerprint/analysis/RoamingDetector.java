package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.holdout.Evidence;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.holdout.HoldoutGroup;
import dev.stillgate.fingerprint.holdout.InterchangeabilityLikelihood;
import dev.stillgate.fingerprint.holdout.MemberLikelihood;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.stats.LinearCounter;
import dev.stillgate.fingerprint.stats.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds groups of accounts that come from a new network almost every time and ask for the same kind of content.
 *
 * <p>The search is a spatial scan (M. Kulldorff, "A spatial scan statistic", 1997): among roaming accounts, it looks
 * for a ball in content that holds a larger share of them than of the other accounts. Null hypothesis: roaming is
 * independent of content. The test on later traffic rejects groups whose members differ in content as unrelated users
 * do. It also rejects groups that return to the same addresses, as users of an anonymiser or a cloud do.
 */
final class RoamingDetector {
    /**
     * Share of roaming accounts above which addresses are unreliable, as behind a proxy, and roaming is not evidence.
     */
    private static final double MAX_ROAMING_SHARE = 0.25;

    /** Lower bound of the share of unrelated accounts that roam. */
    private static final double MIN_BACKGROUND_SHARE = 0.02;

    /** Largest share of a group that may be unrelated roaming accounts. */
    private static final double MAX_BACKGROUND_SHARE = 0.02;

    /**
     * Ratio of the roaming accounts' share in a ball to the others' that is not evidence, since roaming users may be of
     * one kind.
     */
    private static final double KIND_FACTOR = 20;

    /** Upper bound of the evidence of roaming, since many users may roam for one innocent reason. */
    private static final double MAX_LOG_ODDS = Math.log(50);

    private static final double LEARNING_RATE = 0.5;
    private static final double MIN_EVIDENCE = 10;

    /** Least log ratio of equal content, in nats. */
    private static final double MIN_CONTENT_LOG_RATIO = -6;

    private static final int SEEDS = 30;
    private static final int MAX_OTHERS = 2000;
    private static final int MAX_GROUPS = 8;

    /** Share of a group's accounts in the ball by which it is tested. */
    private static final double BALL_SHARE = 0.9;

    private final RoundAccounts roundAccounts;
    private final MemberLikelihood memberLikelihood;
    private final AnalysisSettings settings;
    private final Random random = new Random(1);
    private final int[] roaming;
    private final int[] others;

    /** Whether a row is not flagged. */
    private final IntPredicate isBackground;

    /**
     * @param isBackground whether a row is not flagged
     */
    RoamingDetector(
            RoundAccounts roundAccounts,
            MemberLikelihood memberLikelihood,
            AnalysisSettings settings,
            IntPredicate isBackground) {
        this.isBackground = isBackground;
        this.roundAccounts = roundAccounts;
        this.memberLikelihood = memberLikelihood;
        this.settings = settings;
        int[] roamingRows = rows(true);
        int[] stationaryRows = rows(false);
        roaming = roamingRows.length > MAX_ROAMING_SHARE * (roamingRows.length + stationaryRows.length)
                ? new int[0]
                : roamingRows;
        others = Arrays.stream(Sampling.sample(stationaryRows.length, MAX_OTHERS, random))
                .map(i -> stationaryRows[i])
                .toArray();
    }

    private int[] rows(boolean roams) {
        return IntStream.range(0, roundAccounts.compared)
                .filter(row -> roundAccounts.profiles.get(row).roams() == roams)
                .toArray();
    }

    /** A ball: the roaming accounts in it, and the evidence in nats. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Ball(int[] rows, double evidence) {}

    /**
     * Returns the groups to test.
     *
     * @param now second of the epoch
     */
    List<HoldoutGroup> candidates(int now) {
        List<HoldoutGroup> candidates = new ArrayList<>();
        int[] remaining = roaming;
        while (remaining.length >= Cohort.MIN_GROUP_SIZE && candidates.size() < MAX_GROUPS) {
            Ball best = bestBall(remaining);
            if (best == null) {
                break;
            }
            candidates.add(HoldoutGroup.ofRoaming(roundAccounts.accountIndexesOf(best.rows), now));
            remaining = without(remaining, best.rows);
        }
        return candidates;
    }

    private static int[] without(int[] rows, int... excluded) {
        return Arrays.stream(rows)
                .filter(row -> Arrays.binarySearch(excluded, row) < 0)
                .toArray();
    }

    private @Nullable Ball bestBall(int... remaining) {
        Ball best = null;
        double penalty = Math.log(SEEDS) + Math.log(remaining.length);
        for (int seed : Sampling.sample(remaining.length, SEEDS, random)) {
            int[] near = byDistance(remaining[seed], remaining);
            double[] far = distances(remaining[seed], others);
            int roamingOutside = backgroundCount(remaining);
            int othersInside = 0;
            for (int k = 1; k <= near.length; k++) {
                double radius = memberLikelihood.distance(remaining[seed], near[k - 1]);
                while (othersInside < far.length && far[othersInside] <= radius) {
                    othersInside++;
                }
                roamingOutside -= isBackground.test(near[k - 1]) ? 1 : 0;
                double evidence = evidence(k, roamingOutside, othersInside) - penalty;
                if (k >= Cohort.MIN_GROUP_SIZE && evidence > (best == null ? MIN_EVIDENCE : best.evidence)) {
                    best = new Ball(Arrays.stream(near, 0, k).sorted().toArray(), evidence);
                }
            }
        }
        return best;
    }

    private int backgroundCount(int... rows) {
        return (int) Arrays.stream(rows).filter(isBackground).count();
    }

    /** Returns rows in ascending order of distance. */
    private int[] byDistance(int from, int... rows) {
        return Arrays.stream(rows)
                .mapToLong(row -> (long) Float.floatToIntBits((float) memberLikelihood.distance(from, row)) << 32 | row)
                .sorted()
                .mapToInt(each -> (int) each)
                .toArray();
    }

    /** Returns the distances of rows from one, ascending. */
    private double[] distances(int from, int... rows) {
        return Arrays.stream(rows)
                .mapToDouble(row -> memberLikelihood.distance(from, row))
                .sorted()
                .toArray();
    }

    private int[] within(int from, double radius, int... rows) {
        return Arrays.stream(rows)
                .filter(row -> memberLikelihood.distance(from, row) <= radius)
                .toArray();
    }

    /**
     * Returns the Poisson scan statistic of a ball: ln of the likelihood ratio of the number of roaming accounts in it.
     * 0 if too many others are in it.
     *
     * @param roamingInside number of roaming accounts in the ball
     * @param roamingOutside number of unflagged roaming accounts outside
     * @param othersInside number of sampled other accounts in the ball
     */
    private double evidence(int roamingInside, int roamingOutside, int othersInside) {
        double share = (othersInside + 1.0) / (others.length + 2);
        double expected = KIND_FACTOR * (roamingInside + roamingOutside) * share;
        boolean pure = share / (1 - share) * roamingOutside <= MAX_BACKGROUND_SHARE * roamingInside;
        return pure && expected < roamingInside
                ? roamingInside * Math.log(roamingInside / expected) - roamingInside + expected
                : 0;
    }

    /**
     * Tests a group of roaming accounts; returns null if the test fails.
     *
     * @param retries receives the two halves of a group with two kinds of content, once
     */
    @Nullable
    Finding test(HoldoutGroup group, int now, List<HoldoutGroup> retries) {
        int[] rows = Arrays.stream(roundAccounts.rowsOf(group.accounts))
                .filter(row -> Arrays.binarySearch(roaming, row) >= 0)
                .toArray();
        LinearCounter addressBlocks = group.addressBlocks();
        int[] memberIndexes = IntStream.range(0, group.accounts.length).toArray();
        if (rows.length < Cohort.MIN_GROUP_SIZE
                || addressBlocks == null
                || !addressBlocks.isDiverse()
                || InterchangeabilityLikelihood.withEnoughTexts(group.sums(), memberIndexes).length
                        < Cohort.MIN_GROUP_SIZE) {
            return null;
        }
        double contentLogRatio = InterchangeabilityLikelihood.contentLogRatio(group.sums(), memberIndexes);
        if (contentLogRatio < MIN_CONTENT_LOG_RATIO) {
            group.close(now);
            retryHalves(group, rows, now, retries);
            return null;
        }
        int medoid = medoid(rows);
        double[] distances = distances(medoid, rows);
        double radius = distances[(int) (BALL_SHARE * (rows.length - 1))];
        int[] inside = within(medoid, radius, rows);
        double concentration = evidence(
                inside.length, backgroundCount(without(roaming, inside)), within(medoid, radius, others).length);
        if (inside.length < Cohort.MIN_GROUP_SIZE || concentration <= 0) {
            return null;
        }
        Evidence result = Evidence.ofRoaming(settings, roamingLogOdds(inside.length), concentration);
        return new Finding(
                roundAccounts.accountIndexesOf(inside),
                group.matchedOn,
                result.byFamily,
                result.signalNames(),
                result.tests,
                false);
    }

    private void retryHalves(HoldoutGroup group, int[] rows, int now, List<HoldoutGroup> retries) {
        if (group.isRemainder()) {
            return;
        }
        int one = byDistance(medoid(rows), rows)[rows.length - 1];
        int other = byDistance(one, rows)[rows.length - 1];
        for (boolean nearer : new boolean[] {true, false}) {
            int[] half = Arrays.stream(rows)
                    .filter(row ->
                            memberLikelihood.distance(one, row) < memberLikelihood.distance(other, row) == nearer)
                    .toArray();
            if (half.length >= Cohort.MIN_GROUP_SIZE) {
                retries.add(HoldoutGroup.ofRemainder(roundAccounts.accountIndexesOf(half), group.matchedOn, true, now));
            }
        }
    }

    /** Returns the row with the smallest sum of distances to the others, of a sample of rows. */
    private int medoid(int... rows) {
        int best = rows[0];
        double least = Double.POSITIVE_INFINITY;
        for (int candidate : Sampling.sample(rows.length, SEEDS, random)) {
            double sum = Arrays.stream(distances(rows[candidate], rows)).sum();
            if (sum < least) {
                least = sum;
                best = rows[candidate];
            }
        }
        return best;
    }

    /** Returns ln of the odds that so many accounts roam, by the share of the others that do. */
    private double roamingLogOdds(int roamingInside) {
        double roamingOutside = roaming.length - roamingInside;
        double backgroundShare =
                Math.max(MIN_BACKGROUND_SHARE, (roamingOutside + 1) / (roundAccounts.compared - roamingInside + 2));
        return Math.min(MAX_LOG_ODDS, LEARNING_RATE * roamingInside * -Math.log(backgroundShare));
    }
}
