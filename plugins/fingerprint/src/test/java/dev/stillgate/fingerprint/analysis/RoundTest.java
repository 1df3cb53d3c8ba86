package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundTest {
    private static final int NOW = (int) (Scene.BEGIN / 1000 + 86_400);
    private static final int[] GROUP = IntStream.range(0, 30).toArray();

    private final Scene scene =
            new Scene().seen(3, IntStream.range(0, 30).mapToObj(i -> "a-" + i).toArray(String[]::new));

    private List<Trial> after(Trial trial, IntPredicate caught) {
        List<Trial> next = new ArrayList<>();
        Round round = new Round(scene.analyst.table(), Scene.SETTINGS, caught, NOW);
        assertThat(round.judge(trial, next)).isNull();
        return next;
    }

    /** Two actors of one group each hide the pace of the other: when one is caught, who is left is looked at without it. */
    @Test
    void aGroupThatShowsNothingIsTriedWithoutThoseOfItWhoWereCaught() {
        Trial trial = new Trial(GROUP, SharedKey.SHAPE, false, NOW);
        assertThat(after(trial, account -> account < 12)).singleElement().satisfies(rest -> {
            assertThat(rest.accounts).containsExactly(IntStream.range(12, 30).toArray());
            assertThat(rest.isRest()).isTrue();
            assertThat(after(rest, account -> account < 20)).isEmpty();
        });
        assertThat(trial.isOver()).isFalse();
        assertThat(after(trial, account -> false)).isEmpty();
        assertThat(after(trial, account -> account != 0)).isEmpty();
        assertThat(after(Trial.ofTemplates(GROUP, SharedKey.SYSTEM, NOW, 7), account -> account < 12))
                .isEmpty();
    }
}
