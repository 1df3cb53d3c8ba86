package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackgroundRunnerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private final FakeTicker ticker = new FakeTicker();
    private final FakeMeters meters = new FakeMeters();
    private final AtomicInteger stopped = new AtomicInteger();
    private final BackgroundRunner runner = new BackgroundRunner(
            (period, task) -> {
                ticker.every(period, task);
                return stopped::incrementAndGet;
            },
            meters,
            ticker);
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void tasksRunFromActivationToRetirement() {
        runner.of("f").every(SECOND, runs::incrementAndGet);
        ticker.advance(SECOND.multipliedBy(5));
        assertThat(runs).as("not active yet").hasValue(0);
        runner.start();
        runner.start();
        ticker.advance(SECOND.multipliedBy(3));
        assertThat(runs).hasValue(3);
        runner.stop();
        assertThat(stopped).hasValue(1);
        ticker.advance(SECOND.multipliedBy(3));
        assertThat(runs).hasValue(3);
    }

    @Test
    void tasksStartIfAddedWhileRunningButNotAfterwards() {
        runner.start();
        runner.of("f").every(SECOND, runs::incrementAndGet);
        ticker.advance(SECOND);
        assertThat(runs).hasValue(1);
        runner.stop();
        runner.of("f").every(SECOND, runs::incrementAndGet);
        runner.start();
        ticker.advance(SECOND);
        assertThat(runs).hasValue(1);
    }

    @Test
    void failedRunIsCountedAndLaterRunsContinue() {
        runner.of("f").every(SECOND, () -> {
            if (runs.incrementAndGet() < 3) {
                throw new NoClassDefFoundError("test");
            }
        });
        runner.start();
        ticker.advance(SECOND.multipliedBy(4));
        assertThat(runs).hasValue(4);
        assertThat(meters.counted("stillgate.filter.background.failures", "filter", "f"))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT876000000H"})
    void aPeriodOutOfBoundsIsRefused(Duration period) {
        assertThatThrownBy(() -> runner.of("f").every(period, () -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("background period");
    }

    @Test
    @Timeout(30)
    void daemonTimerRepeatsUntilStopped() throws InterruptedException {
        try (DaemonTimer timer = new DaemonTimer()) {
            AtomicReference<Thread> thread = new AtomicReference<>();
            Runnable stop = timer.every(Duration.ofMillis(1), () -> {
                thread.set(Thread.currentThread());
                runs.incrementAndGet();
            });
            awaitRuns(timer, 3);
            stop.run();
            awaitRuns(timer, 1); // a run in progress has finished
            int before = runs.get();
            assertThat(before).isPositive();
            assertThat(thread.get().isDaemon()).isTrue();
            assertThat(thread.get().getName()).isEqualTo("stillgate-background");
            awaitRuns(timer, 5);
            assertThat(runs).hasValue(before);
        }
    }

    /** Waits for a number of runs of another task with the same thread and period. */
    private static void awaitRuns(DaemonTimer timer, int times) throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(times);
        Runnable stop = timer.every(Duration.ofMillis(1), latch::countDown);
        latch.await();
        stop.run();
    }

    @Test
    @Timeout(30)
    void closedTimerHasFinishedAndRunsNewTasksInline() {
        DaemonTimer timer = new DaemonTimer();
        for (int i = 0; i < 100; i++) {
            timer.execute(runs::incrementAndGet);
        }
        timer.close();
        assertThat(runs).hasValue(100);
        timer.execute(runs::incrementAndGet);
        assertThat(runs).hasValue(101);
    }
}
