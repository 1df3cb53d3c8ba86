package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.candidate.CandidateGroup;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Ten days of thirty accounts with one template, each in sessions at times of its own. */
final class InterchangeabilityLikelihoodTest {
    private static final int ACCOUNTS = 30;
    private static final int DAY = 86_400;
    private static final int DAYS = 10;
    private static final int FIRST = 20_000 * DAY;
    private static final int TEMPLATE = Observation.kept(5L << 40);
    private final Random random = new Random(11);
    private final List<int[]> exchanges = new ArrayList<>();
    private HoldoutGroup group = new HoldoutGroup(new int[0], SharedKey.CLIENT, FIRST);

    /**
     * Adds the sessions of an account.
     *
     * @param items mean number of items of a session
     * @param pause mean seconds between items
     * @param aDay mean number of sessions a day
     */
    private void sessions(int account, double items, double pause, double aDay) {
        double at = random.nextDouble() * DAY;
        while (at < DAYS * DAY) {
            for (int k = 0; k < items * (0.5 + random.nextDouble()); k++) {
                at += -Math.log(1 - random.nextDouble()) * pause;
                exchanges.add(new int[] {account, FIRST + (int) at});
            }
            at += -Math.log(1 - random.nextDouble()) * DAY / aDay;
        }
    }

    /**
     * Replays the exchanges and tests the group.
     *
     * @param own standard deviation of the accounts' own content
     */
    private InterchangeabilityLikelihood.Result play(double own) {
        group = HoldoutGroup.of(
                new CandidateGroup(IntStream.range(0, ACCOUNTS).toArray(), SharedKey.SYSTEM, TEMPLATE), FIRST);
        double[][] matters = new double[ACCOUNTS][MemberSums.TOPICS];
        for (double[] matter : matters) {
            for (int d = 0; d < matter.length; d++) {
                matter[d] = own * random.nextGaussian();
            }
        }
        exchanges.sort(Comparator.comparingInt(each -> each[1]));
        for (int[] each : exchanges) {
            Observation seen = Seen.prompt("a", each[1] * 1000L);
            seen.prompt.system = 5L << 40;
            seen.prompt.text = random.nextLong();
            double squares = 0;
            for (int d = 0; d < MemberSums.TOPICS; d++) {
                seen.prompt.topic[d] = (float) (matters[each[0]][d] + random.nextGaussian());
                squares += seen.prompt.topic[d] * seen.prompt.topic[d];
            }
            for (int d = 0; d < MemberSums.TOPICS; d++) {
                seen.prompt.topic[d] /= (float) Math.sqrt(squares);
            }
            group.observe(each[0], seen, true, each[1]);
        }
        return InterchangeabilityLikelihood.of(group, FIRST + DAYS * DAY);
    }

    @Test
    void oneProgramHasEqualTempoSharesAndContent() {
        IntStream.range(0, ACCOUNTS).forEach(account -> sessions(account, 8, 60, 2));
        InterchangeabilityLikelihood.Result result = play(0);
        assertThat(result.perAccountLogRatio()).hasSize(ACCOUNTS).doesNotContain(0);
        assertThat(result.tempoLogRatio()).isGreaterThan(5);
        assertThat(result.equalSharesLogRatio()).isGreaterThan(5);
        assertThat(result.contentLogRatio()).isGreaterThan(1);
        assertThat(result.evidence())
                .isCloseTo(result.timeLogRatio(), within(1e-9))
                .isGreaterThan(5);
        assertThat(result.isFutile()).isFalse();
        assertThat(IntStream.range(0, ACCOUNTS).filter(a -> result.perAccountLogRatio()[a] > 0))
                .hasSizeGreaterThan(ACCOUNTS * 8 / 10);
    }

