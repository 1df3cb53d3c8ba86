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

/** What ten days of thirty accounts show that use one template, each at times of its own and in sessions. */
final class InterchangeabilityLikelihoodTest {
    private static final int ACCOUNTS = 30;
    private static final int DAY = 86_400;
    private static final int DAYS = 10;
    private static final int FIRST = 20_000 * DAY;
    private static final int TEMPLATE = Observation.kept(5L << 40);
    private final Random random = new Random(11);
    private final List<int[]> exchanges = new ArrayList<>();
    private HoldoutGroup trial = new HoldoutGroup(new int[0], SharedKey.CLIENT, false, FIRST);

    /** Sessions of about as many items as said, so many seconds apart on average, some a day. */
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
     * Plays it.
     *
     * @param own how much of what an account asks is its own
     */
    private InterchangeabilityLikelihood.Verdict play(double own) {
        trial = HoldoutGroup.of(
                new CandidateGroup(IntStream.range(0, ACCOUNTS).toArray(), SharedKey.SYSTEM, false, TEMPLATE), FIRST);
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
            trial.observe(each[0], seen, true, each[1]);
        }
        return InterchangeabilityLikelihood.of(trial, FIRST + DAYS * DAY);
    }

    @Test
    void oneProgramIsKnownByItsTempoItsSharesAndWhatItAsks() {
        IntStream.range(0, ACCOUNTS).forEach(account -> sessions(account, 8, 60, 2));
        InterchangeabilityLikelihood.Verdict verdict = play(0);
        assertThat(verdict.alone()).hasSize(ACCOUNTS).doesNotContain(0);
        assertThat(verdict.tempo()).isGreaterThan(5);
        assertThat(verdict.shares()).isGreaterThan(5);
        assertThat(verdict.content()).isGreaterThan(1);
        assertThat(verdict.evidence()).isCloseTo(verdict.time(), within(1e-9)).isGreaterThan(5);
        assertThat(verdict.isHopeless()).isFalse();
        assertThat(IntStream.range(0, ACCOUNTS).filter(a -> verdict.alone()[a] > 0))
                .hasSizeGreaterThan(ACCOUNTS * 8 / 10);
    }

    @Test
    void soIsOneThatIsStartedByTheClock() {
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int day = 0; day < DAYS; day++) {
                int at = FIRST + day * DAY + 2400 * account + random.nextInt(30);
                for (int k = 0; k < 8; k++) {
                    exchanges.add(new int[] {account, at});
                    at += 20 + random.nextInt(40);
                }
            }
        }
        InterchangeabilityLikelihood.Verdict verdict = play(0);
        assertThat(IntStream.range(0, ACCOUNTS)).allMatch(trial::isClockwork);
        assertThat(DispatchLikelihood.of(trial).evidence()).isCloseTo(0, within(1e-9));
        assertThat(verdict.evidence()).isGreaterThan(5);
        assertThat(play(0.3).evidence())
                .as("each site's plug-in at its own minute")
                .isZero();
    }

    /** As a job that is set to seven o'clock in everybody's copy of a workflow: one tempo, equal amounts, and no actor. */
    @Test
    void whatSetsThemToWorkAtTheSameMinutesGivesAllOneTempo() {
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int day = 0; day < DAYS; day++) {
                exchanges.add(new int[] {account, FIRST + day * DAY + 25_200 + random.nextInt(300)});
            }
        }
        assertThat(play(0).evidence()).isZero();
        assertThat(trial.isSynchronous()).isTrue();
        assertThat(trial.followsClock()).isTrue();
    }

    @Test
    void aListThatAScriptGoesThroughIsNoTempo() {
        lists(3, 4);
        assertThat(play(0).tempo()).isZero();
    }

    @Test
    void howLongAListIsIsNoChance() {
        lists(5, 90);
        InterchangeabilityLikelihood.Verdict verdict = play(0);
        assertThat(verdict.shares()).isNegative();
        assertThat(verdict.evidence()).isZero();
    }

    /** Lists of different lengths, each gone through once a day early in the morning, at about so many seconds an item. */
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
    void peopleHaveATempoAndAnAmountOfTheirOwn() {
        for (int account = 0; account < ACCOUNTS; account++) {
            double pause = 30 * Math.exp(1.2 * random.nextGaussian());
            sessions(account, 8 * Math.exp(0.8 * random.nextGaussian()), pause, 2 * Math.exp(random.nextGaussian()));
        }
        InterchangeabilityLikelihood.Verdict verdict = play(0);
        assertThat(verdict.tempo()).isNegative();
        assertThat(verdict.shares()).isNegative();
        assertThat(verdict.evidence()).isZero();
        assertThat(verdict.isHopeless()).isTrue();
    }

    @Test
    void oneProgramInManyHandsIsNotOneActor() {
        for (int account = 0; account < ACCOUNTS; account++) {
            sessions(account, 8, 60, 2 * Math.exp(1.1 * random.nextGaussian()));
        }
        InterchangeabilityLikelihood.Verdict verdict = play(0);
        assertThat(verdict.shares()).isNegative();
        assertThat(verdict.evidence()).isZero();
    }

    @Test
    void whoAsksForMattersOfHisOwnIsNotInterchangeable() {
        IntStream.range(0, ACCOUNTS).forEach(account -> sessions(account, 8, 60, 2));
        InterchangeabilityLikelihood.Verdict verdict = play(0.3);
        assertThat(verdict.content()).isNegative();
        assertThat(verdict.evidence()).isZero();
    }

    @Test
    void whatIsAskedIsComparedWithChance() {
        IntStream.range(0, ACCOUNTS).forEach(account -> sessions(account, 4, 60, 1));
        double few = play(0).content();
        exchanges.clear();
        IntStream.range(0, ACCOUNTS).forEach(account -> sessions(account, 8, 60, 6));
        assertThat(play(0).content()).isGreaterThan(few).isPositive();
    }

    @Test
    void aLittleSamenessIsNone() {
        IntStream.range(0, 12).forEach(account -> sessions(account, 5, 60, 0.3));
        InterchangeabilityLikelihood.Verdict verdict = play(0);
        assertThat(verdict.time()).isBetween(0.0, 3.4);
        assertThat(verdict.evidence()).isZero();
    }

    @Test
    void ofAFewNothingIsSaid() {
        IntStream.range(0, 9).forEach(account -> sessions(account, 8, 60, 2));
        InterchangeabilityLikelihood.Verdict verdict = play(0);
        assertThat(verdict.evidence()).isZero();
        assertThat(verdict.alone()).containsOnly(0);
    }

    @Test
    void aClockThatGoesBackBeginsNoDayAnew() {
        MemberSums habits = new MemberSums(1, 0);
        for (int second : new int[] {100, DAY + 5, DAY - 5, DAY + 9}) {
            habits.add(0, second, new float[MemberSums.TOPICS]);
        }
        assertThat(habits.dispersion(0, 4, 2 * DAY)).isCloseTo((1 + 9) / 4.0 - 4 / (1.5 + 9.0 / DAY), within(1e-9));
    }

    @Test
    void whatIsKnownStaysWhenOthersJoin() {
        MemberSums habits = new MemberSums(2, 0);
        float[] topic = new float[MemberSums.TOPICS];
        topic[3] = 1;
        habits.add(0, 100, topic);
        habits.add(0, 200, topic);
        habits.add(1, 300, topic);
        habits.grow(4, new int[] {1, 3}, 500);
        assertThat(habits.gaps(1)).isEqualTo(1);
        assertThat(habits.tempo(1)).isCloseTo(Math.log(100), within(1e-9));
        assertThat(habits.texts(3)).isEqualTo(1);
        assertThat(habits.within(1)).isCloseTo(1, within(1e-6));
        assertThat(habits.gaps(0) + habits.texts(2)).isZero();
        assertThat(habits.watched(0, 5000)).isEqualTo(4500);
    }
}
