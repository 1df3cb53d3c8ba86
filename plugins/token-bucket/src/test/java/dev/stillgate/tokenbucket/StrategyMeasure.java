package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.bounded;
import static dev.stillgate.tokenbucket.Policies.limit;

import com.sun.management.ThreadMXBean;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Ticker;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LocalBucketBuilder;
import io.github.bucket4j.local.SynchronizationStrategy;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** A program that prints what a decision costs under Bucket4j's strategies and under this filter's monitor. */
public final class StrategyMeasure {
    private static final int CALLS = 5_000_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private StrategyMeasure() {}

    public static void main(String[] args) throws InterruptedException {
        for (int limits : new int[] {1, 4}) {
            TokenBucketPolicy.Limit[] named = new TokenBucketPolicy.Limit[limits];
            for (int i = 0; i < limits; i++) {
                named[i] = limit("l" + i, 100_000_000L, (7 + i) + "/1m");
            }
            Limits compiled = Policies.limits(named);
            for (SynchronizationStrategy strategy :
                    List.of(SynchronizationStrategy.LOCK_FREE, SynchronizationStrategy.SYNCHRONIZED)) {
                Bucket bucket = local(compiled.configuration(), strategy);
                print(limits + " limits, " + strategy, () -> bucket.tryConsume(1) ? 1 : 0);
            }
            AccountBucket monitor = AccountBucket.shared(compiled, System.nanoTime());
            print(
                    limits + " limits, BucketState in a monitor",
                    () -> monitor.take(compiled, 1, 1, System.nanoTime()) == Take.Granted.SHARED ? 1 : 0);
            BucketTable table = new BucketTable(Ticker.system(), Runnable::run, BucketTable.SLACK);
            PolicyLimits policy = table.limits(bounded(1000, named), "limits");
            List<Account> accounts = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                accounts.add(account("h1:" + i, Trust.ACCEPTED));
            }
            int[] next = new int[1];
            print(limits + " limits, whole decision, 1,000 accounts", () -> {
                Account each = accounts.get(next[0] = (next[0] + 1) % 1000);
                return table.take(each, HERE, policy, 1000, 1, 1) == Take.Granted.OWN ? 1 : 0;
            });
        }
        memory();
    }

    private static void memory() throws InterruptedException {
        BucketTable table = new BucketTable(Ticker.system(), Runnable::run, BucketTable.SLACK);
        for (int limits : new int[] {1, 4}) {
            TokenBucketPolicy.Limit[] named = new TokenBucketPolicy.Limit[limits];
            for (int i = 0; i < limits; i++) {
                named[i] = limit("l" + i, 1000, (7 + i) + "/1d");
            }
            table = new BucketTable(Ticker.system(), Runnable::run, BucketTable.SLACK);
            PolicyLimits policy = table.limits(bounded(1_000_000, named), "limits");
            long before = used();
            for (int i = 0; i < 1_000_000; i++) {
                table.take(account("h1:%032x".formatted(i), Trust.ACCEPTED), HERE, policy, 1_000_000, 1, 1);
            }
            System.out.printf(
                    "%d limits, %d accounts: %d B an account, its id included%n",
                    limits, table.held(), (used() - before) / table.held());
        }
    }

    private static long used() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static Bucket local(BucketConfiguration configuration, SynchronizationStrategy strategy) {
        LocalBucketBuilder builder = Bucket.builder()
                .withCustomTimePrecision(TimeMeter.SYSTEM_NANOTIME)
                .withSynchronizationStrategy(strategy);
        for (var bandwidth : configuration.getBandwidths()) {
            builder.addLimit(bandwidth);
        }
        return builder.build();
    }

    private static void print(String what, LongSupplier call) {
        double best = Double.MAX_VALUE;
        double bytes = Double.MAX_VALUE;
        long granted = 0;
        for (int round = 0; round < 5; round++) {
            long allocated = THREADS.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                granted += call.getAsLong();
            }
            best = Math.min(best, (System.nanoTime() - start) / (double) CALLS);
            bytes = Math.min(bytes, (THREADS.getCurrentThreadAllocatedBytes() - allocated) / (double) CALLS);
        }
        System.out.printf("%-50s %6.1f ns %6.1f B (%d granted)%n", what, best, bytes, granted);
    }
}
