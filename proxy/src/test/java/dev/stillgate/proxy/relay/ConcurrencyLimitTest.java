package dev.stillgate.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that exchanges are admitted in order and that no place is lost. */
class ConcurrencyLimitTest {
    private final ConcurrencyLimit limit = new ConcurrencyLimit();
    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final List<String> come = new ArrayList<>();

    private ConcurrencyLimit.Turn await(String who) {
        return limit.await(loop::add, () -> come.add(who));
    }

    private void runLoop() {
        for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
            task.run();
        }
    }

    private void filled(int places, int waiting) {
        limit.set(places, waiting);
        for (int i = 0; i < places; i++) {
            assertThat(limit.tryEnter()).isTrue();
        }
    }

    @Test
    void unlimitedExchangesAreCounted() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(limit.tryEnter()).isTrue();
        }
        assertThat(limit.taken()).isEqualTo(1_000);
        assertThat(limit.maxExchanges()).isZero();
    }

    @Test
    void queuedExchangesAreAdmittedInOrder() {
        filled(1, 10);
        for (String who : List.of("a", "b", "c")) {
            assertThat(limit.tryEnter()).isFalse();
            assertThat(await(who)).isNotNull();
        }
        for (int i = 1; i <= 3; i++) {
            limit.leave();
            runLoop();
            assertThat(come).hasSize(i);
            assertThat(limit.taken()).isEqualTo(1);
        }
        assertThat(come).containsExactly("a", "b", "c");
        limit.leave();
        assertThat(limit.taken()).isZero();
    }

    @Test
    void newExchangeDoesNotOvertakeTheQueue() {
        filled(2, 10);
        await("first");
        limit.set(3, 10);
        assertThat(limit.tryEnter())
                .as("the third place goes to the first in the queue")
                .isFalse();
        runLoop();
        assertThat(come).containsExactly("first");
    }

    @Test
    void fullQueueRejects() {
        filled(1, 2);
        assertThat(await("a")).isNotNull();
        assertThat(await("b")).isNotNull();
        assertThat(await("c")).isNull();
        limit.leave();
        assertThat(await("d")).isNotNull();
        assertThat(limit.waiting()).isEqualTo(2);
    }

    @Test
    void queueLimitOfZeroRejectsAtOnce() {
        filled(1, 0);
        assertThat(await("a")).isNull();
        limit.leave();
        assertThat(limit.tryEnter()).isTrue();
    }

    @Test
    void abandonedTurnLeavesTheQueueAtOnce() {
        filled(1, 2);
        ConcurrencyLimit.Turn first = await("first");
        await("second");
        first.abandon();
        assertThat(limit.waiting()).isEqualTo(1);
        assertThat(await("third")).as("the queue has space again").isNotNull();
        limit.leave();
        limit.leave();
        runLoop();
        assertThat(come).containsExactly("second", "third");
    }

    @Test
    void placeOfAbandonedTurnGoesToTheNext() {
        filled(1, 10);
        ConcurrencyLimit.Turn first = await("first");
        await("second");
        limit.leave();
        assertThat(limit.waiting()).isEqualTo(1);
        first.abandon();
        assertThat(limit.taken()).isEqualTo(1);
        assertThat(limit.waiting()).isZero();
        runLoop();
        assertThat(come).containsExactly("second");
        limit.leave();
        assertThat(limit.taken()).isZero();
    }

    @Test
    void abandoningTwiceOrAfterAdmissionDoesNothing() {
        filled(1, 10);
        ConcurrencyLimit.Turn one = await("one");
        ConcurrencyLimit.Turn other = await("other");
        other.abandon();
        other.abandon();
        limit.leave();
        runLoop();
        one.abandon();
        assertThat(limit.taken()).isEqualTo(1);
        assertThat(limit.waiting()).isZero();
    }

    @Test
    void raisedLimitAdmitsTheQueueAndLoweredLimitEvictsNone() {
        filled(1, 10);
        List.of("a", "b", "c").forEach(this::await);
        limit.set(3, 10);
        runLoop();
        assertThat(come).containsExactly("a", "b");
        limit.set(1, 10);
        limit.leave();
        limit.leave();
        runLoop();
        assertThat(come).as("one is still in the queue").hasSize(2);
        limit.leave();
        runLoop();
        assertThat(come).containsExactly("a", "b", "c");
        await("d");
        limit.set(0, 0);
        runLoop();
        assertThat(come).as("no exchange waits without a limit").hasSize(4);
        assertThat(limit.taken()).isEqualTo(2);
    }

    @Test
    void shorterQueueKeepsQueuedExchanges() {
        filled(1, 3);
        List.of("a", "b", "c").forEach(this::await);
        limit.set(1, 1);
        assertThat(await("d")).isNull();
        for (int i = 0; i < 3; i++) {
            limit.leave();
            runLoop();
        }
        assertThat(come).containsExactly("a", "b", "c");
    }

    @Test
    void abandonedTurnsAreRemoved() {
        filled(1, 10);
        await("patient");
        for (int i = 0; i < 100_000; i++) {
            await("gone").abandon();
        }
        assertThat(limit.queued()).isLessThan(200);
        limit.leave();
        runLoop();
        assertThat(come).containsExactly("patient");
    }

    @Test
    void terminatedEventLoopHoldsNoPlace() {
        filled(1, 10);
        limit.await(
                task -> {
                    throw new RejectedExecutionException();
                },
                () -> come.add("ended"));
        await("next");
        limit.leave();
        runLoop();
        assertThat(come).containsExactly("next");
        assertThat(limit.taken()).isEqualTo(1);
        assertThat(limit.waiting()).isZero();
    }

    /** An event loop whose exchanges arrive, wait, leave and are cancelled at random. */
    private final class Visitors {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Random random;
        private final AtomicInteger inside;
        private final AtomicInteger most;
        private final List<ConcurrencyLimit.Turn> turns = new ArrayList<>();
        private final CountDownLatch done = new CountDownLatch(1);
        private int places;
        private int served;

        private Visitors(long seed, AtomicInteger inside, AtomicInteger most) {
            this.random = new Random(seed);
            this.inside = inside;
            this.most = most;
        }

        private void enter() {
            places++;
            served++;
            int now = inside.incrementAndGet();
            most.accumulateAndGet(now, Math::max);
        }

        private void leave() {
            places--;
            inside.decrementAndGet();
            limit.leave();
        }

        private void step() {
            switch (random.nextInt(4)) {
                case 0, 1 -> come();
                case 2 -> {
                    if (places > 0) {
                        leave();
                    }
                }
                default -> {
                    if (!turns.isEmpty()) {
                        turns.remove(random.nextInt(turns.size())).abandon();
                    }
                }
            }
        }

        private void come() {
            if (limit.tryEnter()) {
                enter();
                return;
            }
            ConcurrencyLimit.Turn[] mine = new ConcurrencyLimit.Turn[1];
            mine[0] = limit.await(thread, () -> {
                turns.remove(mine[0]);
                enter();
            });
            if (mine[0] != null) {
                turns.add(mine[0]);
            }
        }

        /** Runs all steps, interleaved with tasks from other event loops. */
        private void steps(int left) {
            for (int i = 0; i < 20; i++) {
                step();
            }
            if (left > 20) {
                thread.execute(() -> steps(left - 20));
            } else {
                done.countDown();
            }
        }

        private void emptyOut() {
            while (places > 0) {
                leave();
            }
            List.copyOf(turns).forEach(ConcurrencyLimit.Turn::abandon);
            turns.clear();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 2", "2, 5, 3", "3, 1, 4", "8, 50, 4", "1, 100, 8"})
    void placesAreConservedAcrossEventLoops(int places, int waiting, int loops) throws Exception {
        for (int round = 0; round < 20; round++) {
            limit.set(places, waiting);
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            List<Visitors> all = new ArrayList<>();
            for (int i = 0; i < loops; i++) {
                all.add(new Visitors(1_000L * round + i, inside, most));
            }
            all.forEach(each -> each.thread.execute(() -> each.steps(4_000)));
            for (Visitors each : all) {
                assertThat(each.done.await(30, TimeUnit.SECONDS)).isTrue();
            }
            for (int passes = 0; passes < 1_000 && limit.taken() + limit.waiting() > 0; passes++) {
                for (Visitors each : all) {
                    each.thread.submit(each::emptyOut).get();
                }
            }
            for (Visitors each : all) {
                each.thread.shutdown();
                assertThat(each.thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(all).as("an exchange was admitted").anyMatch(each -> each.served > 0);
            assertThat(most).hasValueLessThanOrEqualTo(places);
            assertThat(limit.taken()).as("places taken, round %d", round).isZero();
            assertThat(limit.waiting()).as("waiting, round %d", round).isZero();
        }
    }
}
