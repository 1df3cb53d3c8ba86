package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.stats.EqualValues;
import dev.stillgate.fingerprint.stats.EventTimes;
import dev.stillgate.fingerprint.stats.LogMath;
import dev.stillgate.fingerprint.stats.Quantiles;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Likelihood ratio test of central dispatch: the accounts of a group get their work from one dispatcher, rather than
 * each from its own user.
 *
 * <p>The statistic is the number of pairs of conversations of one account in the same time bin. Its ratio to the number
 * that is expected if account and time are independent ({@link EventTimes}) tells the hypotheses apart:
 *
 * <ul>
 * <li>Null hypothesis, unrelated users: users return to their own work, so the ratio is above 1, with a discrete prior.
 * <li>Alternative, random dispatch: the ratio is 1 (independence).
 * <li>Alternative, round-robin dispatch: the ratio is below 1.
 * </ul>
 *
 * <p>The counts are modelled as Poisson at three bin widths. Equal shares of work are a further alternative ({@link
 * EqualValues}).
 */
public final class DispatchLikelihood {
    /**
     * Exponent of the unbounded likelihood ratios, since the background model is only approximately right (P.
     * Gruenwald, "The safe Bayesian", 2012).
     */
    private static final double LEARNING_RATE = 0.5;

    /** Least expected number of pairs for a test. */
    static final double MIN_PAIRS = 8;

    /** Least effective number of bins for a test. */
    private static final int MIN_BINS = 6;

    /**
     * Largest share of the group's requests of one account; a larger account would dominate the expectation of the
     * others.
     */
    private static final double MAX_SHARE = 0.25;

    /** Ratios of observed to expected pairs under round-robin dispatch. */
    private static final double[] ROUND_ROBIN_FACTORS = {0.02, 0.05, 0.1, 0.2, 0.35, 0.55, 0.75, 0.85, 0.92};

    /**
     * Ratios below 1 that unrelated accounts may have, by scale: a busy account does not begin another conversation.
     */
    private static final double[][] REFRACTORY_FACTORS = {{0.2, 0.35, 0.5, 0.7, 0.85}, {0.5, 0.7, 0.85}, {0.95}};

    /** Ratios of unrelated accounts, and their prior probabilities. */
    private static final double[] BACKGROUND_FACTORS = {1, 1.05, 1.1, 1.2, 1.35, 1.6, 2, 3, 5, 10, 25};

    private static final double[] BACKGROUND_WEIGHTS = {0.01, 0.02, 0.03, 0.05, 0.05, 0.1, 0.14, 0.2, 0.2, 0.12, 0.08};

    /** Largest ratios under dispatch, by scale: dispatched accounts may send cover traffic, and come and go. */
    private static final double[] MAX_DISPATCH_FACTORS = {1.35, 1.15, 1.08};

    /** Least expected number of pairs to stop a test for futility, and least log ratio against the group. */
    private static final double FUTILITY_PAIRS = 40;

    private static final double FUTILITY = 6;

    /** The same for a group in which a few bursty accounts mask the others. */
    private static final double MASKING = 12;

    private static final double MIN_NONBURSTY_SHARE = 0.8;

    /** Largest ratio of a non-bursty account. */
    private static final double MAX_NONBURSTY_RATIO = 1.3;

    /** Ratios of a single unrelated account, with equal probability. */
    private static final double[] PER_ACCOUNT_FACTORS = {1, 1.3, 2, 4, 8};

    /** Least number of conversations of an account for a test of that account. */
    static final int MIN_STARTS = 3;

    private DispatchLikelihood() {}

