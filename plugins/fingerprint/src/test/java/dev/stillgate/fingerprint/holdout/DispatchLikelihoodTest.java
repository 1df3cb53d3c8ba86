package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.fingerprint.analysis.DispatchScenario;
import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.stats.EventTimes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Dispatched work against sessions of unrelated users. */
final class DispatchLikelihoodTest extends DispatchScenario {
    @Test
    void roundRobinIsDetectedForAnyRhythm() {
        dispatch(shares(true), true);
        DispatchLikelihood.Result result = DispatchLikelihood.of(play());
        assertThat(result.roundRobinLogRatio()).isGreaterThan(50);
        assertThat(result.evidence()).isGreaterThan(20);
        assertThat(Arrays.stream(result.perAccountLogRatio()).allMatch(ratio -> ratio > 0))
                .isTrue();
        assertThat(result.isFutile()).isFalse();
    }

    /** Unrelated followers do not change the result of the group, and are rejected one by one. */
    @Test
    void followersAreTestedOneByOne() {
        dispatch(shares(true), true);
        exchanges.removeIf(each -> each[0] >= 12);
        for (int times = 0; times < 4; times++) {
            IntStream.range(12, ACCOUNTS).forEach(this::sessions);
        }
        assertThat(DispatchLikelihood.of(play()).evidence()).isNegative();
        HoldoutGroup group = new HoldoutGroup(IntStream.range(0, 10).toArray(), SharedKey.CLIENT, FIRST);
        group.follow(IntStream.range(10, ACCOUNTS).toArray());
        DispatchLikelihood.Result result = DispatchLikelihood.of(replayed(group));
        assertThat(result.evidence()).isGreaterThan(20);
        assertThat(Arrays.stream(result.perAccountLogRatio(), 0, 12)).allMatch(ratio -> ratio > 0);
        assertThat(Arrays.stream(result.perAccountLogRatio(), 12, ACCOUNTS)).allMatch(ratio -> ratio < 0);
        assertThat(result.nonBursty()).hasSizeLessThanOrEqualTo(10);
    }

