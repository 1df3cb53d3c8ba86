package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.part;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Refill;
import dev.stillgate.tokenbucket.policy.RefillStyle;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Compares the bucket with exact arithmetic, and checks the definition of a token bucket. */
final class BucketPropertyTest {
    private record Step(long nanos, long tokens) {}

    private record Granted(long at, long tokens) {}

    @Property(tries = 500)
    void bucketGrantsTheSameAsAnExactBucket(
            @ForAll("rates") Limit one, @ForAll("rates") Limit two, @ForAll("steps") List<Step> steps) {
        Bucket bucket = new Bucket(0, part(renamed("one", one), renamed("two", two)), 0, false);
        List<ExactBucket> exact = List.of(new ExactBucket(one), new ExactBucket(two));
        long now = 0;
        for (Step step : steps) {
            now += step.nanos;
            Shortage shortage = take(bucket, step.tokens, now);
            long wait = 0;
            for (ExactBucket each : exact) {
                wait = Math.max(wait, each.waitFor(step.tokens, now));
            }
            if (wait == 0) {
                assertThat(shortage).isNull();
                exact.forEach(each -> each.take(step.tokens));
            } else {
                assertThat(shortage).isNotNull();
                assertThat(shortage.remaining()).isNotNegative();
                assertThat(shortage.waitNanos()).isEqualTo(wait == Long.MAX_VALUE ? -1 : wait);
            }
        }
    }

    @Property(tries = 500)
    void grantsInAnyWindowAreAtMostCapacityAndRefill(@ForAll("rates") Limit rate, @ForAll("steps") List<Step> steps) {
        Bucket bucket = new Bucket(0, part(rate), 0, false);
        List<Granted> granted = new ArrayList<>();
        long now = 0;
        for (Step step : steps) {
            now += step.nanos;
            if (take(bucket, step.tokens, now) == null) {
                granted.add(new Granted(now, step.tokens));
            }
        }
        for (int from = 0; from < granted.size(); from++) {
            long sum = 0;
            for (int to = from; to < granted.size(); to++) {
                sum += granted.get(to).tokens;
                long window = granted.get(to).at - granted.get(from).at;
                assertThat(sum).isLessThanOrEqualTo(rate.capacityUnits() + ExactBucket.most(rate, window));
            }
        }
    }

    private static Shortage take(Bucket bucket, long requests, long now) {
        Reservation reservation = new Reservation();
        reservation.reset();
        reservation.requests = requests;
        bucket.refill(now);
        bucket.check(reservation, reservation.terms, now, reservation.shortage);
        if (reservation.shortage() == null) {
            bucket.take(reservation);
        }
        return reservation.shortage();
    }

    @Provide
    Arbitrary<Limit> rates() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 1000),
                        Arbitraries.longs().between(1, 1000),
                        Arbitraries.longs().between(1, 30),
                        Arbitraries.of("ms", "s", "m", "d"),
                        Arbitraries.of(true, false))
                .as((capacity, tokens, periods, unit, greedy) -> greedy
                        ? limit("a", capacity, tokens + "/" + periods + unit)
                        : interval("a", capacity, tokens + "/" + periods + unit));
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Long> gaps = Arbitraries.oneOf(
                Arbitraries.just(0L),
                Arbitraries.longs().between(1, 1_000_000),
                Arbitraries.longs().between(1, 100_000_000_000L),
                Arbitraries.longs().between(1, 10_000_000_000_000_000L));
        return Combinators.combine(gaps, Arbitraries.longs().between(1, 1200))
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(60);
    }

    private static Limit renamed(String name, Limit limit) {
        return limit.refillStyle() == RefillStyle.GREEDY
                ? limit(name, limit.capacityUnits(), limit.refill())
                : interval(name, limit.capacityUnits(), limit.refill());
    }

    /** A bucket in multiples of 1 / period of a token, so that no rounding occurs. */
    private static final class ExactBucket {
        private final BigInteger period;
        private final BigInteger tokens;
        private final BigInteger capacity;
        private final boolean greedy;
        private BigInteger level;
        private long credited;

        private ExactBucket(Limit limit) {
            Refill refill = Refill.parse(limit.refill());
            this.period = BigInteger.valueOf(refill.period().toNanos());
            this.tokens = BigInteger.valueOf(refill.tokens());
            this.capacity = BigInteger.valueOf(limit.capacityUnits()).multiply(period);
            this.greedy = limit.refillStyle() == RefillStyle.GREEDY;
            this.level = capacity;
        }

        private long waitFor(long wanted, long now) {
            long elapsed = now - credited;
            long counted = greedy ? elapsed : elapsed - elapsed % period.longValueExact();
            credited += counted;
            level = level.add(tokens.multiply(BigInteger.valueOf(counted))).min(capacity);
            BigInteger missing = BigInteger.valueOf(wanted).multiply(period).subtract(level);
            if (missing.signum() <= 0) {
                return 0;
            }
            if (BigInteger.valueOf(wanted).multiply(period).compareTo(capacity) > 0) {
                return Long.MAX_VALUE;
            }
            if (greedy) {
                return ceil(missing, tokens).longValueExact();
            }
            return ceil(missing, tokens.multiply(period)).multiply(period).longValueExact() - (now - credited);
        }

        private void take(long wanted) {
            level = level.subtract(BigInteger.valueOf(wanted).multiply(period));
        }

        private static BigInteger ceil(BigInteger a, BigInteger b) {
            return a.add(b).subtract(BigInteger.ONE).divide(b);
        }

        /** Returns the most tokens that refill in a time window, in whole tokens. */
        private static long most(Limit limit, long window) {
            Refill refill = Refill.parse(limit.refill());
            BigInteger tokens = BigInteger.valueOf(refill.tokens());
            BigInteger period = BigInteger.valueOf(refill.period().toNanos());
            BigInteger span = BigInteger.valueOf(window);
            return limit.refillStyle() == RefillStyle.GREEDY
                    ? span.multiply(tokens).divide(period).longValueExact()
                    : span.divide(period).add(BigInteger.ONE).multiply(tokens).longValueExact();
        }
    }
}
