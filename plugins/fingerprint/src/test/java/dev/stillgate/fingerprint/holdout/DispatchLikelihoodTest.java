package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.fingerprint.analysis.DealtWork;
import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.candidate.CandidateGroup;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.stats.EventTimes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a trial shows of who is dealt his work and of who goes about his own. */
final class DispatchLikelihoodTest extends DealtWork {
    @Test
    void turnsThatAreTakenAreSeenWhateverTheRhythm() {
        deals(shares(true), true);
        DispatchLikelihood.Verdict verdict = DispatchLikelihood.of(play());
        assertThat(verdict.turns()).isGreaterThan(50);
        assertThat(verdict.evidence()).isGreaterThan(20);
        assertThat(Arrays.stream(verdict.alone()).allMatch(ratio -> ratio > 0)).isTrue();
        assertThat(verdict.isHopeless()).isFalse();
    }

    /** Strangers who come to a group leave it what it is, and are seen to be none of it. */
    @Test
    void whoFollowsIsAskedByHimself() {
        deals(shares(true), true);
        exchanges.removeIf(each -> each[0] >= 12);
        for (int times = 0; times < 4; times++) {
            IntStream.range(12, ACCOUNTS).forEach(this::sessions);
        }
        assertThat(DispatchLikelihood.of(play()).evidence()).isNegative();
        HoldoutGroup trial = new HoldoutGroup(IntStream.range(0, 10).toArray(), SharedKey.CLIENT, false, FIRST);
        trial.follow(FIRST, IntStream.range(10, ACCOUNTS).toArray());
        DispatchLikelihood.Verdict verdict = DispatchLikelihood.of(played(trial));
        assertThat(verdict.evidence()).isGreaterThan(20);
        assertThat(Arrays.stream(verdict.alone(), 0, 12)).allMatch(ratio -> ratio > 0);
        assertThat(Arrays.stream(verdict.alone(), 12, ACCOUNTS)).allMatch(ratio -> ratio < 0);
        assertThat(verdict.calm()).hasSizeLessThanOrEqualTo(10);
    }

    /** The steps of an agent follow each other at once, whoever it works for; only what begins is dealt out. */
    @Test
    void agentsAreNotGivenUpBeforeEnoughOfTheirWorkHasBegun() {
        agents(0, 20);
        DispatchLikelihood.Verdict few = DispatchLikelihood.of(play());
        assertThat(few.pairs()).isGreaterThan(40);
        assertThat(few.memoryless()).isLessThan(-6);
        assertThat(few.isHopeless()).isFalse();
        agents(20, 400);
        assertThat(DispatchLikelihood.of(play()).evidence()).isGreaterThan(20);
    }

    private void agents(int from, int to) {
        for (int turn = from; turn < to; turn++) {
            double at = turn * 1200.0 + random.nextInt(800);
            for (int step = 0; step < 12; step++) {
                exchange(turn % ACCOUNTS, at + step * 30, step == 0);
            }
        }
    }

    /** Of 19 who are dealt their work evenly nothing is seen beside one who comes in bursts, so they are tried without that one. */
    @Test
    void oneWhoComesInBurstsIsLeftOutEarly() {
        for (int turn = 0; turn < 6 * ACCOUNTS; turn++) {
            exchange(turn % ACCOUNTS, turn * 688.0 + random.nextInt(300), true);
        }
        for (int k = 0; k < 24; k++) {
            exchange(0, 14_400.0 * (1 + k % 3) + k * 50, true);
        }
        DispatchLikelihood.Verdict verdict = DispatchLikelihood.of(play());
        assertThat(verdict.pairs()).isLessThan(40);
        assertThat(verdict.isHopeless()).isTrue();
        assertThat(verdict.calm()).containsExactly(IntStream.range(1, ACCOUNTS).toArray());
    }

    @Test
    void whoComesBackToWorkOfHisOwnIsAStranger() {
        IntStream.range(0, ACCOUNTS).forEach(this::sessions);
        DispatchLikelihood.Verdict verdict = DispatchLikelihood.of(play());
        assertThat(verdict.evidence()).isNegative();
        assertThat(verdict.isHopeless()).isTrue();
        assertThat(Arrays.stream(verdict.alone()).noneMatch(ratio -> ratio > 0)).isTrue();
    }

