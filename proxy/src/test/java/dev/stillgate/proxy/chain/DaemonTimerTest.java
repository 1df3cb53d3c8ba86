package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads of blocking and non-blocking tasks. */
class DaemonTimerTest {
    private static final Duration PERIOD = Duration.ofMillis(1);

    @Test
    @Timeout(30)
    @DisplayName("plugins 9: a blocking task does not delay non-blocking tasks")
    void blockingTaskDoesNotDelayNonBlockingOnes() throws InterruptedException {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch disk = new CountDownLatch(1);
        CountDownLatch prompt = new CountDownLatch(5);
        CountDownLatch behind = new CountDownLatch(1);
        try (DaemonTimer timer = new DaemonTimer()) {
            timer.every(PERIOD, () -> {
                hangs.countDown();
                await(disk);
            });
            hangs.await();
            timer.every(PERIOD, behind::countDown);
            timer.everyNonBlocking(PERIOD, prompt::countDown);
            prompt.await();
            assertThat(behind.getCount()).isEqualTo(1);
            disk.countDown();
            assertThat(behind.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
