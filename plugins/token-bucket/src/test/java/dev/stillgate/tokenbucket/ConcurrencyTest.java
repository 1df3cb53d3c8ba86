package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.bounded;
import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.member;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import dev.stillgate.tokenbucket.BucketHarness.Result;
import dev.stillgate.tokenbucket.bucket.BucketTable;
import dev.stillgate.tokenbucket.bucket.Reservation;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.Scope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads on shared buckets: together they get what the policy grants, and no token is lost. */
@Tag("slow")
@Timeout(120)
final class ConcurrencyTest {
    private static final int THREADS = 8;
    private static final long BOUND = 1000;
    private final Account account = account("h1:a", Trust.ACCEPTED);
    private final AtomicLong clock = new AtomicLong();

    @Test
    void threadsTakeAtMostTheCapacity() throws Exception {
        BucketHarness harness = withStillClock();
        PolicyLimits limits = harness.policy(bounded(BOUND, limit("requests", 10_000, "1/1h")));
        long granted = runTogether(THREADS, thread -> {
            long taken = 0;
            for (int i = 0; i < 5000; i++) {
                taken += harness.take(account, limits, 1) == Result.OWN ? 1 : 0;
            }
            return taken;
        });
        assertThat(granted).isEqualTo(10_000);
    }

    /**
     * Virtual time moves with each step of a thread. The bucket is full again after 2 ms and evicted 1 ms later, so it
     * is evicted and recreated throughout the test.
     */
    @Test
    void threadsTakeAtMostTheRefillDuringEvictions() throws Exception {
        BucketHarness harness = new BucketHarness(new Steps(clock), ForkJoinPool.commonPool(), Duration.ofMillis(1));
        PolicyLimits limits = harness.policy(bounded(BOUND, limit("requests", 4, "2/1ms")));
        long granted = runTogether(THREADS, thread -> {
            long taken = 0;
            for (int i = 0; i < 100_000; i++) {
                // Mostly small steps, with occasional pauses in which the bucket fills and is evicted.
                clock.addAndGet(i % 97 == 0 ? 3_500_000 : 20_000);
                taken += harness.take(account, limits, 1) == Result.OWN ? 1 : 0;
                if (i % 10 == 0) {
                    harness.buckets.maintain(limits);
                }
            }
            return taken;
        });
        assertThat(granted).isLessThanOrEqualTo(4 + 2 * (clock.get() / 1_000_000 + 1));
        assertThat(harness.evictedUnfilled()).isZero();
        assertThat(harness.buckets.table(Owner.ACCOUNT).size()).isLessThanOrEqualTo(1);
        assertEvicted(harness, limits);
    }

