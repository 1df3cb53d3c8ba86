package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.candidate.CandidateGroup;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.HoldoutGroup;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnalysisRoundTest {
    private static final int NOW = (int) (Scene.BEGIN / 1000 + 86_400);
    private static final int[] GROUP = IntStream.range(0, 30).toArray();

    private final Scene scene =
            new Scene().seen(3, IntStream.range(0, 30).mapToObj(i -> "a-" + i).toArray(String[]::new));

    private List<HoldoutGroup> after(HoldoutGroup trial, IntPredicate caught) {
        List<HoldoutGroup> next = new ArrayList<>();
        AnalysisRound round = new AnalysisRound(scene.analyst.table(), Scene.SETTINGS, caught, NOW);
        assertThat(round.judge(trial, next)).isNull();
        return next;
    }

    /** Two actors of one group each hide the pace of the other: when one is caught, who is left is looked at without it. */
    @Test
    void aGroupThatShowsNothingIsTriedWithoutThoseOfItWhoWereCaught() {
        HoldoutGroup trial = new HoldoutGroup(GROUP, SharedKey.SHAPE, false, NOW);
        assertThat(after(trial, account -> account < 12)).singleElement().satisfies(rest -> {
            assertThat(rest.accounts).containsExactly(IntStream.range(12, 30).toArray());
            assertThat(rest.isRest()).isTrue();
            assertThat(after(rest, account -> account < 20)).isEmpty();
        });
        assertThat(trial.isOver()).isFalse();
        assertThat(after(trial, account -> false)).isEmpty();
        assertThat(after(trial, account -> account != 0)).isEmpty();
        assertThat(after(
                        HoldoutGroup.of(new CandidateGroup(GROUP, SharedKey.SYSTEM, false, 7), NOW),
                        account -> account < 12))
                .isEmpty();
    }

    /** Nearly the same group is another one when whoever is left out hid the others. */
    @Test
    void aGroupIsTriedWithoutTheOneWhoComesInBursts() {
        HoldoutGroup trial = new HoldoutGroup(GROUP, SharedKey.SHAPE, false, NOW);
        List<int[]> begun = new ArrayList<>();
        for (int turn = 0; turn < 5 * GROUP.length; turn++) {
            begun.add(new int[] {turn % GROUP.length, turn * 550 + turn * 7919 % 300});
        }
        for (int k = 0; k < 30; k++) {
            begun.add(new int[] {0, 14_400 * (1 + k / 10) + k % 10 * 50});
        }
        begun.sort(Comparator.comparingInt(each -> each[1]));
        begun.forEach(each -> begin(trial, each[0], each[1]));
        assertThat(after(trial, account -> false))
                .singleElement()
                .satisfies(calm -> assertThat(calm.accounts)
                        .containsExactly(IntStream.range(1, 30).toArray()));
        assertThat(trial.isOver()).isTrue();
    }

    private static void begin(HoldoutGroup trial, int account, int second) {
        Observation seen = Seen.prompt("a", (NOW + second) * 1000L);
        seen.prompt.text = 1 + second;
        trial.observe(account, seen, true, NOW + second);
    }
}
