package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.chain.ActivePolicy.PolicyLifecycle;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ActivePolicyTest {
    private final List<String> events = new ArrayList<>();

    @Test
    void swapActivatesTheNewPolicyAndClosesTheOld() {
        ActivePolicy<String> active = new ActivePolicy<>("one", new Noted("one"), Runnable::run);
        active.swap("two", new Noted("two"));
        assertThat(events).containsExactly("activate one", "activate two", "retire one", "close one");
        assertThat(active.peek()).isEqualTo("two");
    }

    @Test
    void policyStaysOpenUntilItsLastExchangeEnds() {
        ActivePolicy<String> active = new ActivePolicy<>("one", new Noted("one"), Runnable::run);
        active.pin().release();
        ActivePolicy.Pinned<String> a = active.pin();
        ActivePolicy.Pinned<String> b = active.pin();
        assertThat(a).as("one object for all exchanges").isSameAs(b);
        active.swap("two", new Noted("two"));
        assertThat(a.policy()).isEqualTo("one");
        assertThat(active.pin().policy()).isEqualTo("two");
        a.release();
        assertThat(events).doesNotContain("close one");
        b.release();
        assertThat(events).endsWith("retire one", "close one");
    }

    @Test
    void pinDuringASwapReturnsTheNewPolicy() {
        ActivePolicy<String> active = new ActivePolicy<>("one", new Noted("one"), Runnable::run);
        ActivePolicy.Pinned<String> read = active.pin();
        read.release();
        active.swap("two", new Noted("two"));
        assertThat(events).contains("close one");
        assertThat(active.enter(read)).isFalse();
        assertThat(events).containsOnlyOnce("close one");
        assertThat(active.pin().policy()).isEqualTo("two");
    }

    @Test
    void latePinDoesNotReleaseAnother() {
        ActivePolicy<String> active = new ActivePolicy<>("one", new Noted("one"), Runnable::run);
        ActivePolicy.Pinned<String> inside = active.pin();
        active.swap("two", new Noted("two"));
        assertThat(active.enter(inside)).isFalse();
        assertThat(events).doesNotContain("close one");
        inside.release();
        assertThat(events).endsWith("close one");
    }

    @Test
    void closingRunsOnTheGivenExecutor() {
        Queue<Runnable> handedOver = new ConcurrentLinkedQueue<>();
        ActivePolicy<String> active = new ActivePolicy<>("one", new Noted("one"), handedOver::add);
        active.close();
        active.close();
        assertThat(events).containsExactly("activate one", "retire one");
        assertThat(handedOver).hasSize(1);
        handedOver.remove().run();
        assertThat(events).endsWith("close one");
    }

    @Test
    void failureToCloseAffectsNoRequest() {
        PolicyLifecycle failing = new Noted("one") {
            @Override
            public void close() {
                throw new IllegalStateException("close");
            }
        };
        ActivePolicy<String> active = new ActivePolicy<>("one", failing, Runnable::run);
        ActivePolicy.Pinned<String> pinned = active.pin();
        active.swap("two", new Noted("two"));
        pinned.release();
        assertThat(active.pin().policy()).isEqualTo("two");
    }

    @Test
    void failureToActivateStillRetiresTheOldPolicy() {
        ActivePolicy<String> active = new ActivePolicy<>("one", new Noted("one"), Runnable::run);
        PolicyLifecycle failing = new Noted("two") {
            @Override
            public void activate() {
                throw new IllegalStateException("activate");
            }
        };
        assertThatThrownBy(() -> active.swap("two", failing)).hasMessage("activate");
        assertThat(events).endsWith("retire one", "close one");
    }

    @Test
    @Timeout(60)
    void policiesCloseExactlyOnceAndNeverInUse() throws InterruptedException {
        int swaps = 20_000;
        AtomicInteger closings = new AtomicInteger();
        AtomicInteger useAfterClose = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        Plain first = new Plain(closings);
        ActivePolicy<Plain> active = new ActivePolicy<>(first, first, Runnable::run);
        int workers = 3;
        CountDownLatch started = new CountDownLatch(workers);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                started.countDown();
                while (!stop.get()) {
                    ActivePolicy.Pinned<Plain> pinned = active.pin();
                    for (int spin = 0; spin < 100; spin++) {
                        Thread.onSpinWait();
                    }
                    if (pinned.policy().closed.get()) {
                        useAfterClose.incrementAndGet();
                    }
                    pinned.release();
                }
            }));
        }
        started.await();
        for (int i = 0; i < swaps; i++) {
            Plain next = new Plain(closings);
            active.swap(next, next);
        }
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(useAfterClose).hasValue(0);
        assertThat(closings).as("each policy once, except the current one").hasValue(swaps);
    }

    private static final class Plain implements PolicyLifecycle {
        private final AtomicInteger closings;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Plain(AtomicInteger closings) {
            this.closings = closings;
        }

        @Override
        public void activate() {}

        @Override
        public void retire() {}

        @Override
        public void close() {
            closed.set(true);
            closings.incrementAndGet();
        }
    }

    private class Noted implements PolicyLifecycle {
        private final String name;

        private Noted(String name) {
            this.name = name;
        }

        @Override
        public void activate() {
            events.add("activate " + name);
        }

        @Override
        public void retire() {
            events.add("retire " + name);
        }

        @Override
        public void close() {
            events.add("close " + name);
        }
    }
}
