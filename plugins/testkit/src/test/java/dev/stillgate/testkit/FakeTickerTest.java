package dev.stillgate.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FakeTickerTest {
    @Test
    void runsBackgroundTasksAtTheirTimeInOrder() {
        FakeTicker ticker = new FakeTicker();
        long start = ticker.millis();
        List<String> ran = new ArrayList<>();
        ticker.every(Duration.ofSeconds(2), () -> ran.add("two@" + (ticker.millis() - start)));
        ticker.every(Duration.ofSeconds(3), () -> ran.add("three@" + (ticker.millis() - start)));
        ticker.advance(Duration.ofSeconds(5));
        assertThat(ran).containsExactly("two@2000", "three@3000", "two@4000");
        assertThat(ticker.millis() - start).isEqualTo(5000);
    }

    @Test
    void aJumpOfTheWallClockLeavesTheMonotonicClockAlone() {
        FakeTicker ticker = new FakeTicker();
        long nanos = ticker.nanos();
        ticker.jumpWallClock(Duration.ofHours(-1));
        assertThat(ticker.nanos()).isEqualTo(nanos);
    }
}
