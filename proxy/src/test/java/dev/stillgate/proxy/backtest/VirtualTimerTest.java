package dev.stillgate.proxy.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimerTest {
    private final VirtualClock clock = new VirtualClock(1_000);
    private final VirtualTimer timer = new VirtualTimer(clock);
    private final List<String> ran = new ArrayList<>();

    private Runnable noting(String name) {
        return () -> ran.add(name + "@" + clock.millis());
    }

    private void until(long millis) {
        while (timer.nextDue() <= VirtualClock.nanos(millis)) {
            clock.advance(timer.nextDue());
            timer.runNext();
        }
    }

    @Test
    void tasksRunInOrderOfTheirDueTimes() {
        timer.every(Duration.ofSeconds(2), noting("slow"));
        timer.every(Duration.ofSeconds(1), noting("fast"));
        until(5_000);
        assertThat(ran).containsExactly("fast@2000", "slow@3000", "fast@3000", "fast@4000", "slow@5000", "fast@5000");
    }

    @Test
    void stoppedTaskNeverRunsAgain() {
        Runnable stop = timer.every(Duration.ofSeconds(1), noting("other"));
        Runnable[] own = new Runnable[1];
        own[0] = timer.every(Duration.ofSeconds(1), () -> {
            noting("once").run();
            own[0].run();
            stop.run();
        });
        until(10_000);
        assertThat(ran).containsExactly("other@2000", "once@2000");
        assertThat(timer.nextDue()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shortPeriodIsRaisedToTheMinimum() {
        timer.every(Duration.ofNanos(1), noting("quick"));
        until(1_350);
        assertThat(ran).containsExactly("quick@1100", "quick@1200", "quick@1300");
    }
}