    /**
     * Result of the test.
     *
     * @param evidence ln of the likelihood ratio, dispatch to unrelated users
     * @param roundRobinLogRatio ln of the likelihood ratio of round-robin dispatch
     * @param independenceLogRatio ln of the likelihood ratio of independence of account and time
     * @param equalSharesLogRatio ln of the likelihood ratio of equal shares of work
     * @param logRatioAgainst evidence against dispatch, at most 0
     * @param expectedPairs expected number of pairs of requests in one hour
     * @param tooFewStarts whether there are too few conversations for a decision
     * @param perAccountLogRatio ln of the likelihood ratio of each account by itself
     * @param nonBursty account indexes of the members that are not bursty
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Result(
            double evidence,
            double roundRobinLogRatio,
            double independenceLogRatio,
            double equalSharesLogRatio,
            double logRatioAgainst,
            double expectedPairs,
            boolean tooFewStarts,
            double[] perAccountLogRatio,
            int[] nonBursty) {
        /**
         * Returns whether more data would hardly change the result: the accounts are unrelated, or too many of them
         * are. Pairs of requests alone are not sufficient, since an agent's conversation has many requests.
         */
        public boolean isFutile() {
            boolean rejected = expectedPairs >= FUTILITY_PAIRS
                    && (logRatioAgainst < -FUTILITY || (independenceLogRatio < -FUTILITY && !tooFewStarts));
            return evidence < 1 && (rejected || isMaskedByFew());
        }

