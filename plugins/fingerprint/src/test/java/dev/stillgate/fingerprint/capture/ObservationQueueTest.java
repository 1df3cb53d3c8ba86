package dev.stillgate.fingerprint.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A full queue drops and counts items; producers never wait. */
final class ObservationQueueTest {
    private static final int WRITERS = 4;
    private static final int EACH = 50_000;

    @Test
    void itemsKeepTheirOrder() {
        ObservationQueue<Integer> queue = new ObservationQueue<>(5);
        assertThat(queue.capacity()).isEqualTo(8);
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 7; i++) {
                assertThat(queue.offer(i)).isTrue();
            }
            assertThat(queue.size()).isEqualTo(7);
            for (int i = 0; i < 7; i++) {
                assertThat(queue.poll()).isEqualTo(i);
            }
            assertThat(queue.poll()).isNull();
        }
        assertThat(queue.dropped()).isZero();
    }

    @Test
    void fullQueueDropsAndCountsNewItems() {
        ObservationQueue<Integer> queue = new ObservationQueue<>(4);
        for (int i = 0; i < 10; i++) {
            assertThat(queue.offer(i)).isEqualTo(i < 4);
        }
        assertThat(queue.dropped()).isEqualTo(6);
        assertThat(queue.size()).isEqualTo(4);
        assertThat(queue.poll()).isZero();
        assertThat(queue.offer(99)).isTrue();
        assertThat(List.of(queue.poll(), queue.poll(), queue.poll(), queue.poll()))
                .containsExactly(1, 2, 3, 99);
    }

    @Test
    void producersFinishWithoutAConsumer() throws InterruptedException {
        ObservationQueue<int[]> queue = new ObservationQueue<>(1024);
        List<Thread> writers = writers(queue);
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(queue.dropped()).isEqualTo((long) WRITERS * EACH - queue.capacity());
        assertThat(drained(queue)).hasSize(queue.capacity());
    }

    @Test
    void concurrentItemsArriveOnceInTheirProducersOrder() throws InterruptedException {
        ObservationQueue<int[]> queue = new ObservationQueue<>(256);
        List<Thread> writers = writers(queue);
        List<int[]> all = new ArrayList<>();
        while (writers.stream().anyMatch(Thread::isAlive)) {
            all.addAll(drained(queue));
        }
        all.addAll(drained(queue));
        assertThat(all.size() + queue.dropped()).isEqualTo((long) WRITERS * EACH);
        int[] last = new int[WRITERS];
        for (int[] item : all) {
            assertThat(item[1]).isGreaterThan(last[item[0]]);
            last[item[0]] = item[1];
        }
    }

    private static List<Thread> writers(ObservationQueue<int[]> queue) {
        CountDownLatch start = new CountDownLatch(WRITERS);
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
            int writer = w;
            writers.add(Thread.ofPlatform().start(() -> {
                start.countDown();
                for (int i = 1; i <= EACH; i++) {
                    queue.offer(new int[] {writer, i});
                }
            }));
        }
        return writers;
    }

    private static List<int[]> drained(ObservationQueue<int[]> queue) {
        List<int[]> all = new ArrayList<>();
        for (int[] item = queue.poll(); item != null; item = queue.poll()) {
            all.add(item);
        }
        return all;
    }
}
