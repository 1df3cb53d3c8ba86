package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.candidate.CandidateGroup;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.HoldoutGroup;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class HoldoutGroupsTest {
    private static final int FIRST = 1_770_000_000;

    /** Accounts from 1000 on are new. */
    private final HoldoutGroups trials = new HoldoutGroups((account, since) -> account >= 1000);

    private static HoldoutGroup of(int from, int to) {
        return new HoldoutGroup(IntStream.range(from, to).toArray(), SharedKey.CLIENT, false, FIRST);
    }

    @Test
    void aboutTheSameAccountsAreNotTriedTwice() {
        assertThat(trials.begin(of(0, 20))).isTrue();
        assertThat(trials.begin(of(0, 20))).isFalse();
        assertThat(trials.begin(of(2, 22))).isFalse();
        assertThat(trials.begin(of(10, 30))).isTrue();
        assertThat(trials.running()).hasSize(2);
    }

    @Test
    void thoseWhoAreLeftOfATrialThatIsOverAreTriedAnew() {
        HoldoutGroup over = of(0, 20);
        trials.begin(over);
        over.close(FIRST);
        assertThat(trials.begin(of(0, 18))).isFalse();
        trials.beginAnew(of(0, 18));
        trials.beginAnew(of(0, 17));
        assertThat(trials.running())
                .hasSize(2)
                .last()
                .satisfies(trial -> assertThat(trial.accounts).hasSize(18));
    }

    @Test
    void thoseOfAGroupWhoWereNotCaughtAreTriedBesideIt() {
        trials.begin(of(0, 20));
        HoldoutGroup rest = HoldoutGroup.ofRest(IntStream.range(0, 18).toArray(), SharedKey.CLIENT, false, FIRST);
        trials.beginAnew(rest);
        trials.beginAnew(HoldoutGroup.ofRest(
                IntStream.concat(IntStream.range(0, 18), IntStream.of(1000)).toArray(),
                SharedKey.CLIENT,
                false,
                FIRST + 3600));
        assertThat(trials.running()).hasSize(2).last().isSameAs(rest);
        assertThat(rest.accounts).hasSize(19).endsWith(1000);
        rest.close(FIRST);
        trials.beginAnew(HoldoutGroup.ofRest(IntStream.range(0, 18).toArray(), SharedKey.CLIENT, false, FIRST + 7200));
        assertThat(trials.running()).filteredOn(trial -> !trial.isOver()).hasSize(1);
    }

    @Test
    void onlyNewAccountsJoinATrialOfAboutTheSame() {
        HoldoutGroup running = of(0, 20);
        trials.begin(running);
        HoldoutGroup named = new HoldoutGroup(
                IntStream.concat(IntStream.range(0, 21), IntStream.of(1000, 1001))
                        .toArray(),
                SharedKey.CLIENT,
                false,
                FIRST + 3600);
        assertThat(trials.begin(named)).isFalse();
        assertThat(running.accounts).hasSize(22).endsWith(19, 1000, 1001);
        trials.observe(1001, Seen.prompt("a", (FIRST + 7200) * 1000L), true);
        assertThat(running.begun().count(21)).isEqualTo(1);
        assertThat(trials.begin(new HoldoutGroup(named.accounts, SharedKey.SHAPE, false, FIRST)))
                .isFalse();
        assertThat(running.accounts).hasSize(22);
    }

    @Test
    void whoIsNamedLikeAGroupThatWasFoundFollowsIt() {
        HoldoutGroup running = of(0, 20);
        trials.begin(running);
        trials.follow(of(7, 30), account -> account < 20);
        assertThat(running.accounts)
                .as("fewer than seven in ten are named again")
                .hasSize(20);
        trials.follow(of(2, 30), account -> account < 10);
        assertThat(running.accounts).as("half of them were caught, and no more").hasSize(20);
        trials.follow(new HoldoutGroup(of(2, 30).accounts, SharedKey.SHAPE, false, FIRST), account -> account < 20);
        assertThat(running.accounts).as("by something else").hasSize(20);
        trials.follow(of(2, 30), account -> account < 11 || account == 25);
        assertThat(running.accounts).hasSize(29).doesNotContain(25);
        assertThat(running.core()).hasSize(20);
        trials.observe(29, Seen.prompt("a", (FIRST + 7200) * 1000L), true);
        assertThat(running.begun().count(running.member(29))).isEqualTo(1);
        trials.follow(of(2, 32), account -> account < 11);
        assertThat(running.core())
                .as("those who follow are not who is followed")
                .hasSize(20);
        assertThat(running.accounts).hasSize(32);
        running.close(FIRST);
        trials.follow(of(2, 40), account -> account < 20);
        assertThat(running.accounts).hasSize(32);
    }

    @Test
    void templatesThatTheSameAccountsUseAreTriedTogether() {
        int[] users = IntStream.range(0, 12).toArray();
        trials.begin(
                HoldoutGroup.of(new CandidateGroup(users, SharedKey.SYSTEM, false, Observation.kept(5L << 40)), FIRST));
        HoldoutGroup both = HoldoutGroup.of(new CandidateGroup(users, SharedKey.SYSTEM, false, kept(5, 9)), FIRST);
        assertThat(trials.begin(both)).as("beside the one template").isTrue();
        asks(3, 11);
        assertThat(both.begun().count(3)).isZero();
        assertThat(trials.begin(HoldoutGroup.of(
                        new CandidateGroup(new int[] {3, 4, 40}, SharedKey.SYSTEM, false, kept(9, 11)), FIRST)))
                .isFalse();
        assertThat(both.accounts).hasSize(13).endsWith(40);
        IntStream.of(5, 9, 11, 13).forEach(system -> asks(3, system));
        assertThat(both.begun().count(3)).isEqualTo(3);
        assertThat(trials.begin(HoldoutGroup.of(
                        new CandidateGroup(new int[] {3, 4, 40}, SharedKey.SYSTEM, false, kept(13, 15)), FIRST)))
                .isTrue();
    }

    private static int[] kept(int... systems) {
        return Arrays.stream(systems)
                .map(system -> Observation.kept((long) system << 40))
                .sorted()
                .toArray();
    }

    private void asks(int account, long system) {
        Observation seen = Seen.prompt("a", FIRST * 1000L);
        seen.prompt.system = system << 40;
        trials.observe(account, seen, true);
    }

    @Test
    void whoeverComesToUseATemplateJoinsItsTrial() {
        HoldoutGroup running = HoldoutGroup.of(
                new CandidateGroup(IntStream.range(0, 12).toArray(), SharedKey.SYSTEM, false, 7), FIRST);
        trials.begin(running);
        assertThat(trials.begin(HoldoutGroup.of(
                        new CandidateGroup(IntStream.range(0, 40).toArray(), SharedKey.SYSTEM, false, 7),
                        FIRST + 3600)))
                .isFalse();
        assertThat(running.accounts).hasSize(40);
        assertThat(trials.begin(HoldoutGroup.of(
                        new CandidateGroup(IntStream.range(0, 12).toArray(), SharedKey.SYSTEM, false, 9), FIRST)))
                .isTrue();
        assertThat(trials.begin(of(0, 12))).isTrue();
    }

    @Test
    void anExchangeCountsInAllTrialsOfItsAccountThatAreNotOver() {
        HoldoutGroup first = of(0, 20);
        HoldoutGroup second = of(10, 30);
        HoldoutGroup over = of(15, 60);
        trials.begin(first);
        trials.begin(second);
        trials.begin(over);
        over.close(FIRST);
        trials.observe(15, Seen.prompt("a", 1_770_000_000_000L), true);
        trials.observe(99, Seen.prompt("b", 1_770_000_000_000L), true);
        assertThat(first.begun().all()).isEqualTo(1);
        assertThat(second.begun().all()).isEqualTo(1);
        assertThat(over.begun().all()).isZero();
    }

    @Test
    void aTrialEndsWhenAnAccountOfItIsForgotten() {
        trials.begin(of(0, 20));
        trials.begin(of(10, 30));
        trials.forget(5, 7);
        assertThat(trials.running())
                .singleElement()
                .satisfies(left -> assertThat(left.accounts[0]).isEqualTo(10));
        assertThat(trials.begin(of(0, 20))).isTrue();
    }

    @Test
    void nobodyMoreIsTakenWhenThereIsNoRoom() {
        HoldoutGroup running = of(0, 20);
        trials.begin(running);
        trials.begin(of(100_000, 199_970));
        trials.follow(of(0, 40), account -> account < 20);
        assertThat(running.accounts).hasSize(30);
        assertThat(trials.begin(HoldoutGroup.of(
                        new CandidateGroup(IntStream.range(0, 12).toArray(), SharedKey.SYSTEM, false, 7), FIRST)))
                .isTrue();
        assertThat(trials.begin(HoldoutGroup.of(
                        new CandidateGroup(IntStream.range(0, 40).toArray(), SharedKey.SYSTEM, false, 7), FIRST)))
                .as("as the other kind has room of its own")
                .isFalse();
        assertThat(trials.running().getLast().accounts).hasSize(40);
        trials.begin(of(0, 1050));
        assertThat(running.accounts).as("no trial ends for it").hasSize(30);
    }

    @Test
    void theOldestEndWhenThereIsNoRoom() {
        for (int k = 0; k < 500; k++) {
            trials.begin(of(k * 20, k * 20 + 20));
        }
        assertThat(trials.running()).hasSize(400);
        assertThat(trials.running().getFirst().accounts[0]).isEqualTo(2000);
        for (int k = 0; k < 4; k++) {
            trials.begin(of(100_000 + k * 40_000, 140_000 + k * 40_000));
        }
        assertThat(trials.running()).hasSizeBetween(2, 3);
        for (int k = 0; k < 500; k++) {
            trials.begin(HoldoutGroup.of(
                    new CandidateGroup(new int[] {k, k + 1}, SharedKey.TOOLS, false, k + 1), FIRST));
        }
        assertThat(trials.running()).hasSizeBetween(402, 403);
    }
}
