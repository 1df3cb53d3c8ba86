package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.stats.EqualValues;
import dev.stillgate.fingerprint.stats.LogMath;
import dev.stillgate.fingerprint.stats.Quantiles;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Likelihood ratio test of interchangeable accounts: tempo, amount and content of the work do not depend on the
 * account.
 *
 * <p>Alternative hypothesis: one program uses all accounts, so the variance between accounts is close to zero. Null
 * hypothesis: each account has its own user, and the ratio of variances, between to within accounts, is a draw from a
 * discrete mixture (variance components: R. A. Fisher, "Statistical methods for research workers", 1925). The test does
 * not depend on when each account works.
 */
public final class InterchangeabilityLikelihood {
    /** Exponent of the likelihood ratios, as in {@link DispatchLikelihood}. */
    private static final double LEARNING_RATE = 0.5;

    /** Least number of gaps, and of texts, of an account that is compared. */
    private static final int MIN_COUNT = 4;

    /** Ratios of the variance between accounts to that within them, under the null: of tempo and of content. */
    private static final double[] TEMPO_RATIOS = {0.03, 0.1, 0.2, 0.4, 0.8, 1.6};

    private static final double[] TEMPO_WEIGHTS = {0.1, 0.15, 0.2, 0.2, 0.2, 0.15};
    private static final double[] CONTENT_RATIOS = {0.003, 0.006, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.5, 1};
    private static final double[] CONTENT_WEIGHTS = {0.02, 0.06, 0.12, 0.18, 0.2, 0.17, 0.12, 0.08, 0.05};

    /** Approximate number of dimensions in which the content of accounts differs. */
    private static final double CONTENT_DIMENSIONS = 8;

    private static final double EQUAL_TEMPO_RATIO = 0.002;

    /** Upper bound of the evidence of tempo, since many users may share one program. */
    private static final double MAX_TEMPO_LOG_RATIO = Math.log(1000);

    private static final double FUTILITY = 6;

    /** Least evidence of tempo and shares to count: a thousand to one before the learning rate. */
    private static final double MIN_TIME_LOG_RATIO = LEARNING_RATE * Math.log(1000);

    /** Result without a test. */
    public static final Result NONE = new Result(0, 0, 0, 0, new double[0]);

    private InterchangeabilityLikelihood() {}

    /**
     * Result of the test.
     *
     * @param timeLogRatio ln of the likelihood ratio of tempo and shares together
     * @param tempoLogRatio ln of the likelihood ratio of equal tempo
     * @param equalSharesLogRatio ln of the likelihood ratio of equal shares of work
     * @param contentLogRatio ln of the likelihood ratio of equal content
     * @param perAccountLogRatio ln of the likelihood ratio of each account by itself, in tempo and share
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Result(
            double timeLogRatio,
            double tempoLogRatio,
            double equalSharesLogRatio,
            double contentLogRatio,
            double[] perAccountLogRatio) {
        /** Returns the log ratio of time if tempo, shares and content each support it, else 0. */
        public double evidence() {
            return contentLogRatio > 0
                            && tempoLogRatio > 0
                            && equalSharesLogRatio > 0
                            && timeLogRatio >= MIN_TIME_LOG_RATIO
                    ? timeLogRatio
                    : 0;
        }

