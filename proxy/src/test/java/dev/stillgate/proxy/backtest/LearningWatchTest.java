package dev.stillgate.proxy.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LearningWatchTest {
    private static final long HOUR = 3_600_000;

    private double learnt;
    private int looks;

    private final LearningWatch watch = new LearningWatch(
            () -> {
                looks++;
                return learnt;
            },
            HOUR / 2);

    @Test
    @DisplayName("newcomer F5: the hour of sufficient learning is recorded, with one check per hour")
    void hourOfLearningIsRecorded() {
        for (int second = 0; second < 3 * 3_600; second++) {
            watch.at(HOUR / 2 + second * 1000L);
        }
        assertThat(looks).isEqualTo(3);
        assertThat(watch.hour()).isEqualTo(LearningWatch.NEVER);
        learnt = 1;
        watch.at(HOUR / 2 + 4 * HOUR);
        learnt = 0;
        watch.at(HOUR / 2 + 5 * HOUR);
        assertThat(watch.hour()).isEqualTo(4);
    }

    @Test
    @DisplayName("newcomer F5: nothing is recorded without a filter that learns")
    void nothingIsRecordedWithoutALearningFilter() {
        learnt = Double.NaN;
        watch.at(10 * HOUR);
        assertThat(watch.hour()).isEqualTo(LearningWatch.NOTHING);
    }
}
