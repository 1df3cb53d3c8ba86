package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

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

    private List<HoldoutGroup> after(HoldoutGroup group, IntPredicate flagged) {
        List<HoldoutGroup> next = new ArrayList<>();
        AnalysisRound round = new AnalysisRound(scene.analyst.table(), Scene.SETTINGS, flagged, NOW);
        assertThat(round.test(group, next)).isNull();
        return next;
    }

    /** Two actors in one group mask each other; when one is flagged, the other is tested without it. */
    @Test
    void groupIsRetriedWithoutFlaggedAccounts() {
        HoldoutGroup group = new HoldoutGroup(GROUP, SharedKey.SHAPE, NOW);
        assertThat(after(group, account -> account < 12)).singleElement().satisfies(rest -> {
            assertThat(rest.accounts).containsExactly(IntStream.range(12, 30).toArray());
            assertThat(rest.isRemainder()).isTrue();
            assertThat(after(rest, account -> account < 20)).isEmpty();
        });
        assertThat(group.isClosed()).isFalse();
        assertThat(after(group, account -> false)).isEmpty();
        assertThat(after(group, account -> account != 0)).isEmpty();
    }

    /** A group that differs by one account is another group if that account masked the others. */
    @Test
    void groupIsRetriedWithoutTheBurstyAccount() {
        HoldoutGroup group = new HoldoutGroup(GROUP, SharedKey.SHAPE, NOW);
        List<int[]> begun = new ArrayList<>();
        for (int turn = 0; turn < 5 * GROUP.length; turn++) {
            begun.add(new int[] {turn % GROUP.length, turn * 550 + turn * 7919 % 300});
        }
        for (int k = 0; k < 30; k++) {
            begun.add(new int[] {0, 14_400 * (1 + k / 10) + k % 10 * 50});
        }
        begun.sort(Comparator.comparingInt(each -> each[1]));
        begun.forEach(each -> begin(group, each[0], each[1]));
        assertThat(after(group, account -> false))
                .singleElement()
                .satisfies(remaining -> assertThat(remaining.accounts)
                        .containsExactly(IntStream.range(1, 30).toArray()));
        assertThat(group.isClosed()).isTrue();
    }

    private static void begin(HoldoutGroup group, int account, int second) {
        Observation seen = Seen.prompt("a", (NOW + second) * 1000L);
        seen.prompt.text = 1 + second;
        group.observe(account, seen, true, NOW + second);
    }
}
