package dev.stillgate.fingerprint.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A ring that is full drops and counts; whoever offers never waits. */
final class ObservationQueueTest {
    private static final int WRITERS = 4;
    private static final int EACH = 50_000;

    @Test
    void givesInOrderWhatItTook() {
        ObservationQueue<Integer> ring = new ObservationQueue<>(5);
        assertThat(ring.capacity()).isEqualTo(8);
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 7; i++) {
                assertThat(ring.offer(i)).isTrue();
            }
            assertThat(ring.size()).isEqualTo(7);
            for (int i = 0; i < 7; i++) {
                assertThat(ring.poll()).isEqualTo(i);
            }
            assertThat(ring.poll()).isNull();
        }
        assertThat(ring.dropped()).isZero();
    }

    @Test
    void aFullRingDropsTheNewAndCountsThem() {
        ObservationQueue<Integer> ring = new ObservationQueue<>(4);
        for (int i = 0; i < 10; i++) {
            assertThat(ring.offer(i)).isEqualTo(i < 4);
        }
        assertThat(ring.dropped()).isEqualTo(6);
        assertThat(ring.size()).isEqualTo(4);
        assertThat(ring.poll()).isZero();
        assertThat(ring.offer(99)).isTrue();
        assertThat(List.of(ring.poll(), ring.poll(), ring.poll(), ring.poll())).containsExactly(1, 2, 3, 99);
    }

    @Test
    void withoutAReaderManyWritersEndAndEveryOfferIsKeptOrCounted() throws InterruptedException {
        ObservationQueue<int[]> ring = new ObservationQueue<>(1024);
        List<Thread> writers = writers(ring);
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(ring.dropped()).isEqualTo((long) WRITERS * EACH - ring.capacity());
        assertThat(drained(ring)).hasSize(ring.capacity());
    }

    @Test
    void whatManyWritersOfferComesOnceAndInTheirOrder() throws InterruptedException {
        ObservationQueue<int[]> ring = new ObservationQueue<>(256);
        List<Thread> writers = writers(ring);
        List<int[]> all = new ArrayList<>();
        while (writers.stream().anyMatch(Thread::isAlive)) {
            all.addAll(drained(ring));
        }
        all.addAll(drained(ring));
        assertThat(all.size() + ring.dropped()).isEqualTo((long) WRITERS * EACH);
        int[] last = new int[WRITERS];
        for (int[] item : all) {
            assertThat(item[1]).isGreaterThan(last[item[0]]);
            last[item[0]] = item[1];
        }
    }

    private static List<Thread> writers(ObservationQueue<int[]> ring) {
        CountDownLatch start = new CountDownLatch(WRITERS);
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
            int writer = w;
            writers.add(Thread.ofPlatform().start(() -> {
                start.countDown();
                for (int i = 1; i <= EACH; i++) {
                    ring.offer(new int[] {writer, i});
                }
            }));
        }
        return writers;
    }

    private static List<int[]> drained(ObservationQueue<int[]> ring) {
        List<int[]> all = new ArrayList<>();
        for (int[] item = ring.poll(); item != null; item = ring.poll()) {
            all.add(item);
        }
        return all;
    }
}
