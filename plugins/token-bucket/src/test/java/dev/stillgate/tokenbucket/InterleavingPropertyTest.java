package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static dev.stillgate.tokenbucket.Policies.bounded;
import static dev.stillgate.tokenbucket.Policies.ceiling;
import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.member;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.tokenbucket.bucket.BucketTable;
import dev.stillgate.tokenbucket.bucket.Reservation;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.Scope;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Runs any order of begin, settle, abort, reload, eviction and wait steps on three accounts of one organisation. After
 * each step the levels equal those of an exact model in billionths of a token.
 */
final class InterleavingPropertyTest {
    private static final List<Account> ACCOUNTS = List.of(member("a", "x"), member("b", "x"), member("c", "x"));
    private static final String ORGANISATION = "x";
    private static final int PARALLEL = 4;

    /** The kinds of steps; some ignore their numbers. */
    private enum Kind {
        BEGIN,
        SETTLE,
        ABORT,
        RELOAD,
        SWEEP,
        WAIT
    }

    private record Step(Kind kind, int which, long tokens, long cost) {}

    /** An exchange in flight with the tokens taken for it, by owner and limit. */
    private record Open(Reservation reservation, Account account, Map<String, Long> taken) {}

    @Property(tries = 300)
    void levelsEqualThoseOfAnExactModel(@ForAll("steps") List<Step> steps) {
        new Run().all(steps);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(
                Tuple.of(8, Kind.BEGIN),
                Tuple.of(5, Kind.SETTLE),
                Tuple.of(3, Kind.ABORT),
                Tuple.of(1, Kind.RELOAD),
                Tuple.of(2, Kind.SWEEP),
                Tuple.of(3, Kind.WAIT));
        return Combinators.combine(
                        kinds,
                        Arbitraries.integers().between(0, 20),
                        Arbitraries.longs().between(1, 400),
                        Arbitraries.longs().between(0, 600))
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(120);
    }

    /** One run of steps against the buckets and the model. */
    private static final class Run {
        private final BucketHarness harness = new BucketHarness();
        private final Map<String, Exact> model = new TreeMap<>();
        private final List<Open> open = new ArrayList<>();
        private long generosity = 1;
        private PolicyLimits limits = policy();

        private Run() {
            model.put(ORGANISATION + "/org", new Exact(1000, 13));
            for (Account each : ACCOUNTS) {
                model.put(each.id() + "/out", new Exact(500, 7));
                model.put(each.id() + "/total", new Exact(900, 11));
                model.put(each.id() + "/requests", new Exact(40, 1));
            }
        }

        private PolicyLimits policy() {
            return harness.policy(bounded(100, limits(generosity)));
        }

        /**
         * Returns limits with capacities multiplied by a number, so that a reload changes all of them; refills are the
         * same.
         */
        private static Limit[] limits(long times) {
            return new Limit[] {
                ceiling(200, limit("out", Measure.OUTPUT_TOKENS, 500 * times, "7/1s")),
                ceiling(200, limit("total", Measure.TOTAL_TOKENS, 900 * times, "11/1s")),
                limit("requests", 40 * times, "1/1s"),
                concurrency("parallel", PARALLEL),
                scoped(
                        Set.of(Scope.ORGANISATION),
                        ceiling(200, limit("org", Measure.OUTPUT_TOKENS, 1000 * times, "13/1s")))
            };
        }

        private void all(List<Step> steps) {
            for (Step step : steps) {
                switch (step.kind) {
                    case BEGIN -> begin(ACCOUNTS.get(step.which % 3), step.tokens, step.cost);
                    case SETTLE -> settle(step, 1, step.tokens, step.cost);
                    case ABORT -> settle(step, 0, 0, 0);
                    case RELOAD -> reload(1 + step.which % 3);
                    case SWEEP -> harness.buckets.maintain(limits);
                    case WAIT -> await(Duration.ofMillis(step.which % 2 == 0 ? step.tokens : 37 * step.tokens));
                }
                compare();
            }
            while (!open.isEmpty()) {
                settle(new Step(Kind.SETTLE, 0, 0, 0), 1, 5, 5);
            }
            await(Duration.ofHours(2));
            compare();
            model.values().forEach(each -> assertThat(each.level()).isEqualTo(each.capacity));
            assertThat(harness.evictedUnfilled()).isZero();
        }

