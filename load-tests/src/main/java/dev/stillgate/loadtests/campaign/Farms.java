package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.traffic.Attempt;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Farms of campaigns: accounts with the same means of payment. Measures how soon their unverified accounts are pooled.
 * Exchanges count from the time at which an account is listed, since the gateway does not know its facts before. Not
 * thread-safe.
 */
final class Farms {
    private static final int LEAST = 10; // accounts of a pool
    private static final int THIRD = 3;
    private static final long HOUR = 3_600_000;

    private final Function<String, @Nullable String> payment;
    private final Predicate<String> isListed;
    private final Map<String, Farm> farms = new TreeMap<>();

    /** Accounts of one farm. */
    private static final class Farm {
        private final Map<String, Integer> exchanges = new HashMap<>();
        private final Map<String, Long> third = new HashMap<>(); // exchange of each account that has three
        private long known = Long.MAX_VALUE; // when ten accounts have three exchanges each

        void request(String account, long time) {
            if (exchanges.merge(account, 1, Integer::sum) == THIRD) {
                third.put(account, time);
                if (third.size() == LEAST) {
                    known = time;
                }
            }
        }
    }

    /**
     * Farms of at least ten unverified accounts with three exchanges each.
     *
     * @param farms number of farms
     * @param accounts these accounts
     * @param pooledWithinAnHour accounts pooled within an hour of their own third exchange and that of the tenth account
     */
    record Figures(int farms, int accounts, int pooledWithinAnHour) {}

    /**
     * Creates a measurement.
     *
     * @param payment returns the means of payment of an account, null if unknown
     * @param isListed returns whether an account is listed at present
     */
    Farms(Function<String, @Nullable String> payment, Predicate<String> isListed) {
        this.payment = payment;
        this.isListed = isListed;
    }

    /** Records a request of a campaign. */
    void request(Attempt attempt) {
        String shared =
                attempt.verified() || !isListed.test(attempt.account()) ? null : payment.apply(attempt.account());
        if (shared != null) {
            farms.computeIfAbsent(shared, key -> new Farm()).request(attempt.account(), attempt.time());
        }
    }

    /** @param pooledAt returns when an account was first pooled in milliseconds since the epoch, negative for never */
    Figures figures(ToLongFunction<String> pooledAt) {
        int known = 0;
        int accounts = 0;
        int inTime = 0;
        for (Farm farm : farms.values()) {
            if (farm.third.size() < LEAST) {
                continue;
            }
            known++;
            accounts += farm.third.size();
            for (Map.Entry<String, Long> account : farm.third.entrySet()) {
                long pooled = pooledAt.applyAsLong(account.getKey());
                inTime += pooled >= 0 && pooled <= Math.max(farm.known, account.getValue()) + HOUR ? 1 : 0;
            }
        }
        return new Figures(known, accounts, inTime);
    }
}
