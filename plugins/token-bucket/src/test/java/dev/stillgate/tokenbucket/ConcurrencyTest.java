package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.bounded;
import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Real threads on one account: what they get together is what the policy gives. */
final class ConcurrencyTest {
    private static final int THREADS = 8;
    private static final long BOUND = 1000;
    private final Account account = account("h1:a", Trust.ACCEPTED);

    @Test
    void threadsNeverTakeMoreThanTheCapacityTogether() throws Exception {
        BucketTable table = new BucketTable(new Steps(new AtomicLong()), Runnable::run, BucketTable.SLACK);
        PolicyLimits limits = table.limits(bounded(BOUND, limit("requests", 10_000, "1/1h")), "limits");
        long granted = together(() -> {
            long mine = 0;
            for (int i = 0; i < 5000; i++) {
                mine += table.take(account, HERE, limits, BOUND, 1, 1) == Take.Granted.OWN ? 1 : 0;
            }
            return mine;
        });
        assertThat(granted).isEqualTo(10_000);
    }

    /**
     * The bucket is full again after 2 ms and forgotten 1 ms later, so that it is dropped and made anew all the time
     * while the threads take from it; virtual time moves with every step of a thread.
     */
    @Test
    void threadsNeverTakeMoreThanTheRefillWhileTheBucketIsDroppedAndMadeAnew() throws Exception {
        AtomicLong clock = new AtomicLong();
        BucketTable table = new BucketTable(new Steps(clock), ForkJoinPool.commonPool(), Duration.ofMillis(1));
        PolicyLimits limits = table.limits(bounded(BOUND, limit("requests", 4, "2/1ms")), "limits");
        long granted = together(() -> {
            long mine = 0;
            for (int i = 0; i < 200_000; i++) {
                // Mostly small steps; now and then a pause in which the bucket is full and forgotten.
                clock.addAndGet(i % 97 == 0 ? 3_500_000 : 20_000);
                mine += table.take(account, HERE, limits, BOUND, 1, 1) == Take.Granted.OWN ? 1 : 0;
            }
            return mine;
        });
        assertThat(granted).isLessThanOrEqualTo(4 + 2 * (clock.get() / 1_000_000 + 1));
        assertThat(table.droppedUnfilled()).isZero();
        assertThat(table.held()).isLessThanOrEqualTo(1);
    }

    @Test
    void threadsNeverTakeMoreThanTheCapacityWhileThePolicyIsSwapped() throws Exception {
        BucketTable table = new BucketTable(new Steps(new AtomicLong()), Runnable::run, BucketTable.SLACK);
        List<PolicyLimits> swaps = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            swaps.add(table.limits(
                    bounded(BOUND, limit("requests", 1000 + i % 2, "1/1h"), limit("l" + i % 3, 1000, "1/1h")),
                    "limits"));
        }
        long granted = together(() -> {
            long mine = 0;
            for (int i = 0; i < 5000; i++) {
                PolicyLimits limits = swaps.get(Math.min(i / 5, swaps.size() - 1));
                mine += table.take(account, HERE, limits, BOUND, 1, 1) == Take.Granted.OWN ? 1 : 0;
            }
            return mine;
        });
        assertThat(granted).isBetween(900L, 1001L);
    }

    @Test
    void theBoundHoldsWhenManyAccountsComeAtOnce() throws Exception {
        BucketTable table = new BucketTable(new Steps(new AtomicLong()), Runnable::run, BucketTable.SLACK);
        PolicyLimits limits = table.limits(bounded(BOUND, limit("requests", 10, "1/1h")), "limits");
        AtomicLong next = new AtomicLong();
        long own = together(() -> {
            long mine = 0;
            for (int i = 0; i < 1000; i++) {
                Account each = account("h1:" + next.getAndIncrement(), Trust.ACCEPTED);
                mine += table.take(each, HERE, limits, BOUND, 1, 1) == Take.Granted.OWN ? 1 : 0;
            }
            return mine;
        });
        assertThat(own).isEqualTo(BOUND);
        assertThat(table.held()).isEqualTo(BOUND);
    }

    private static long together(Callable<Long> work) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
            long sum = 0;
            List<Callable<Long>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                all.add(work);
            }
            for (Future<Long> each : pool.invokeAll(all)) {
                sum += each.get();
            }
            return sum;
        }
    }

    /** A clock that any thread may move. */
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