    @Test
    void threadsTakeAtMostTheCapacityDuringReloads() throws Exception {
        BucketHarness harness = withStillClock();
        List<PolicyLimits> swaps = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            swaps.add(harness.policy(
                    bounded(BOUND, limit("requests", 1000 + i % 2, "1/10m"), limit("l" + i % 3, 1000, "1/1h"))));
        }
        long granted = runTogether(THREADS, thread -> {
            long taken = 0;
            for (int i = 0; i < 5000; i++) {
                PolicyLimits limits = swaps.get(Math.min(i / 5, swaps.size() - 1));
                taken += harness.take(account, limits, 1) == Result.OWN ? 1 : 0;
            }
            return taken;
        });
        assertThat(granted).isBetween(900L, 1001L);
    }

    @Test
    void accountBoundHoldsForConcurrentNewAccounts() throws Exception {
        BucketHarness harness = withStillClock();
        PolicyLimits limits = harness.policy(bounded(BOUND, limit("requests", 10, "1/1h")));
        AtomicLong next = new AtomicLong();
        long own = runTogether(THREADS, thread -> {
            long taken = 0;
            for (int i = 0; i < 1000; i++) {
                Account each = account("h1:" + next.getAndIncrement(), Trust.ACCEPTED);
                taken += harness.take(each, limits, 1) == Result.OWN ? 1 : 0;
            }
            return taken;
        });
        assertThat(own).isEqualTo(BOUND);
        assertThat(harness.buckets.table(Owner.ACCOUNT).size()).isEqualTo(BOUND);
    }

    /**
     * Threads take tokens for four accounts of two organisations. They settle late and out of order, with costs above
     * and below the reservations, abort, and reload between two policies. Another thread evicts sets almost without
     * slack, so that the sets of accounts that only abort are evicted and recreated.
     *
     * <p>The test takes some microseconds of virtual time, in which no token refills. The remaining tokens are
     * therefore exactly the capacity less all costs.
     */
    @Test
    void remainingTokensAreExactlyCapacityLessAllCosts() throws Exception {
        BucketHarness harness = new BucketHarness(new Steps(clock), ForkJoinPool.commonPool(), Duration.ofNanos(1));
        List<PolicyLimits> policies = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            policies.add(harness.policy(bounded(BOUND, metered(i % 2 == 0 ? 1_000_000 : 1_000_001))));
        }
        AtomicInteger current = new AtomicInteger();
        List<Account> accounts = List.of(member("a", "x"), member("b", "x"), member("c", "y"), member("d", "y"));
        AtomicLong[] spent = new AtomicLong[accounts.size()];
        for (int i = 0; i < spent.length; i++) {
            // Created under the first policy and never full again, so none is recreated with another capacity.
            harness.settle(harness.begin(accounts.get(i), policies.getFirst(), 10, 1), 1, 10, 1);
            spent[i] = new AtomicLong(1);
        }
        runTogether(THREADS, thread -> {
            SplittableRandom random = new SplittableRandom(thread);
            ArrayDeque<Runnable> open = new ArrayDeque<>();
            for (int i = 0; i < 20_000; i++) {
                int who = random.nextInt(accounts.size() + 2);
                boolean passing = who >= spent.length;
                Account caller = passing ? member("passing-" + random.nextInt(9), "x") : accounts.get(who);
                PolicyLimits limits = policies.get(current.get());
                Reservation reservation = harness.prompt(limits, "m", 10, random.nextInt(1, 40));
                if (harness.buckets.take(caller, Standing.CLEAR, HERE, limits, reservation)) {
                    boolean aborted = passing || random.nextInt(4) == 0;
                    long cost = aborted ? 0 : random.nextInt(0, 60);
                    open.add(() -> {
                        harness.settle(reservation, aborted ? 0 : 1, aborted ? 0 : 10, cost);
                        if (!passing) {
                            spent[who].addAndGet(cost);
                        }
                    });
                }
                while (open.size() > random.nextInt(1, 10)) {
                    (random.nextBoolean() ? open.pollFirst() : open.pollLast()).run();
                }
                if (thread == 0 && i % 10 == 0) {
                    clock.addAndGet(2);
                    current.set(i / 10);
                    harness.buckets.maintain(policies.get(i / 10));
                }
            }
            open.forEach(Runnable::run);
            return 0L;
        });
        harness.buckets.maintain(policies.getLast());
        assertThat(harness.evictedUnfilled()).isZero();
        for (int i = 0; i < spent.length; i++) {
            assertThat(harness.levels(accounts.get(i).id()))
                    .containsEntry("output", 1_000_000 - spent[i].get())
                    .containsEntry("parallel", 5L);
        }
        assertThat(harness.levels(harness.buckets.table(Owner.ORGANISATION).find("x")))
                .containsEntry("organisation", 3_000_000 - spent[0].get() - spent[1].get())
                .containsEntry("parallel-organisation", 12L);
        assertThat(harness.levels(harness.buckets.table(Owner.ORGANISATION).find("y")))
                .containsEntry("organisation", 3_000_000 - spent[2].get() - spent[3].get());
    }

    private static Limit[] metered(long capacity) {
        return new Limit[] {
            limit("output", Measure.OUTPUT_TOKENS, capacity, "1/10m"),
            concurrency("parallel", 5),
            scoped(
                    Set.of(Scope.ORGANISATION),
                    limit("organisation", Measure.OUTPUT_TOKENS, capacity + 2_000_000, "1/10m")),
            scoped(Set.of(Scope.ORGANISATION), concurrency("parallel-organisation", 12)),
            scoped(Set.of(Scope.ROUTE), limit("everyone", Measure.OUTPUT_TOKENS, 1_000_000_000L, "100000/1d")),
        };
    }

    /** Asserts that all sets are evicted once requests have ended, however eviction and requests interleaved. */
    private void assertEvicted(BucketHarness harness, PolicyLimits limits) {
        for (int i = 0; i < 3; i++) {
            clock.addAndGet(1_000_000_000L);
            harness.buckets.maintain(limits);
            assertThat(ForkJoinPool.commonPool().awaitQuiescence(10, TimeUnit.SECONDS))
                    .isTrue();
        }
        assertThat(harness.buckets.table(Owner.ACCOUNT).size()).isZero();
    }

    private BucketHarness withStillClock() {
        return new BucketHarness(new Steps(clock), Runnable::run, BucketTable.SLACK);
    }

    /** The work of one thread. */
    @FunctionalInterface
    private interface Work {
        long run(int thread);
    }

    private static long runTogether(int threads, Work work) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            long sum = 0;
            List<Callable<Long>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                all.add(() -> work.run(thread));
            }
            for (Future<Long> each : pool.invokeAll(all)) {
                sum += each.get();
            }
            return sum;
        }
    }

    /** A clock that all threads advance. */
    private record Steps(AtomicLong clock) implements Ticker {
        @Override
        public long nanos() {
            return clock.get();
        }

        @Override
        public long millis() {
            return clock.get() / 1_000_000;
        }
    }
}