    @Test
    void strangersWhoPourDealtWorkAreNoMembers() {
        deals(shares(true), true);
        exchanges.removeIf(each -> each[0] < 4);
        IntStream.range(0, 4).forEach(this::sessions);
        DispatchLikelihood.Verdict verdict = DispatchLikelihood.of(play());
        for (int account = 0; account < ACCOUNTS; account++) {
            assertThat(verdict.alone()[account] > 0).isEqualTo(account >= 4);
        }
    }

    @Test
    void jobsThatFollowAClockAreNoSeats() {
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int hour = 0; hour < DAYS * 24; hour++) {
                exchange(account, hour * 3600.0 + account * 170, true);
            }
        }
        HoldoutGroup trial = play();
        assertThat(IntStream.range(0, ACCOUNTS)).allMatch(trial::isClockwork);
        assertThat(DispatchLikelihood.of(trial).evidence()).isCloseTo(0, within(1e-9));
    }

    /**
     * Lets every account begin fifteen things at once, three times a day.
     *
     * @param clock whether at the same minute each time
     */
    private HoldoutGroup bursts(boolean clock) {
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int burst = 0; burst < DAYS * 3; burst++) {
                double minute = clock ? 7 : 60 * random.nextDouble();
                for (int k = 0; k < 15; k++) {
                    exchange(account, burst * 8 * 3600.0 + minute * 60 + k * 4, true);
                }
            }
        }
        return play();
    }

    @Test
    void whatIsBegunAtOnceIsNoScheduleUnlessItComesAtTheSameMinutes() {
        HoldoutGroup people = bursts(false);
        assertThat(IntStream.range(0, ACCOUNTS).filter(people::isClockwork)).hasSizeLessThan(ACCOUNTS / 10);
        exchanges.clear();
        assertThat(IntStream.range(0, ACCOUNTS)).allMatch(bursts(true)::isClockwork);
    }

    @Test
    void whoComesLaterIsComparedWithWhatTheOthersDidSinceThen() {
        deals(shares(true), false);
        int later = FIRST + 3 * DAY;
        exchanges.removeIf(each -> each[0] >= 15 && each[1] < later);
        exchanges.sort(Comparator.comparingInt(each -> each[1]));
        HoldoutGroup trial = new HoldoutGroup(IntStream.range(0, 15).toArray(), SharedKey.CLIENT, false, FIRST);
        for (int[] each : exchanges) {
            if (each[1] >= later && trial.accounts.length == 15) {
                trial.join(later, 15, 16, 17, 18, 19);
            }
            Observation seen = Seen.prompt("a", each[1] * 1000L);
            seen.prompt.text = random.nextLong();
            trial.observe(each[0], seen, true, each[1]);
        }
        int[] late = {15, 16, 17, 18, 19};
        double observed = DispatchLikelihood.observed(trial.begun(), 1, late);
        assertThat(observed).isGreaterThan(100);
        assertThat(DispatchLikelihood.expected(trial.begun(), 1, late)).isCloseTo(observed, within(0.25 * observed));
        DispatchLikelihood.Verdict verdict = DispatchLikelihood.of(trial);
        assertThat(verdict.evidence()).isPositive();
        assertThat(verdict.shares()).as("equal shares of what was done since").isGreaterThan(10);
        assertThat(Arrays.stream(verdict.alone()).allMatch(ratio -> ratio > 0)).isTrue();
    }

    /** Two conversations a day of each account: in ten minutes nobody meets anybody. */
    @Test
    void whereLittleHappensAnHourAndSixAreLookedAt() {
        IntStream.range(0, ACCOUNTS * DAYS * 3)
                .forEach(any -> exchange(random.nextInt(ACCOUNTS), random.nextInt(DAYS * DAY), true));
        HoldoutGroup dealt = play();
        int[] all = IntStream.range(0, ACCOUNTS).toArray();
        assertThat(DispatchLikelihood.expected(dealt.asked(), 0, all)).isLessThan(DispatchLikelihood.LEAST_PAIRS);
        assertThat(DispatchLikelihood.of(dealt).memoryless()).isBetween(0.5, Math.log(100));
        exchanges.clear();
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int day = 0; day < DAYS; day++) {
                double at = day * DAY + random.nextInt(20 * 3600);
                for (int k = 0; k < 3; k++) {
                    exchange(account, at + k * 4000, true);
                }
            }
        }
        assertThat(DispatchLikelihood.of(play()).memoryless()).isLessThan(-3);
    }

    @Test
    void ofATemplateOnlyWhatIsDoneWithItCounts() {
        HoldoutGroup trial = HoldoutGroup.of(
                new CandidateGroup(new int[] {3}, SharedKey.SYSTEM, false, Observation.kept(5L << 40)), FIRST);
        Observation seen = Seen.prompt("a", FIRST * 1000L);
        seen.prompt.system = 9L << 40;
        trial.observe(3, seen, true, FIRST);
        assertThat(trial.begun().count(0)).isZero();
        seen.prompt.system = 5L << 40;
        trial.observe(3, seen, true, FIRST);
        assertThat(trial.begun().count(0)).isEqualTo(1);
    }

    @Test
    void aTrialIsJudgedWhenEnoughHasHappenedSinceItWas() {
        HoldoutGroup trial = new HoldoutGroup(new int[] {3}, SharedKey.CLIENT, false, FIRST);
        assertThat(trial.hasNews()).isFalse();
        for (int k = 0; k < 64; k++) {
            trial.observe(3, Seen.prompt("a", FIRST * 1000L), true, FIRST + 700 * k);
        }
        assertThat(trial.hasNews()).isTrue();
        assertThat(trial.hasNews()).isFalse();
        for (int k = 64; k < 67; k++) {
            assertThat(trial.hasNews()).isFalse();
            trial.observe(3, Seen.prompt("a", FIRST * 1000L), true, FIRST + 700 * k);
        }
        assertThat(trial.hasNews()).isTrue();
    }

    @Test
    void theSameRequestAgainCountsOnce() {
        HoldoutGroup trial = new HoldoutGroup(new int[] {3}, SharedKey.CLIENT, false, FIRST);
        Observation seen = Seen.prompt("a", FIRST * 1000L);
        seen.prompt.text = 5;
        trial.observe(3, seen, true, FIRST);
        trial.observe(3, seen, true, FIRST + 1);
        assertThat(trial.begun().count(0)).isEqualTo(1);
        trial.observe(3, seen, true, FIRST + 3600);
        assertThat(trial.begun().count(0)).isEqualTo(2);
    }

    @Test
    void twoWhoAreAlwaysAtWorkTogetherChangeNothingForTheOthers() {
        EventTimes occasions = new EventTimes(4, 3600);
        List<int[]> all = new ArrayList<>();
        for (int hour = 0; hour < 4000; hour++) {
            if (hour % 24 == 3) {
                for (int k = 0; k < 20; k++) {
                    all.add(new int[] {0, hour * 3600 + k});
                    all.add(new int[] {1, hour * 3600 + k});
                }
            }
            for (int member = 2; member < 4; member++) {
                if (random.nextInt(3) == 0) {
                    all.add(new int[] {member, hour * 3600 + 60});
                    if (random.nextInt(3) == 0) {
                        all.add(new int[] {member, hour * 3600 + 90});
                    }
                }
            }
        }
        all.forEach(each -> occasions.add(each[0], each[1]));
        double chance = occasions.pairs(2) / 4000;
        assertThat(occasions.expected(0, 2)).isCloseTo(chance, within(0.15 * chance));
    }

    /** As a service that asks once for each of its customers, whose accounts so never meet themselves. */
    @Test
    void oneThingInTheSameMinutesOfThreeNightsIsNoTakingOfTurns() {
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int day = 0; day < 3; day++) {
                exchange(account, day * 86_400 + 600 * random.nextDouble(), true);
            }
        }
        HoldoutGroup trial = play();
        assertThat(IntStream.range(0, ACCOUNTS).filter(trial::isClockwork).count())
                .as("known by the minute in so few nights")
                .isLessThan(ACCOUNTS / 2);
        assertThat(DispatchLikelihood.of(trial).evidence()).isLessThan(1);
    }
}
