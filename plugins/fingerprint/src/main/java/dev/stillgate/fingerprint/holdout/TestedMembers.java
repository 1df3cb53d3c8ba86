package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.stats.MixtureProportion;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Members of a group in a round, with the time evidence of each. Membership is decided for each account by time,
 * content and network together.
 *
 * <p>Index spaces: a row is an index into {@link RoundAccounts}, a member index one into {@link HoldoutGroup#accounts}.
 */
public final class TestedMembers {
    /** Least log ratio of a member by all evidence: ten to one. */
    private static final double MIN_LOG_ODDS = Math.log(10);

    /** Least log ratio of a member by content and network: two to one. */
    private static final double MIN_OTHER_LOG_ODDS = Math.log(2);

    /** Largest posterior probability that a member is an unrelated account. */
    private static final double MAX_BACKGROUND_PROBABILITY = 0.01;

    /** Rows of the group's core, ascending. */
    private final int[] rows;

    private final HoldoutGroup group;
    private final RoundAccounts roundAccounts;

    /** Rows of accounts that may join: newer accounts, and followers of the group. */
    private final int[] joinerRows;

    /** Log ratio by time evidence, by position in {@link #rows}. */
    private final double[] timeLogRatios;

    /** Log ratio by time evidence, by member index. */
    private final double[] memberLogRatios;

    /** Whether there is enough data, by position in {@link #rows}. */
    private final boolean[] known;

    /** Log ratio by time evidence of all core members with enough data, compared in this round or not. */
    private final double[] knownLogRatios;

    /**
     * @param memberLogRatios log ratio by time evidence, by member index
     */
    public TestedMembers(HoldoutGroup group, RoundAccounts roundAccounts, double[] memberLogRatios) {
        this.group = group;
        this.roundAccounts = roundAccounts;
        this.memberLogRatios = memberLogRatios;
        int[] core = group.core();
        rows = roundAccounts.rowsOf(core);
        joinerRows = IntStream.concat(
                        IntStream.of(roundAccounts.rowsOf(group.accounts))
                                .filter(row -> Arrays.binarySearch(rows, row) < 0),
                        IntStream.of(roundAccounts.newerRows(group.accounts)))
                .toArray();
        int[] memberIndexes = memberIndexesOf(rows);
        timeLogRatios = Arrays.stream(memberIndexes)
                .mapToDouble(memberIndex -> memberLogRatios[memberIndex])
                .toArray();
        known = new boolean[rows.length];
        for (int i = 0; i < known.length; i++) {
            known[i] = isKnown(memberIndexes[i]);
        }
        knownLogRatios = knownLogRatios(false);
    }

    /** Returns the log ratios of the members with enough data, of the core or of the followers. */
    private double[] knownLogRatios(boolean followers) {
        return IntStream.range(0, group.accounts.length)
                .filter(memberIndex -> isKnown(memberIndex) && group.isFollower(memberIndex) == followers)
                .mapToDouble(memberIndex -> memberLogRatios[memberIndex])
                .toArray();
    }

    private boolean isKnown(int memberIndex) {
        return group.starts().count(memberIndex) >= DispatchLikelihood.MIN_STARTS;
    }

    /** Returns the member indexes of rows. */
    public int[] memberIndexesOf(int... rows) {
        return Arrays.stream(rows)
                .map(row -> Arrays.binarySearch(group.accounts, roundAccounts.accountIndexes.get(row)))
                .toArray();
    }

    /** Returns the number of rows with a positive log ratio by time evidence. */
    public int likelyCount() {
        return rowsWhere(i -> timeLogRatios[i] > 0).length;
    }

    /** Returns the number of rows with enough data. */
    public int knownCount() {
        return rowsWhere(i -> known[i]).length;
    }

    /** Returns the lower bound of the proportion of members in the group, by time evidence. */
    public double proportionLowerBound() {
        return MixtureProportion.lowerBound(knownLogRatios);
    }

    /**
     * Returns the rows of the accounts that belong to the group. Each has a posterior probability of at most 0.01 of
     * being unrelated, both in the whole group and among its nearest neighbours.
     */
    public int[] memberRows(MemberLikelihood memberLikelihood) {
        double[] otherLogRatios = memberLikelihood.logRatios(rows, group.matchedOn, timeLogRatios);
        double[][] neighbours = memberLikelihood.neighbourTimeLogRatios(rows, timeLogRatios, known);
        DoubleUnaryOperator ofGroup = backgroundProbability(knownLogRatios);
        return rowsWhere(i -> isMember(timeLogRatios[i], otherLogRatios[i], memberLikelihood, ofGroup)
                && backgroundProbability(neighbours[i]).applyAsDouble(timeLogRatios[i] + otherLogRatios[i])
                        < MAX_BACKGROUND_PROBABILITY);
    }

    /**
     * Returns the rows of joiners that belong to the group. Followers have a mixture proportion of their own, since
     * more of them may be unrelated.
     */
    public int[] followerRows(MemberLikelihood memberLikelihood) {
        double[] otherLogRatios = memberLikelihood.logRatios(rows, group.matchedOn, timeLogRatios, joinerRows);
        DoubleUnaryOperator newer = backgroundProbability(knownLogRatios);
        double[] followerLogRatios = knownLogRatios(true);
        DoubleUnaryOperator ofFollowers =
                followerLogRatios.length == 0 ? newer : backgroundProbability(followerLogRatios);
        int[] memberIndexes = memberIndexesOf(joinerRows);
        return IntStream.range(0, joinerRows.length)
                .filter(i -> isKnown(memberIndexes[i])
                        && isMember(
                                memberLogRatios[memberIndexes[i]],
                                otherLogRatios[rows.length + i],
                                memberLikelihood,
                                group.isFollower(memberIndexes[i]) ? ofFollowers : newer))
                .map(i -> joinerRows[i])
                .toArray();
    }

    private boolean isMember(
            double timeLogRatio,
            double otherLogRatios,
            MemberLikelihood memberLikelihood,
            DoubleUnaryOperator background) {
        double logOdds = timeLogRatio + otherLogRatios;
        return timeLogRatio > 0
                && (otherLogRatios > MIN_OTHER_LOG_ODDS || memberLikelihood.isEmpty())
                && logOdds > MIN_LOG_ODDS
                && background.applyAsDouble(logOdds) < MAX_BACKGROUND_PROBABILITY;
    }

    /** Returns the posterior probability that an account is unrelated, as a function of its log ratio. */
    private static DoubleUnaryOperator backgroundProbability(double... knownLogRatios) {
        return new MixtureProportion(knownLogRatios)::backgroundProbability;
    }

    private int[] rowsWhere(IntPredicate predicate) {
        return IntStream.range(0, rows.length)
                .filter(predicate)
                .map(i -> rows[i])
                .toArray();
    }
}
