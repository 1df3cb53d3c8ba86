package dev.stillgate.canary;

import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.spi.Account;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The strata of one epoch, numbered from 0. An account's stratum depends on policy, account and epoch only, so all
 * gateways agree on it, also after a restart. The months are the newest of the epoch, counted back from its last one.
 * Immutable and thread-safe.
 */
final class Strata {
    private static final String EARLIER = "earlier";
    private static final String UNKNOWN = "unknown";

    private final String epoch;
    private final List<String> months = new ArrayList<>();
    /** The first second of each month, and the first after the epoch. */
    private final long[] seconds;

    private final List<String> regions;
    private final List<String> tiers;
    private final Map<String, Integer> regionNumbers;
    private final Map<String, Integer> tierNumbers;

    Strata(StrataPolicy policy, Epoch.Span epoch) {
        this.epoch = epoch.name();
        int newest = policy.newest();
        seconds = new long[newest + 1];
        months.add(EARLIER);
        for (int i = 0; i < newest; i++) {
            YearMonth month = epoch.last().minusMonths(newest - 1L - i);
            months.add(month.toString());
            seconds[i] = Epoch.millis(month) / 1000;
        }
        months.add(UNKNOWN);
        seconds[newest] = epoch.until() / 1000;
        regions = policy.regionNames();
        tiers = policy.tierNames();
        regionNumbers = numbers(regions);
        tierNumbers = numbers(tiers);
    }

    private static Map<String, Integer> numbers(List<String> names) {
        Map<String, Integer> numbers = new HashMap<>();
        names.forEach(name -> numbers.put(name, numbers.size()));
        return numbers;
    }

    int size() {
        return months.size() * (regions.size() + 1) * (tiers.size() + 1);
    }

    /** Returns the number of an account's stratum. Allocates nothing. */
    int of(Account account) {
        int number = month(account.created());
        number = number * (regions.size() + 1) + number(regionNumbers, account.region(), regions.size());
        return number * (tiers.size() + 1) + number(tierNumbers, account.tier(), tiers.size());
    }

    private int month(@Nullable Instant created) {
        int unknown = seconds.length;
        if (created == null) {
            return unknown;
        }
        long second = created.getEpochSecond();
        int month = 0;
        while (month < seconds.length && second >= seconds[month]) {
            month++;
        }
        return month; // a date after the epoch counts as unknown
    }

    private static int number(Map<String, Integer> numbers, @Nullable String name, int other) {
        Integer number = name == null ? null : numbers.get(name);
        return number == null ? other : number;
    }

    /** Returns the name of a stratum's key, with the dimensions that the policy lists. */
    String name(int number) {
        List<String> values = new ArrayList<>();
        int rest = number / (tiers.size() + 1);
        values.add(months.get(rest / (regions.size() + 1)));
        add(values, regions, rest % (regions.size() + 1));
        add(values, tiers, number % (tiers.size() + 1));
        return KeyNames.ofStratum(values, epoch);
    }

    private static void add(List<String> values, List<String> names, int number) {
        if (!names.isEmpty()) {
            values.add(number == names.size() ? StrataPolicy.OTHER : names.get(number));
        }
    }
}