        /** Returns whether more data would hardly change the result, or nothing was compared. */
        public boolean isFutile() {
            return perAccountLogRatio.length == 0 || timeLogRatio < -FUTILITY || contentLogRatio < -FUTILITY;
        }
    }

    /**
     * Tests a group on its traffic so far.
     *
     * @param now second of the epoch
     */
    public static Result of(HoldoutGroup group, int now) {
        MemberSums sums = group.sums();
        boolean isScheduledGroup = group.isMostlyScheduled();
        int[] memberIndexes = IntStream.range(0, group.accounts.length)
                .filter(m -> !group.isFollower(m)
                        && sums.gapCount(m) >= MIN_COUNT
                        && (isScheduledGroup || !group.isScheduled(m)))
                .toArray();
        double[] perAccountLogRatio = new double[group.accounts.length];
        // a common trigger gives all accounts one tempo
        if (memberIndexes.length < Cohort.MIN_GROUP_SIZE || group.isSynchronous()) {
            return new Result(0, 0, 0, 0, perAccountLogRatio);
        }
        double[] tempos =
                Arrays.stream(memberIndexes).mapToDouble(sums::meanLogGap).toArray();
        double withinVariance = Math.max(
                0.05,
                Quantiles.median(Arrays.stream(memberIndexes)
                        .mapToDouble(sums::logGapVariance)
                        .toArray()));
        double[] noise = Arrays.stream(memberIndexes)
                .mapToDouble(m -> withinVariance / sums.gapCount(m))
                .toArray();
        double[] tempoByMember = new double[memberIndexes.length];
        double tempoLogRatio = new EqualValues(
                        EQUAL_TEMPO_RATIO * withinVariance,
                        Arrays.stream(TEMPO_RATIOS)
                                .map(each -> each * withinVariance)
                                .toArray(),
                        TEMPO_WEIGHTS)
                .logRatio(tempos, noise, memberIndexes.length, tempoByMember);
        double[] rates = Arrays.stream(memberIndexes)
                .mapToDouble(m -> Math.log(group.starts().count(m) / sums.observedSeconds(m, now)))
                .toArray();
        double overdispersion = overdispersion(group, sums, memberIndexes, now);
        double[] rateNoise = Arrays.stream(memberIndexes)
                .mapToDouble(m -> overdispersion / group.starts().count(m))
                .toArray();
        double[] shareByMember = new double[memberIndexes.length];
        double equalSharesLogRatio = EqualValues.SHARES.logRatio(rates, rateNoise, memberIndexes.length, shareByMember);
        for (int i = 0; i < memberIndexes.length; i++) {
            perAccountLogRatio[memberIndexes[i]] = LEARNING_RATE * (tempoByMember[i] + shareByMember[i]);
        }
        double timeLogRatio = LEARNING_RATE * (Math.min(MAX_TEMPO_LOG_RATIO, tempoLogRatio) + equalSharesLogRatio);
        return new Result(
                timeLogRatio,
                tempoLogRatio,
                equalSharesLogRatio,
                contentLogRatio(sums, memberIndexes),
                perAccountLogRatio);
    }

    /** Returns the median index of dispersion of the members, at least 1. */
    private static double overdispersion(HoldoutGroup group, MemberSums sums, int[] memberIndexes, int now) {
        double[] each = Arrays.stream(memberIndexes)
                .mapToDouble(m -> overdispersion(group, sums, m, now))
                .toArray();
        return Math.max(1, Quantiles.median(each));
    }

    /**
     * Returns the index of dispersion of a member's counts, in bins of six hours or of a day. The smaller one is taken,
     * since a list that is processed once a day has a fixed size.
     */
    private static double overdispersion(HoldoutGroup group, MemberSums sums, int memberIndex, int now) {
        double n = group.starts().count(memberIndex);
        double bins = sums.observedSeconds(memberIndex, now) / 21_600;
        double bySixHours = 1 + 2 * group.starts().observedPairs(2, memberIndex) / n - n / Math.max(1, bins);
        return Math.min(bySixHours, sums.dispersionIndex(memberIndex, n, now));
    }

    /**
     * Returns ln of the likelihood ratio of equal content. The statistic is the intraclass correlation of the topics:
     * the mean product of two texts of one account less that of two accounts, over the variance of all texts.
     */
    public static double contentLogRatio(MemberSums sums, int... memberIndexes) {
        int[] compared = Arrays.stream(memberIndexes)
                .filter(m -> sums.textCount(m) >= MIN_COUNT)
                .toArray();
        if (compared.length < Cohort.MIN_GROUP_SIZE) {
            return 0;
        }
        double[] all = new double[MemberSums.TOPICS];
        Arrays.stream(compared).forEach(m -> sums.addTopics(m, all));
        double count = Arrays.stream(compared).mapToDouble(sums::textCount).sum();
        double[] spread = sums.covarianceTraces();
        double weights = 0;
        double sum = 0;
        double variance = 0;
        for (int m : compared) {
            double n = sums.textCount(m);
            double noise = 2 * spread[1] / (n * (n - 1));
            double weight = 1 / (noise + 2e-4 * spread[0] * spread[0]);
            weights += weight;
            sum += weight * (sums.meanProductWithin(m) - sums.meanProductAcross(m, all, count));
            variance += weight * weight * noise * (1 + 2.0 / compared.length);
        }
        double betweenRatio = Math.max(0, sum / weights / spread[0]); // the estimate may be negative
        double error = variance / weights / weights / spread[0] / spread[0];
        double background = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < CONTENT_RATIOS.length; k++) {
            double totalVariance =
                    error + CONTENT_RATIOS[k] * CONTENT_RATIOS[k] * 2 / CONTENT_DIMENSIONS / compared.length;
            background = LogMath.logSum(
                    background,
                    normalLogDensity(betweenRatio - CONTENT_RATIOS[k], totalVariance) + Math.log(CONTENT_WEIGHTS[k]));
        }
        return LEARNING_RATE * (normalLogDensity(betweenRatio, error) - background);
    }

    private static double normalLogDensity(double deviation, double variance) {
        return -(deviation * deviation / variance + Math.log(variance)) / 2;
    }
}
