package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.DaemonTimer.TaskQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TaskQueueTest {
    private final TaskQueue queue = new TaskQueue();

    @AfterEach
    void close() {
        queue.close();
    }

    @Test
    void tasksRunInOrderOnOneDaemonThread() throws InterruptedException {
        List<Integer> seen = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            int number = i;
            assertThat(queue.offer(() -> {
                        seen.add(number);
                        threads.add(Thread.currentThread());
                        done.countDown();
                    }))
                    .isTrue();
        }
        done.await();
        assertThat(seen).isEqualTo(IntStream.range(0, 100).boxed().toList());
        assertThat(threads).containsOnly(threads.getFirst());
        assertThat(threads.getFirst().isDaemon()).isTrue();
        assertThat(threads.getFirst()).isNotSameAs(Thread.currentThread());
    }

    @Test
    void fullQueueRejectsTasksUntilItHasCapacity() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        queue.offer(() -> {
            begun.countDown();
            awaitQuietly(goOn);
        });
        begun.await();
        for (int i = 0; i < TaskQueue.MOST; i++) {
            assertThat(queue.offer(runs::incrementAndGet)).isTrue();
        }
        assertThat(queue.offer(runs::incrementAndGet)).isFalse();
        CountDownLatch last = new CountDownLatch(1);
        goOn.countDown();
        while (!queue.offer(last::countDown)) {
            Thread.onSpinWait();
        }
        last.await();
        assertThat(runs).hasValue(TaskQueue.MOST);
    }

    @RepeatedTest(20)
    void acceptedTasksRunOnceWhileClosing() throws InterruptedException {
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger runs = new AtomicInteger();
        List<Thread> loops = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            loops.add(Thread.ofPlatform().start(() -> {
                while (queue.offer(runs::incrementAndGet)) {
                    taken.incrementAndGet();
                    if (taken.get() > 4_000) {
                        Thread.yield();
                    }
                }
            }));
        }
        while (taken.get() < 100) {
            Thread.onSpinWait();
        }
        queue.close();
        for (Thread loop : loops) {
            loop.join();
        }
        assertThat(runs).hasValue(taken.get());
        assertThat(queue.offer(runs::incrementAndGet)).isFalse();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
