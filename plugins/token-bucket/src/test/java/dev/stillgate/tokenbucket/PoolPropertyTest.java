package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.pooled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.orders.Orders;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.tokenbucket.BucketHarness.Result;
import dev.stillgate.tokenbucket.bucket.BucketStore;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Runs any order of requests, joins, leaves, merges, evictions, restarts and waits on three accounts and three pools.
 * Each request is granted exactly if the account's own model bucket and that of each pool from which it has drawn in the
 * last hour have the tokens. So no bucket of the model is ever refilled except by time.
 */
@Tag("slow")
final class PoolPropertyTest {
    private static final List<Account> ACCOUNTS = List.of(account("a"), account("b"), account("c"));
    private static final int OWN = 12;
    private static final int BUDGET = 8;
    private static final long HOUR = Duration.ofHours(1).toNanos();

    /** Longer than an hour by more than a minute after nine steps, and never between the two. */
    private static final Duration STEP = Duration.ofMinutes(7);

    /** The kinds of steps. */
    private enum Kind {
        ASK,
        JOIN,
        LEAVE,
        SWEEP,
        RESTART,
        WAIT
    }

    private record Step(Kind kind, int account, int number) {}

    @Property(tries = 300)
    void poolsAndAccountsAreRefilledByTimeOnly(@ForAll("steps") List<Step> steps) throws IOException {
        Path directory = Files.createTempDirectory("pools");
        try {
            new Run(directory).all(steps);
        } finally {
            Files.deleteIfExists(directory.resolve("buckets"));
            Files.delete(directory);
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(
                Tuple.of(10, Kind.ASK),
                Tuple.of(4, Kind.JOIN),
                Tuple.of(1, Kind.LEAVE),
                Tuple.of(2, Kind.SWEEP),
                Tuple.of(1, Kind.RESTART),
                Tuple.of(3, Kind.WAIT));
        return Combinators.combine(
                        kinds,
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(1, 6))
                .as(Step::new)
                .list()
                .ofMinSize(20)
                .ofMaxSize(150);
    }

    /** One run of steps against the buckets and the model. */
    private static final class Run {
        private final Path directory;
        private final Map<String, Level> levels = new TreeMap<>();
        private final Map<String, Long> lastDraws = new HashMap<>();
        private final @Nullable String[] group = new String[ACCOUNTS.size()];
        private final BucketHarness first = new BucketHarness();
        private final Orders orders = new FakeContext("limits", first.ticker).orders();
        private BucketHarness harness = first;
        private BucketStore store = new BucketStore(first.ticker, first.buckets, orders);
        private PolicyLimits limits = policy();

        private Run(Path directory) {
            this.directory = directory;
            store.open(directory, limits);
        }

        private PolicyLimits policy() {
            return harness.policy(
                    pooled(Map.of(Measure.REQUESTS, BUDGET + "/1h"), limit("requests", OWN, OWN + "/1h")));
        }

        private long now() {
            return first.ticker.nanos();
        }

        private void all(List<Step> steps) {
            for (Step step : steps) {
                switch (step.kind) {
                    case ASK -> ask(step.account, step.number);
                    case JOIN -> group[step.account] = "c-" + (1 + step.number % 3);
                    case LEAVE -> group[step.account] = null;
                    case SWEEP -> harness.buckets.maintain(limits);
                    case RESTART -> restart();
                    case WAIT -> first.ticker.advance(STEP.multipliedBy(step.number));
                }
                compare();
            }
            assertThat(harness.evictedUnfilled()).isZero();
        }

        private void restart() {
            store.close();
            levels.values().forEach(level -> level.round(now()));
            harness = new BucketHarness(first.ticker);
            limits = policy();
            store = new BucketStore(first.ticker, harness.buckets, orders);
            store.open(directory, limits);
        }

        private void ask(int who, int tokens) {
            Account account = ACCOUNTS.get(who);
            String pool = group[who];
            List<Level> counting = new ArrayList<>();
            counting.add(level(account.id(), OWN));
            if (pool != null) {
                lastDraws.put(account.id() + '/' + pool, now());
                for (int i = 1; i <= 3; i++) {
                    Long last = lastDraws.get(account.id() + "/c-" + i);
                    if (last != null && now() - last <= HOUR) {
                        counting.add(level("c-" + i, BUDGET));
                    }
                }
            }
            boolean fits = counting.stream().allMatch(each -> each.at(now()) >= tokens);
            Result result = pool == null
                    ? harness.take(account, limits, tokens)
                    : harness.takePooled(account, pool, limits, tokens);
            assertThat(result).isEqualTo(fits ? Result.OWN : Result.REFUSED);
            counting.forEach(each -> each.used += fits ? tokens : 0);
        }

        private Level level(String owner, int capacity) {
            return levels.computeIfAbsent(owner, absent -> new Level(capacity));
        }

        /** Compares all levels; an absent set counts as full. */
        private void compare() {
            levels.forEach((owner, level) -> {
                boolean pool = owner.startsWith("c-");
                Map<String, Long> found = pool ? harness.poolLevels(owner) : harness.levels(owner);
                assertThat(found.getOrDefault(pool ? "pool-requests" : "requests", level.capacity))
                        .as(owner)
                        .isEqualTo(level.at(now()));
            });
        }
    }

    /** The level of a bucket that fills in an hour, in whole tokens. */
    private static final class Level {
        private final long capacity;
        private long used;
        private long since;
        private long partly;

        private Level(long capacity) {
            this.capacity = capacity;
        }

        /** Forgets fractions of tokens, as a restart does. */
        private void round(long nanos) {
            at(nanos);
            partly = 0;
        }

        /** Returns the level at a time, which must not go back. */
        private long at(long nanos) {
            long refilled = (nanos - since) * capacity + partly;
            since = nanos;
            used -= refilled / HOUR;
            partly = refilled % HOUR;
            if (used <= 0) {
                used = 0;
                partly = 0;
            }
            return capacity - used;
        }
    }
}