    /** An agent's steps follow each other closely, whatever starts the conversation; only starts are dispatched. */
    @Test
    void agentsNeedEnoughStartsForFutility() {
        agents(0, 20);
        DispatchLikelihood.Result few = DispatchLikelihood.of(play());
        assertThat(few.expectedPairs()).isGreaterThan(40);
        assertThat(few.independenceLogRatio()).isLessThan(-6);
        assertThat(few.isFutile()).isFalse();
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

    /** One bursty account masks the dispatch of 19 others, so these are tested without it. */
    @Test
    void burstyAccountIsLeftOutEarly() {
        for (int turn = 0; turn < 6 * ACCOUNTS; turn++) {
            exchange(turn % ACCOUNTS, turn * 688.0 + random.nextInt(300), true);
        }
        for (int k = 0; k < 24; k++) {
            exchange(0, 14_400.0 * (1 + k % 3) + k * 50, true);
        }
        DispatchLikelihood.Result result = DispatchLikelihood.of(play());
        assertThat(result.expectedPairs()).isLessThan(40);
        assertThat(result.isFutile()).isTrue();
        assertThat(result.nonBursty())
                .containsExactly(IntStream.range(1, ACCOUNTS).toArray());
    }

    @Test
    void sessionsOfUnrelatedUsersAreRejected() {
        IntStream.range(0, ACCOUNTS).forEach(this::sessions);
        DispatchLikelihood.Result result = DispatchLikelihood.of(play());
        assertThat(result.evidence()).isNegative();
        assertThat(result.isFutile()).isTrue();
        assertThat(Arrays.stream(result.perAccountLogRatio()).noneMatch(ratio -> ratio > 0))
                .isTrue();
    }

    @Test
    void unrelatedAccountsInAGroupHaveNegativeRatios() {
        dispatch(shares(true), true);
        exchanges.removeIf(each -> each[0] < 4);
        IntStream.range(0, 4).forEach(this::sessions);
        DispatchLikelihood.Result result = DispatchLikelihood.of(play());
        for (int account = 0; account < ACCOUNTS; account++) {
            assertThat(result.perAccountLogRatio()[account] > 0).isEqualTo(account >= 4);
        }
    }

    @Test
    void scheduledJobsAreNotTested() {
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int hour = 0; hour < DAYS * 24; hour++) {
                exchange(account, hour * 3600.0 + account * 170, true);
            }
        }
        HoldoutGroup group = play();
        assertThat(IntStream.range(0, ACCOUNTS)).allMatch(group::isScheduled);
        assertThat(DispatchLikelihood.of(group).evidence()).isCloseTo(0, within(1e-9));
    }

    /**
     * Starts fifteen conversations at once, three times a day in each account.
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
    void batchIsScheduledOnlyAtTheSameMinutes() {
        HoldoutGroup people = bursts(false);
        assertThat(IntStream.range(0, ACCOUNTS).filter(people::isScheduled)).hasSizeLessThan(ACCOUNTS / 10);
        exchanges.clear();
        assertThat(IntStream.range(0, ACCOUNTS)).allMatch(bursts(true)::isScheduled);
    }

    @Test
    void laterMemberIsComparedFromItsJoinOn() {
        dispatch(shares(true), false);
        int later = FIRST + 3 * DAY;
        exchanges.removeIf(each -> each[0] >= 15 && each[1] < later);
        exchanges.sort(Comparator.comparingInt(each -> each[1]));
        HoldoutGroup group = new HoldoutGroup(IntStream.range(0, 15).toArray(), SharedKey.CLIENT, FIRST);
        for (int[] each : exchanges) {
            if (each[1] >= later && group.accounts.length == 15) {
                group.join(15, 16, 17, 18, 19);
            }
            Observation seen = Seen.prompt("a", each[1] * 1000L);
            seen.prompt.text = random.nextLong();
            group.observe(each[0], seen, true, each[1]);
        }
        int[] late = {15, 16, 17, 18, 19};
        double observed = DispatchLikelihood.observedPairs(group.starts(), 1, late);
        assertThat(observed).isGreaterThan(100);
        assertThat(DispatchLikelihood.expectedPairs(group.starts(), 1, late))
                .isCloseTo(observed, within(0.25 * observed));
        DispatchLikelihood.Result result = DispatchLikelihood.of(group);
        assertThat(result.evidence()).isPositive();
        assertThat(result.equalSharesLogRatio())
                .as("equal shares since the join")
                .isGreaterThan(10);
        assertThat(Arrays.stream(result.perAccountLogRatio()).allMatch(ratio -> ratio > 0))
                .isTrue();
    }

    /** With two conversations of an account a day there are no coincidences within ten minutes. */
    @Test
    void sparseTrafficIsTestedAtLongerScales() {
        IntStream.range(0, ACCOUNTS * DAYS * 3)
                .forEach(any -> exchange(random.nextInt(ACCOUNTS), random.nextInt(DAYS * DAY), true));
        HoldoutGroup dealt = play();
        int[] all = IntStream.range(0, ACCOUNTS).toArray();
        assertThat(DispatchLikelihood.expectedPairs(dealt.requests(), 0, all)).isLessThan(DispatchLikelihood.MIN_PAIRS);
        assertThat(DispatchLikelihood.of(dealt).independenceLogRatio()).isBetween(0.5, Math.log(100));
        exchanges.clear();
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int day = 0; day < DAYS; day++) {
                double at = day * DAY + random.nextInt(20 * 3600);
                for (int k = 0; k < 3; k++) {
                    exchange(account, at + k * 4000, true);
                }
            }
        }
        assertThat(DispatchLikelihood.of(play()).independenceLogRatio()).isLessThan(-3);
    }

    @Test
    void groupIsTestedAgainAfterEnoughNewData() {
        HoldoutGroup group = new HoldoutGroup(new int[] {3}, SharedKey.CLIENT, FIRST);
        assertThat(group.hasNewData()).isFalse();
        for (int k = 0; k < 64; k++) {
            group.observe(3, Seen.prompt("a", FIRST * 1000L), true, FIRST + 700 * k);
        }
        assertThat(group.hasNewData()).isTrue();
        assertThat(group.hasNewData()).isFalse();
        for (int k = 64; k < 67; k++) {
            assertThat(group.hasNewData()).isFalse();
            group.observe(3, Seen.prompt("a", FIRST * 1000L), true, FIRST + 700 * k);
        }
        assertThat(group.hasNewData()).isTrue();
    }

    @Test
    void repeatedRequestCountsOnce() {
        HoldoutGroup group = new HoldoutGroup(new int[] {3}, SharedKey.CLIENT, FIRST);
        Observation seen = Seen.prompt("a", FIRST * 1000L);
        seen.prompt.text = 5;
        group.observe(3, seen, true, FIRST);
        group.observe(3, seen, true, FIRST + 1);
        assertThat(group.starts().count(0)).isEqualTo(1);
        group.observe(3, seen, true, FIRST + 3600);
        assertThat(group.starts().count(0)).isEqualTo(2);
    }

    @Test
    void correlatedPairDoesNotAffectTheOthers() {
        EventTimes times = new EventTimes(4, 3600);
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
        all.forEach(each -> times.add(each[0], each[1]));
        double chance = times.pairs(2) / 4000;
        assertThat(times.expectedPairs(0, 2)).isCloseTo(chance, within(0.15 * chance));
    }

    /** As with a service that sends one request a night for each customer, so no account coincides with itself. */
    @Test
    void onceANightIsNotRoundRobin() {
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int day = 0; day < 3; day++) {
                exchange(account, day * 86_400 + 600 * random.nextDouble(), true);
            }
        }
        HoldoutGroup group = play();
        assertThat(IntStream.range(0, ACCOUNTS).filter(group::isScheduled).count())
                .as("scheduled after three nights")
                .isLessThan(ACCOUNTS / 2);
        assertThat(DispatchLikelihood.of(group).evidence()).isLessThan(1);
    }
}