    @Test
    void scheduledProgramIsDetected() {
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int day = 0; day < DAYS; day++) {
                int at = FIRST + day * DAY + 2400 * account + random.nextInt(30);
                for (int k = 0; k < 8; k++) {
                    exchanges.add(new int[] {account, at});
                    at += 20 + random.nextInt(40);
                }
            }
        }
        InterchangeabilityLikelihood.Result result = play(0);
        assertThat(IntStream.range(0, ACCOUNTS)).allMatch(group::isScheduled);
        assertThat(DispatchLikelihood.of(group).evidence()).isCloseTo(0, within(1e-9));
        assertThat(result.evidence()).isGreaterThan(5);
        assertThat(play(0.3).evidence())
                .as("each account at its own minute, with its own content")
                .isZero();
    }

    /**
     * As with a job at seven o'clock in all copies of a published workflow: equal tempo and amounts without a common
     * actor.
     */
    @Test
    void commonTriggerIsNoEvidence() {
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int day = 0; day < DAYS; day++) {
                exchanges.add(new int[] {account, FIRST + day * DAY + 25_200 + random.nextInt(300)});
            }
        }
        assertThat(play(0).evidence()).isZero();
        assertThat(group.isSynchronous()).isTrue();
        assertThat(group.isMostlyScheduled()).isTrue();
    }

    @Test
    void batchesHaveNoTempo() {
        lists(3, 4);
        assertThat(play(0).tempoLogRatio()).isZero();
    }

    @Test
    void fixedListLengthIsNotCountingNoise() {
        lists(5, 90);
        InterchangeabilityLikelihood.Result result = play(0);
        assertThat(result.equalSharesLogRatio()).isNegative();
        assertThat(result.evidence()).isZero();
    }

    /** Adds lists of different lengths, each processed once a day at a constant pause. */
    private void lists(int days, int pause) {
        int[] items = {6, 12};
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int day = 0; day < days; day++) {
                int at = FIRST + day * DAY + 18_000 + random.nextInt(10_000);
                for (int k = 0; k < items[account % items.length]; k++) {
                    at += pause - 1 + random.nextInt(2);
                    exchanges.add(new int[] {account, at});
                }
            }
        }
    }

    @Test
    void peopleDifferInTempoAndAmount() {
        for (int account = 0; account < ACCOUNTS; account++) {
            double pause = 30 * Math.exp(1.2 * random.nextGaussian());
            sessions(account, 8 * Math.exp(0.8 * random.nextGaussian()), pause, 2 * Math.exp(random.nextGaussian()));
        }
        InterchangeabilityLikelihood.Result result = play(0);
        assertThat(result.tempoLogRatio()).isNegative();
        assertThat(result.equalSharesLogRatio()).isNegative();
        assertThat(result.evidence()).isZero();
        assertThat(result.isFutile()).isTrue();
    }

    @Test
    void programWithManyUsersHasUnequalShares() {
        for (int account = 0; account < ACCOUNTS; account++) {
            sessions(account, 8, 60, 2 * Math.exp(1.1 * random.nextGaussian()));
        }
        InterchangeabilityLikelihood.Result result = play(0);
        assertThat(result.equalSharesLogRatio()).isNegative();
        assertThat(result.evidence()).isZero();
    }

    @Test
    void ownContentIsNotInterchangeable() {
        IntStream.range(0, ACCOUNTS).forEach(account -> sessions(account, 8, 60, 2));
        InterchangeabilityLikelihood.Result result = play(0.3);
        assertThat(result.contentLogRatio()).isNegative();
        assertThat(result.evidence()).isZero();
    }

    @Test
    void contentEvidenceGrowsWithTheNumberOfTexts() {
        IntStream.range(0, ACCOUNTS).forEach(account -> sessions(account, 4, 60, 1));
        double few = play(0).contentLogRatio();
        exchanges.clear();
        IntStream.range(0, ACCOUNTS).forEach(account -> sessions(account, 8, 60, 6));
        assertThat(play(0).contentLogRatio()).isGreaterThan(few).isPositive();
    }

    @Test
    void weakTimeEvidenceDoesNotCount() {
        IntStream.range(0, 12).forEach(account -> sessions(account, 5, 60, 0.3));
        InterchangeabilityLikelihood.Result result = play(0);
        assertThat(result.timeLogRatio()).isBetween(0.0, 3.4);
        assertThat(result.evidence()).isZero();
    }

    @Test
    void tooFewAccountsAreNotTested() {
        IntStream.range(0, 9).forEach(account -> sessions(account, 8, 60, 2));
        InterchangeabilityLikelihood.Result result = play(0);
        assertThat(result.evidence()).isZero();
        assertThat(result.perAccountLogRatio()).containsOnly(0);
    }

    @Test
    void backwardClockStartsNoNewDay() {
        MemberSums sums = new MemberSums(1, 0);
        for (int second : new int[] {100, DAY + 5, DAY - 5, DAY + 9}) {
            sums.add(0, second, new float[MemberSums.TOPICS]);
        }
        assertThat(sums.dispersionIndex(0, 4, 2 * DAY)).isCloseTo((1 + 9) / 4.0 - 4 / (1.5 + 9.0 / DAY), within(1e-9));
    }

    @Test
    void sumsAreKeptWhenOthersJoin() {
        MemberSums sums = new MemberSums(2, 0);
        float[] topic = new float[MemberSums.TOPICS];
        topic[3] = 1;
        sums.add(0, 100, topic);
        sums.add(0, 200, topic);
        sums.add(1, 300, topic);
        sums.grow(4, new int[] {1, 3}, 500);
        assertThat(sums.gapCount(1)).isEqualTo(1);
        assertThat(sums.meanLogGap(1)).isCloseTo(Math.log(100), within(1e-9));
        assertThat(sums.textCount(3)).isEqualTo(1);
        assertThat(sums.meanProductWithin(1)).isCloseTo(1, within(1e-6));
        assertThat(sums.gapCount(0) + sums.textCount(2)).isZero();
        assertThat(sums.observedSeconds(0, 5000)).isEqualTo(4500);
    }
}
