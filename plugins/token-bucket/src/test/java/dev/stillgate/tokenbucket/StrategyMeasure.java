package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.bounded;
import static dev.stillgate.tokenbucket.Policies.limit;

import com.sun.management.ThreadMXBean;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import dev.stillgate.tokenbucket.bucket.BucketTable;
import dev.stillgate.tokenbucket.bucket.Buckets;
import dev.stillgate.tokenbucket.bucket.Reservation;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Measures the cost of a decision over four limits, the heap of one and three million accounts, and the heap left by
 * ten million forged keys. Run with {@code -XX:+UseCompactObjectHeaders}, as the launcher does.
 */
public final class StrategyMeasure {
    private static final int CALLS = 5_000_000;
    private static final int ACCOUNTS = 1_000_000;
    private static final int FORGED = 10_000_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private StrategyMeasure() {}

    public static void main(String[] args) throws InterruptedException, UnknownHostException {
        decisions();
        memory(new Buckets(Ticker.system(), Runnable::run, BucketTable.SLACK, null, account -> Standing.CLEAR));
        forged(new Buckets(Ticker.system(), Runnable::run, BucketTable.SLACK, null, account -> Standing.CLEAR));
    }

    private static Limit[] four(long scale) {
        return new Limit[] {
            limit("requests", 50 * scale, 50 * scale + "/1m"),
            limit("input", Measure.INPUT_TOKENS, 30_000 * scale, 30_000 * scale + "/1m"),
            limit("output", Measure.OUTPUT_TOKENS, 8_000 * scale, 8_000 * scale + "/1m"),
            limit("daily", Measure.OUTPUT_TOKENS, 1_000_000 * scale, 1_000_000 * scale + "/1d"),
        };
    }

    private static void decisions() {
        for (int accounts : new int[] {1, 1000}) {
            Buckets buckets =
                    new Buckets(Ticker.system(), Runnable::run, BucketTable.SLACK, null, account -> Standing.CLEAR);
            PolicyLimits policy = buckets.limits(bounded(accounts, four(1_000_000)));
            List<Account> harness = new ArrayList<>();
            for (int i = 0; i < accounts; i++) {
                harness.add(account("h1:" + i, Trust.ACCEPTED));
            }
            Reservation reservation = new Reservation();
            double best = Double.MAX_VALUE;
            double bytes = Double.MAX_VALUE;
            long granted = 0;
            for (int round = 0; round < 5; round++) {
                granted = 0;
                long allocated = THREADS.getCurrentThreadAllocatedBytes();
                long start = System.nanoTime();
                for (int i = 0; i < CALLS; i++) {
                    granted += exchange(buckets, harness.get(i % accounts), policy, reservation) ? 1 : 0;
                }
                best = Math.min(best, (System.nanoTime() - start) / (double) CALLS);
                bytes = Math.min(bytes, (THREADS.getCurrentThreadAllocatedBytes() - allocated) / (double) CALLS);
            }
            System.out.printf(
                    "four limits, %,d accounts: %.1f ns and %.2f B to take and settle (%,d of %,d granted)%n",
                    accounts, best, bytes, granted, CALLS);
        }
    }

    private static boolean exchange(Buckets buckets, Account caller, PolicyLimits policy, Reservation reservation) {
        reservation.reset();
        reservation.hasTokens = true;
        reservation.input = 30;
        reservation.output = 40;
        if (!buckets.take(caller, Standing.CLEAR, HERE, policy, reservation)) {
            return false;
        }
        reservation.setCost(1, 28, 25);
        buckets.settle(reservation);
        return true;
    }

    private static void memory(Buckets buckets) throws InterruptedException {
        PolicyLimits policy = buckets.limits(bounded(ACCOUNTS, four(1)));
        Reservation reservation = new Reservation();
        long before = used();
        for (int i = 0; i < 3 * ACCOUNTS; i++) {
            exchange(buckets, account("h1:%032x".formatted(i), Trust.ACCEPTED), policy, reservation);
            if ((i + 1) % ACCOUNTS == 0) {
                System.out.printf(
                        "four limits, %,d accounts seen, %,d held: %d B for each held, its id included%n",
                        i + 1,
                        buckets.table(Owner.ACCOUNT).size(),
                        (used() - before) / buckets.table(Owner.ACCOUNT).size());
            }
        }
    }

    private static void forged(Buckets buckets) throws InterruptedException, UnknownHostException {
        PolicyLimits policy = buckets.limits(bounded(1000, four(1)));
        Reservation reservation = new Reservation();
        for (int i = 0; i < 1000; i++) {
            exchange(buckets, account("h1:accepted-" + i, Trust.ACCEPTED), policy, reservation);
        }
        SplittableRandom random = new SplittableRandom(7);
        byte[] key = new byte[16];
        byte[] address = new byte[16];
        long before = used();
        for (int i = 1; i <= FORGED; i++) {
            random.nextBytes(key);
            random.nextBytes(address);
            Account forged = account("h1:" + HexFormat.of().formatHex(key), Trust.PROVISIONAL);
            reservation.reset();
            if (buckets.take(forged, Standing.CLEAR, InetAddress.getByAddress(address), policy, reservation)) {
                reservation.setCost(1, 0, 0);
                buckets.settle(reservation);
            }
            if (i % (FORGED / 4) == 0) {
                buckets.maintain(policy);
                System.out.printf(
                        "%,d forged keys: %,d kB for prefixes, %d accounts held, %d dropped before they were full%n",
                        i,
                        (used() - before) / 1000,
                        buckets.table(Owner.ACCOUNT).size(),
                        buckets.table(Owner.ACCOUNT).evictedUnfilled());
            }
        }
    }

    private static long used() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
