package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.member;
import static dev.stillgate.tokenbucket.Policies.pooled;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import dev.stillgate.tokenbucket.bucket.Reservation;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.Scope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads on shared pools: no token is lost or granted twice, and no order of pools deadlocks. */
@Timeout(120)
final class PoolConcurrencyTest {
    private static final int THREADS = 8;
    private static final long CAPACITY = 1_000_000;

    private final AtomicLong clock = new AtomicLong();

    /** A clock that one thread advances by some microseconds in all, in which no token refills. */
    private final class Steps implements Ticker {
        @Override
        public long nanos() {
            return clock.get();
        }

        @Override
        public long millis() {
            return 0;
        }
    }

    @Test
    void threadsOfManyAccountsTakeAtMostTheBudget() throws Exception {
        BucketHarness harness = new BucketHarness(new Steps(), Runnable::run, Duration.ofNanos(1));
        PolicyLimits limits =
                harness.policy(pooled(Map.of(Measure.REQUESTS, "10000/365d"), limit("requests", CAPACITY, "1/1h")));
        long granted = runTogether(thread -> {
            long taken = 0;
            for (int i = 0; i < 5000; i++) {
                Account account = Policies.account("a-" + thread + '-' + i % 50);
                taken += harness.takePooled(account, "c-1", limits, 1) == BucketHarness.Result.OWN ? 1 : 0;
                if (i % 100 == 0) {
                    clock.incrementAndGet();
                    harness.buckets.maintain(limits);
                }
            }
            return taken;
        });
        assertThat(granted).isEqualTo(10_000);
        assertThat(harness.evictedUnfilled()).isZero();
    }

    /**
     * Accounts of one organisation change between two pools in opposite orders, so that each draws from both, while
     * others evict sets almost without slack. Costs are above and below the reservations.
     */
    @Test
    void remainingTokensOfPoolsAreCapacityLessAllCosts() throws Exception {
        BucketHarness harness = new BucketHarness(new Steps(), ForkJoinPool.commonPool(), Duration.ofNanos(1));
        PolicyLimits limits = harness.policy(pooled(
                Map.of(Measure.OUTPUT_TOKENS, CAPACITY + "/365d"),
                limit("output", Measure.OUTPUT_TOKENS, 10 * CAPACITY, "1/1m"),
                scoped(Set.of(Scope.ORGANISATION), limit("org", Measure.OUTPUT_TOKENS, 20 * CAPACITY, "1/1m"))));
        List<Account> accounts = List.of(member("a", "x"), member("b", "x"), member("c", "x"), member("d", "x"));
        for (int i = 0; i < accounts.size(); i++) { // each account draws from both pools from here on
            for (int pool = 0; pool < 2; pool++) {
                harness.takePooled(accounts.get(i), "c-" + (i + pool) % 2, limits, 1);
            }
        }
        AtomicLong spent = new AtomicLong();
        runTogether(thread -> {
            SplittableRandom random = new SplittableRandom(thread);
            ArrayDeque<Runnable> open = new ArrayDeque<>();
            for (int i = 0; i < 20_000; i++) {
                Reservation reservation = harness.prompt(limits, "m", 10, random.nextInt(1, 40));
                reservation.pool = "c-" + random.nextInt(2);
                Account account = accounts.get(random.nextInt(accounts.size()));
                if (harness.buckets.take(account, Standing.POOLED, HERE, limits, reservation)) {
                    long cost = random.nextInt(4) == 0 ? 0 : random.nextInt(0, 60);
                    open.add(() -> {
                        harness.settle(reservation, 1, 10, cost);
                        spent.addAndGet(cost);
                    });
                }
                while (open.size() > random.nextInt(1, 10)) {
                    (random.nextBoolean() ? open.pollFirst() : open.pollLast()).run();
                }
                if (thread == 0 && i % 10 == 0) {
                    clock.incrementAndGet();
                    harness.buckets.maintain(limits);
                }
            }
            open.forEach(Runnable::run);
            return 0L;
        });
        assertThat(harness.evictedUnfilled()).isZero();
        for (String pool : List.of("c-0", "c-1")) {
            assertThat(harness.poolLevels(pool))
                    .as(pool)
                    .containsEntry("pool-output-tokens", CAPACITY - spent.get())
                    .containsEntry("output", 10 * CAPACITY - spent.get());
        }
        assertThat(harness.levels(harness.buckets.table(Owner.ORGANISATION).find("x")))
                .containsEntry("org", 20 * CAPACITY - spent.get());
    }

    /** The work of one thread. */
    @FunctionalInterface
    private interface Work {
        long run(int thread);
    }

    private static long runTogether(Work work) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Callable<Long>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                all.add(() -> work.run(thread));
            }
            long sum = 0;
            for (Future<Long> each : threads.invokeAll(all)) {
                sum += each.get();
            }
            return sum;
        }
    }
}
