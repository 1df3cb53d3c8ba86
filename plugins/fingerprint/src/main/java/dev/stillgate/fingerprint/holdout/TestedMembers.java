package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.stats.MixtureProportion;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The accounts of a trial that are compared in a round, and what time says of each by itself. Who is a member is decided for
 * each account, by time, content and network together.
 */
public final class TestedMembers {
    /**
     * What an account must bring by itself, as ln of odds: beside members beyond doubt there are strangers of whom little is
     * known. Ten to one, and three to one where the group was picked for being alike.
     */
    private static final double LEAST_ALONE = Math.log(10);

    private static final double LEAST_PICKED = Math.log(3);

    /** What content and network must say for an account, ln of odds of two to one: time alone is no two families. */
    private static final double LEAST_KIN = Math.log(2);

    /** How likely an account may be a stranger. */
    private static final double MOST_STRANGERS = 0.01;

    /** The rows of the accounts, ascending. */
    public final int[] rows;

    private final HoldoutGroup trial;
    private final RoundAccounts roster;

    /** The rows of those who may follow: the young, and those who came after the group. */
    private final int[] behind;

    /** Ln of the likelihood ratio by time, in the order of the rows. */
    private final double[] alone;

    /** The same, in the order of the trial. */
    private final double[] ratios;

    /** Of which rows something can be said. */
    private final boolean[] known;

    /** The same of all accounts of the group of which something can be said, compared or not. */
    private final double[] times;

    /**
     * Looks up who is compared.
     *
     * @param ratios what time says of each account of the trial, ln of a likelihood ratio
     */
    public TestedMembers(HoldoutGroup trial, RoundAccounts roster, double[] ratios) {
        this.trial = trial;
        this.roster = roster;
        this.ratios = ratios;
        int[] core = trial.core();
        rows = roster.rows(core);
        behind = IntStream.concat(
                        IntStream.of(roster.rows(trial.accounts)).filter(row -> Arrays.binarySearch(rows, row) < 0),
                        IntStream.of(roster.youngRows(trial.accounts)))
                .toArray();
        int[] seats = of(rows);
        alone = Arrays.stream(seats).mapToDouble(seat -> ratios[seat]).toArray();
        known = new boolean[rows.length];
        for (int i = 0; i < known.length; i++) {
            known[i] = isKnown(seats[i]);
        }
        times = times(false);
    }

    /** Returns what time says of those of whom something can be said, of the group or of those who came after it. */
    private double[] times(boolean followers) {
        return IntStream.range(0, trial.accounts.length)
                .filter(seat -> isKnown(seat) && trial.isFollower(seat) == followers)
                .mapToDouble(seat -> ratios[seat])
                .toArray();
    }

    private boolean isKnown(int seat) {
        return trial.begun().count(seat) >= DispatchLikelihood.LEAST_BEGUN;
    }

    /** Returns the places of rows in the trial. */
    public int[] of(int... rows) {
        return Arrays.stream(rows)
                .map(row -> Arrays.binarySearch(trial.accounts, roster.accounts.get(row)))
                .toArray();
    }

    /** Returns the rows for which time speaks. */
    public int[] likely() {
        return which(i -> alone[i] > 0);
    }

    /** Returns of how many rows something can be said. */
    public int known() {
        return which(i -> known[i]).length;
    }

    /** Returns the smallest part of the trial's accounts that may be the group's, by time. */
    public double leastPart() {
        return MixtureProportion.least(times);
    }

    /**
     * Returns the rows of the accounts that are strangers with a chance of one in a hundred at most, each by itself, by all
     * that is known: the group's strangers are few, and time, content and network speak for the account.
     */
    public int[] members(MemberLikelihood kin) {
        double[] others = kin.of(rows, trial.found, alone);
        double[][] near = kin.near(rows, alone, known);
        DoubleUnaryOperator all = strangers(times);
        return which(i -> isMember(alone[i], others[i], kin, all)
                && strangers(near[i]).applyAsDouble(alone[i] + others[i]) < MOST_STRANGERS);
    }

    /**
     * Returns the rows of those who follow the group that was found, by what is known of each by itself: the young of it, and
     * who came after it, among whom there may be more strangers.
     */
    public int[] followers(MemberLikelihood kin) {
        double[] others = kin.of(rows, trial.found, alone, behind);
        DoubleUnaryOperator young = strangers(times);
        double[] later = times(true);
        DoubleUnaryOperator following = later.length == 0 ? young : strangers(later);
        int[] seats = of(behind);
        return IntStream.range(0, behind.length)
                .filter(i -> isKnown(seats[i])
                        && isMember(
                                ratios[seats[i]],
                                others[rows.length + i],
                                kin,
                                trial.isFollower(seats[i]) ? following : young))
                .map(i -> behind[i])
                .toArray();
    }

    private boolean isMember(double time, double others, MemberLikelihood kin, DoubleUnaryOperator strangers) {
        double odds = time + others;
        return time > 0
                && (others > LEAST_KIN || kin.isMute())
                && odds > (trial.picked ? LEAST_PICKED : LEAST_ALONE)
                && strangers.applyAsDouble(odds) < MOST_STRANGERS;
    }

    /**
     * Returns how likely accounts of a group are strangers, by what all that is known says of each. Of users of one template
     * the smallest part is taken that is believed to be the actor's, for that they are of one make is no wonder.
     *
     * @param times what time says of each account of the group
     */
    private DoubleUnaryOperator strangers(double... times) {
        return trial.isOfTemplate() ? MixtureProportion.strangersAtMost(times) : new MixtureProportion(times)::stranger;
    }

    private int[] which(IntPredicate places) {
        return IntStream.range(0, rows.length).filter(places).map(i -> rows[i]).toArray();
    }
}