        /** Returns whether a few bursty accounts hide the result of the others. */
        private boolean isMaskedByFew() {
            return expectedPairs >= MIN_PAIRS
                    && logRatioAgainst < -MASKING
                    && nonBursty.length >= MIN_NONBURSTY_SHARE * perAccountLogRatio.length;
        }
    }

    /** Tests a group on its traffic so far. */
    public static Result of(HoldoutGroup group) {
        int[] unscheduled = IntStream.range(0, group.accounts.length)
                .filter(m -> !group.isScheduled(m) && !dominates(group, m))
                .toArray();
        int[] memberIndexes =
                Arrays.stream(unscheduled).filter(m -> !group.isFollower(m)).toArray();
        Coincidences coincidences = coincidences(group, memberIndexes);
        // an event triggers each account once, without a dispatcher
        boolean followsEvents = group.followsSharedEvents();
        double roundRobinLogRatio = followsEvents ? 0 : coincidences.roundRobinLogRatio;
        double independenceLogRatio = independenceLogRatio(group, memberIndexes);
        boolean tooFewStarts = group.starts().effectiveBins(1) < MIN_BINS
                || expectedPairs(group.starts(), 2, memberIndexes) < FUTILITY_PAIRS;
        int[] coreMembers = active(group, memberIndexes);
        int[] active = IntStream.concat(
                        IntStream.of(coreMembers),
                        IntStream.of(active(group, unscheduled)).filter(group::isFollower))
                .toArray();
        double[] equalShareLogRatios = new double[active.length];
        // as in a product with many users
        boolean manyUsers = independenceLogRatio < -FUTILITY && roundRobinLogRatio <= 0;
        boolean ignoresShares = coincidences.logRatioAgainst < -1 || tooFewStarts || manyUsers || followsEvents;
        double equalSharesLogRatio = ignoresShares || coreMembers.length < Cohort.MIN_GROUP_SIZE
                ? 0
                : equalSharesLogRatio(group, active, coreMembers.length, equalShareLogRatios);
        // work that third parties trigger, such as incoming mail, is independent too, but unequally shared
        double independence = followsEvents || equalSharesLogRatio < -FUTILITY
                ? Math.min(0, independenceLogRatio)
                : independenceLogRatio;
        double evidence = Math.max(LEARNING_RATE * Math.max(roundRobinLogRatio, equalSharesLogRatio), independence)
                + coincidences.logRatioAgainst;
        return new Result(
                evidence,
                roundRobinLogRatio,
                independenceLogRatio,
                equalSharesLogRatio,
                coincidences.logRatioAgainst,
                expectedPairs(group.requests(), 1, memberIndexes),
                tooFewStarts,
                perAccountLogRatio(
                        group,
                        active,
                        coincidences.factors,
                        equalSharesLogRatio > 0 ? equalShareLogRatios : new double[active.length]),
                Arrays.stream(memberIndexes)
                        .filter(m -> isNonBursty(group, m))
                        .map(m -> group.accounts[m])
                        .toArray());
    }

    private static int[] active(HoldoutGroup group, int... memberIndexes) {
        return Arrays.stream(memberIndexes)
                .filter(m -> group.starts().count(m) > 0)
                .toArray();
    }

    /**
     * Coincidences of conversation starts.
     *
     * @param roundRobinLogRatio ln of the likelihood ratio of round-robin dispatch
     * @param logRatioAgainst evidence against dispatch, at most 0
     * @param factors ratio of observed to expected pairs, by scale
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Coincidences(double roundRobinLogRatio, double logRatioAgainst, double[] factors) {}

    private static Coincidences coincidences(HoldoutGroup group, int... memberIndexes) {
        double roundRobinLogRatio = Double.NEGATIVE_INFINITY;
        double logRatioAgainst = 0;
        double[] factors = new double[HoldoutGroup.SCALES];
        for (int scale = 0; scale < HoldoutGroup.SCALES; scale++) {
            double observed = observedPairs(group.starts(), scale, memberIndexes);
            double expected = group.starts().effectiveBins(scale) < MIN_BINS
                    ? 0
                    : expectedPairs(group.starts(), scale, memberIndexes);
            factors[scale] = Math.clamp(observed / Math.max(1e-9, expected), 0.02, 1);
            roundRobinLogRatio = LogMath.logSum(
                    roundRobinLogRatio, expected < MIN_PAIRS ? 0 : roundRobinLogRatio(scale, observed, expected));
            if (scale > 0) {
                logRatioAgainst += Math.min(0, independenceLogRatio(observed, expected, MAX_DISPATCH_FACTORS[scale]));
            }
        }
        return new Coincidences(roundRobinLogRatio - Math.log(HoldoutGroup.SCALES), logRatioAgainst, factors);
    }

    /**
     * Returns ln of the likelihood ratio of equal shares of work.
     *
     * @param memberIndexes members with conversations
     * @param coreMembers number of leading members that form the group
     * @param perAccountLogRatio receives ln of the likelihood ratio of each member
     */
    private static double equalSharesLogRatio(
            HoldoutGroup group, int[] memberIndexes, int coreMembers, double[] perAccountLogRatio) {
        double[] logs = Arrays.stream(memberIndexes)
                .mapToDouble(memberIndex -> Math.log(
                        group.starts().count(memberIndex) / group.starts().equalShare(memberIndex)))
                .toArray();
        double medianRate = Math.exp(Quantiles.median(Arrays.copyOf(logs, coreMembers)));
        double[] noise = Arrays.stream(memberIndexes) // variance of ln of a Poisson count
                .mapToDouble(memberIndex -> 1 / (medianRate * group.starts().equalShare(memberIndex)))
                .toArray();
        return EqualValues.SHARES.logRatio(logs, noise, coreMembers, perAccountLogRatio);
    }

    private static boolean isNonBursty(HoldoutGroup group, int memberIndex) {
        for (int scale = 0; scale < 2; scale++) {
            double expected = group.requests().expectedPairs(scale, memberIndex);
            if (group.requests().observedPairs(scale, memberIndex)
                    > MAX_NONBURSTY_RATIO * expected + 2 * Math.sqrt(expected) + 1) {
                return false;
            }
        }
        return true;
    }

    private static boolean dominates(HoldoutGroup group, int memberIndex) {
        return group.requests().count(memberIndex)
                > MAX_SHARE * group.requests().total();
    }

    static double observedPairs(EventTimes times, int scale, int[] memberIndexes) {
        return Arrays.stream(memberIndexes)
                .mapToDouble(m -> times.observedPairs(scale, m))
                .sum();
    }

    static double expectedPairs(EventTimes times, int scale, int[] memberIndexes) {
        return Arrays.stream(memberIndexes)
                .mapToDouble(m -> times.expectedPairs(scale, m))
                .sum();
    }

    /**
     * Returns ln of the likelihood ratio of round-robin dispatch to unrelated accounts, some of which pause after a
     * conversation.
     */
    private static double roundRobinLogRatio(int scale, double observed, double expected) {
        double background = backgroundLogLikelihood(observed, expected);
        for (double each : REFRACTORY_FACTORS[scale]) {
            background = LogMath.logSum(background, poissonLogLikelihood(observed, each * expected) + Math.log(0.05));
        }
        return meanLogLikelihood(ROUND_ROBIN_FACTORS, observed, expected) - background;
    }

    /**
     * Returns ln of the likelihood ratio of independence to the background: the smaller of those at ten minutes and at
     * an hour, or at one hour and at six if there is little traffic.
     */
    private static double independenceLogRatio(HoldoutGroup group, int[] memberIndexes) {
        int firstScale = expectedPairs(group.requests(), 0, memberIndexes) < MIN_PAIRS ? 1 : 0;
        double smallest = Double.POSITIVE_INFINITY;
        for (int scale = firstScale; scale <= firstScale + 1; scale++) {
            double expected = expectedPairs(group.requests(), scale, memberIndexes);
            boolean hasEnoughPairs = expected >= MIN_PAIRS && group.requests().effectiveBins(scale) >= MIN_BINS;
            smallest = Math.min(
                    smallest,
                    hasEnoughPairs
                            ? independenceLogRatio(observedPairs(group.requests(), scale, memberIndexes), expected, 1)
                            : 0);
        }
        return smallest;
    }

    /** Returns ln of the likelihood ratio of a ratio of at most {@code factor} to the background. */
    private static double independenceLogRatio(double observed, double expected, double factor) {
        double bounded = Math.max(observed, expected); // a lower count is evidence of round-robin, or of pauses
        return poissonLogLikelihood(bounded, Math.min(bounded, factor * expected))
                - backgroundLogLikelihood(bounded, expected);
    }

    private static double backgroundLogLikelihood(double observed, double expected) {
        double sum = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < BACKGROUND_FACTORS.length; i++) {
            sum = LogMath.logSum(
                    sum,
                    poissonLogLikelihood(observed, BACKGROUND_FACTORS[i] * expected) + Math.log(BACKGROUND_WEIGHTS[i]));
        }
        return sum;
    }

    private static double meanLogLikelihood(double[] factors, double observed, double expected) {
        double sum = Double.NEGATIVE_INFINITY;
        for (double each : factors) {
            sum = LogMath.logSum(sum, poissonLogLikelihood(observed, each * expected));
        }
        return sum - Math.log(factors.length);
    }

    /** Returns ln of a Poisson probability, without the term that depends on the count alone. */
    private static double poissonLogLikelihood(double count, double mean) {
        return count * Math.log(Math.max(mean, 1e-12)) - mean;
    }

    /**
     * Returns ln of the likelihood ratio of each account by itself; negative infinity for accounts that are not tested.
     */
    private static double[] perAccountLogRatio(
            HoldoutGroup group, int[] memberIndexes, double[] factors, double[] equalShareLogRatios) {
        double[] ratios = new double[group.accounts.length];
        Arrays.fill(ratios, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < memberIndexes.length; i++) {
            if (group.starts().count(memberIndexes[i]) >= MIN_STARTS) {
                ratios[memberIndexes[i]] =
                        perAccountLogRatio(group, memberIndexes[i], factors) + equalShareLogRatios[i];
            }
        }
        return ratios;
    }

    private static double perAccountLogRatio(HoldoutGroup group, int memberIndex, double[] factors) {
        double sum = 0;
        for (int scale = 0; scale < HoldoutGroup.SCALES; scale++) {
            double observed = group.starts().observedPairs(scale, memberIndex);
            double expected = group.starts().expectedPairs(scale, memberIndex);
            double background = Double.NEGATIVE_INFINITY;
            for (double each : PER_ACCOUNT_FACTORS) {
                background = LogMath.logSum(
                        background,
                        poissonLogLikelihood(observed, each * expected) - Math.log(PER_ACCOUNT_FACTORS.length));
            }
            sum += poissonLogLikelihood(observed, factors[scale] * expected) - background;
        }
        return sum / 2;
    }
}