        private void begin(Account account, long input, long output) {
            Reservation reservation = harness.prompt(limits, "m", input, output);
            Map<String, Long> wanted = new TreeMap<>();
            long reserved = Math.clamp(output, 1, 200);
            wanted.put(account.id() + "/out", reserved);
            wanted.put(account.id() + "/total", input + Math.min(output, 200));
            wanted.put(account.id() + "/requests", 1L);
            wanted.put("x/org", reserved);
            long running = open.stream().filter(each -> each.account == account).count();
            boolean fits = running < PARALLEL
                    && wanted.entrySet().stream()
                            .allMatch(each -> model.get(each.getKey()).level() >= each.getValue());
            assertThat(harness.buckets.take(account, Standing.CLEAR, HERE, limits, reservation))
                    .as("%s requests %s of %s", account.id(), wanted, model)
                    .isEqualTo(fits);
            if (fits) {
                wanted.forEach((name, tokens) -> model.get(name).take(tokens));
                open.add(new Open(reservation, account, wanted));
            }
        }

        private void settle(Step step, long requests, long input, long output) {
            if (open.isEmpty()) {
                return;
            }
            Open ended = open.remove(step.which % open.size());
            harness.settle(ended.reservation, requests, input, output);
            String id = ended.account.id();
            settle(ended, id + "/out", output);
            settle(ended, id + "/total", input + output);
            settle(ended, id + "/requests", requests);
            settle(ended, "x/org", output);
        }

        private void settle(Open ended, String name, long cost) {
            model.get(name).giveBack(ended.taken.get(name) - cost);
        }

        private void reload(long times) {
            generosity = times;
            limits = policy();
            harness.buckets.maintain(limits);
            model.forEach((name, exact) -> {
                exact.capacity(times);
                if (!isPresent(name)) {
                    exact.fill(); // an evicted set is recreated full
                }
            });
        }

        private boolean isPresent(String name) {
            String id = name.substring(0, name.indexOf('/'));
            BucketTable table = name.endsWith("/org")
                    ? harness.buckets.table(Owner.ORGANISATION)
                    : harness.buckets.table(Owner.ACCOUNT);
            return table.find(id) != null;
        }

        private void await(Duration time) {
            harness.ticker.advance(time);
            model.values().forEach(each -> each.pass(time.toNanos()));
        }

        /** Compares all levels; an absent set counts as full. */
        private void compare() {
            for (Account each : ACCOUNTS) {
                Map<String, Long> levels = harness.levels(each.id());
                for (String name : List.of("out", "total", "requests")) {
                    Exact exact = model.get(each.id() + '/' + name);
                    assertThat(levels.getOrDefault(name, exact.capacity))
                            .as("%s of %s", name, each.id())
                            .isEqualTo(exact.level());
                }
                long running = open.stream().filter(one -> one.account == each).count();
                assertThat(levels.getOrDefault("parallel", (long) PARALLEL)).isEqualTo(PARALLEL - running);
            }
            Exact organisation = model.get("x/org");
            assertThat(harness.levels(harness.buckets.table(Owner.ORGANISATION).find(ORGANISATION))
                            .getOrDefault("org", organisation.capacity))
                    .isEqualTo(organisation.level());
        }
    }

    /** A bucket that refills a whole number of tokens each second, exact to a billionth of a token. */
    private static final class Exact {
        private static final BigInteger BILLION = BigInteger.valueOf(1_000_000_000);
        private final long standard;
        private final BigInteger perSecond;
        private long capacity;
        private BigInteger level;

        private Exact(long capacity, long perSecond) {
            this.standard = capacity;
            this.capacity = capacity;
            this.perSecond = BigInteger.valueOf(perSecond);
            this.level = BigInteger.valueOf(capacity).multiply(BILLION);
        }

        /** Returns the level in whole tokens, rounded towards negative infinity. */
        private long level() {
            BigInteger[] parts = level.divideAndRemainder(BILLION);
            return parts[0].longValueExact() - (parts[1].signum() < 0 ? 1 : 0);
        }

        private void take(long tokens) {
            level = level.subtract(BigInteger.valueOf(tokens).multiply(BILLION));
        }

        private void giveBack(long tokens) {
            level = level.add(BigInteger.valueOf(tokens).multiply(BILLION));
            cut();
        }

        private void pass(long nanos) {
            level = level.add(perSecond.multiply(BigInteger.valueOf(nanos)));
            cut();
        }

        private void capacity(long times) {
            capacity = standard * times;
            cut();
        }

        private void fill() {
            level = BigInteger.valueOf(capacity).multiply(BILLION);
        }

        private void cut() {
            level = level.min(BigInteger.valueOf(capacity).multiply(BILLION));
        }

        @Override
        public String toString() {
            return level() + "/" + capacity;
        }
    }
}
