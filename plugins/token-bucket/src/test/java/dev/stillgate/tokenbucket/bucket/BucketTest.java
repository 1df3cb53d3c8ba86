package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.part;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Standing;
import dev.stillgate.tokenbucket.BucketHarness;
import dev.stillgate.tokenbucket.Policies;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.Price;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BucketTest {
    private static final long SECOND = 1_000_000_000L;

    /** Errors of a public provider: limit by minute, used tokens, requested tokens, and the wait in milliseconds. */
    @ParameterizedTest
    @CsvSource({
        "10000, 8554, 3082, 9816",
        "30000, 14567, 24754, 18642",
        "30000, 29937, 385, 644",
        "200000, 162960, 42288, 1574",
        "30000, 18928, 11159, 174",
        "30000, 28039, 3906, 3890",
        "250000, 250000, 143071, 34337"
    })
    void waitEqualsThatOfAContinuousBucket(long limit, long used, long asked, long millis) {
        Bucket bucket = bucket(limit("input", Measure.INPUT_TOKENS, limit, limit + "/1m"));
        assertThat(take(bucket, used, 0)).isNull();
        long wait = take(bucket, asked, 0).waitNanos();
        assertThat(Math.round(wait / 1e6)).isEqualTo(millis);
        assertThat(take(bucket, asked, wait - 1)).isNotNull();
        assertThat(take(bucket, asked, wait)).isNull();
    }

    @Test
    void refusalTakesFromNoLimitAndNamesTheTightest() {
        Bucket bucket = bucket(limit("minute", 10, "10/1m"), limit("day", 3, "3/1d"));
        for (int i = 0; i < 3; i++) {
            assertThat(take(bucket, 1, 0)).isNull();
        }
        for (int i = 0; i < 5; i++) {
            Shortage refused = take(bucket, 1, 0);
            assertThat(refused.limit().name()).isEqualTo("day");
            assertThat(refused.remaining()).isZero();
            assertThat(refused.requested()).isEqualTo(1);
            assertThat(refused.waitNanos()).isEqualTo(Duration.ofHours(8).toNanos());
            assertThat(refused.resetNanos()).isEqualTo(Duration.ofDays(1).toNanos());
        }
        assertThat(bucket.level(0))
                .as("refusals take no tokens from the limit by minute")
                .isEqualTo(7);
    }

    @Test
    void limitWithTheLongestWaitIsNamed() {
        Bucket bucket = bucket(limit("burst", 2, "2/1s"), limit("minute", 2, "2/1m"), limit("second", 2, "2/1s"));
        take(bucket, 2, 0);
        Shortage refused = take(bucket, 1, 0);
        assertThat(refused.limit().name()).isEqualTo("minute");
        assertThat(refused.waitNanos()).isEqualTo(30 * SECOND);
    }

    @Test
    void waitCoversTheWholeRequestOrIsInfinite() {
        Bucket bucket = bucket(limit("minute", 60, "60/1m"));
        take(bucket, 59, 0);
        assertThat(take(bucket, 10, 0).waitNanos()).isEqualTo(9 * SECOND);
        assertThat(take(bucket, 60, 0).waitNanos()).isEqualTo(59 * SECOND);
        assertThat(take(bucket, 61, 0).waitNanos()).isEqualTo(-1);
        assertThat(take(bucket, Long.MAX_VALUE, 0).waitNanos()).isEqualTo(-1);
    }

    @Test
    void tooSmallLimitIsNamedBeforeTheLongestWait() {
        Bucket bucket = bucket(limit("day", 100, "1/1d"), limit("minute", 60, "60/1m"));
        take(bucket, 60, 0);
        Shortage refused = take(bucket, 61, 0);
        assertThat(refused.limit().name()).isEqualTo("minute");
        assertThat(refused.waitNanos()).isEqualTo(-1);
    }

    @Test
    void intervalRefillsOnlyAtItsEnd() {
        Bucket bucket = bucket(interval("requests", 5, "2/10s"));
        take(bucket, 5, 0);
        assertThat(take(bucket, 1, 9 * SECOND).waitNanos()).isEqualTo(SECOND);
        assertThat(take(bucket, 3, 9 * SECOND).waitNanos()).isEqualTo(11 * SECOND);
        assertThat(take(bucket, 1, 9 * SECOND).resetNanos()).isEqualTo(21 * SECOND);
        assertThat(take(bucket, 2, 10 * SECOND)).isNull();
        assertThat(take(bucket, 1, 19 * SECOND)).isNotNull();
    }

    /** A late clock reading of another thread must not refill twice. */
    @Test
    void clockThatGoesBackRefillsNothing() {
        OwnerLimits limits = owner(limit("requests", 10, "10/10s"));
        BucketSet set = BucketSet.shared(limits, 100 * SECOND, null);
        assertThat(take(set, limits, 10, 100 * SECOND)).isTrue();
        for (int i = 0; i < 50; i++) {
            assertThat(take(set, limits, 1, 0)).isFalse();
            assertThat(take(set, limits, 1, 100 * SECOND)).isFalse();
        }
        assertThat(take(set, limits, 1, 101 * SECOND)).isTrue();
        assertThat(take(set, limits, 1, 101 * SECOND)).isFalse();
    }

    @Test
    void setIsKeptWhileInFlightAndUntilFull() {
        OwnerLimits limits = owner(limit("requests", 60, "60/1m"));
        BucketSet set = BucketSet.own(limits, 0, null);
        assertThat(set.nanosToKeep(0, 5 * SECOND)).isEqualTo(5 * SECOND);
        Reservation reservation = requests(6);
        synchronized (set) {
            assertThat(check(set, reservation, limits, 0)).isTrue();
            assertThat(set.pin())
                    .as("not pinned yet, so no tokens may be taken")
                    .isFalse();
        }
        assertThat(set.nanosToKeep(0, 5 * SECOND)).isEqualTo(Long.MAX_VALUE);
        reservation.addOwner(set, limits);
        synchronized (set) {
            assertThat(check(set, reservation, limits, 0)).isTrue();
            assertThat(set.pin()).isTrue();
            set.take(reservation, 0, reservation.taken);
        }
        assertThat(set.nanosToKeep(0, 5 * SECOND)).isEqualTo(Long.MAX_VALUE);
        reservation.costsReserve = true;
        set.settle(reservation, reservation.taken.bucket(0), reservation.taken.limits(0), 0, SECOND);
        assertThat(set.nanosToKeep(SECOND, 5 * SECOND)).isEqualTo(5 * SECOND + 5 * SECOND);
        assertThat(set.evict(3 * SECOND))
                .as("evicted while two tokens are missing")
                .isFalse();
        assertThat(check(set, reservation, limits, 4 * SECOND)).isFalse();
    }

    @Test
    void debtIsPaidOnlyByRefill() {
        Bucket bucket = bucket(limit("output", Measure.OUTPUT_TOKENS, 100, "10/1s"));
        Reservation reservation = tokens(1, 100);
        bucket.take(reservation);
        reservation.setCost(1, 0, 350);
        bucket.settle(reservation, bucket.limits(), bucket.adoptions());
        assertThat(bucket.level(0)).isEqualTo(100 - 350);
        bucket.refill(20 * SECOND);
        assertThat(bucket.level(0)).isEqualTo(-50);
        Reservation one = tokens(1, 1);
        bucket.check(one, one.terms, 20 * SECOND, one.shortage);
        assertThat(one.shortage().remaining())
                .as("clients see no negative level")
                .isZero();
        assertThat(one.shortage().waitNanos()).isEqualTo(5_100_000_000L);
        bucket.refill(25_100_000_000L);
        one.reset();
        one.hasTokens = true;
        one.output = 1;
        bucket.check(one, one.terms, 25_100_000_000L, one.shortage);
        assertThat(one.shortage()).isNull();
    }

    @Test
    void hugeCostsNeverOverflowTheDebt() {
        Bucket bucket = bucket(limit("output", Measure.OUTPUT_TOKENS, 100, "10/1s"));
        Reservation reservation = tokens(1, 100);
        for (int i = 0; i < 2_000_000; i++) {
            bucket.take(reservation);
            reservation.setCost(1, 0, Long.MAX_VALUE);
            bucket.settle(reservation, bucket.limits(), bucket.adoptions());
        }
        assertThat(bucket.level(0)).isBetween(-(1L << 60) - 2 * Price.MAX_AMOUNT, -(1L << 60) + 2 * Price.MAX_AMOUNT);
        bucket.check(reservation, reservation.terms, 1, reservation.shortage);
        assertThat(reservation.shortage().waitNanos()).isPositive();
    }

    @Test
    void returnedTokensFillUpToCapacity() {
        Bucket bucket = bucket(limit("output", Measure.OUTPUT_TOKENS, 100, "100/1s"));
        Reservation reservation = tokens(1, 50);
        bucket.take(reservation);
        bucket.refill(SECOND);
        assertThat(bucket.level(0)).isEqualTo(100);
        reservation.setCost(0, 0, 0);
        bucket.settle(reservation, bucket.limits(), bucket.adoptions());
        assertThat(bucket.level(0)).isEqualTo(100);
    }

    @Test
    void concurrencyCountsExchangesInFlightAndNeverRefills() {
        Bucket bucket = bucket(concurrency("parallel", 2));
        Reservation first = requests(1);
        Reservation second = requests(1);
        bucket.take(first);
        bucket.take(second);
        Shortage refused = take(bucket, 1, Duration.ofDays(9).toNanos());
        assertThat(refused.limit().name()).isEqualTo("parallel");
        assertThat(refused.waitNanos()).isEqualTo(SECOND);
        bucket.settle(first, bucket.limits(), bucket.adoptions());
        assertThat(bucket.inFlight()).isEqualTo(1);
        assertThat(take(bucket, 1, 0)).isNull();
    }

    @Test
    void tokenLimitIgnoresRequestsWithoutTokens() {
        BucketHarness harness = new BucketHarness();
        PolicyLimits limits =
                harness.policy(limit("input", Measure.INPUT_TOKENS, 100, "1/1h"), limit("requests", 3, "1/1h"));
        assertThat(harness.take(account("a"), limits, 3)).isEqualTo(BucketHarness.Result.OWN);
        assertThat(harness.levels("a")).containsEntry("input", 100L).containsEntry("requests", 0L);
        Reservation late = new Reservation();
        late.reset();
        assertThat(harness.buckets.fits(account("a"), Standing.CLEAR, Policies.HERE, limits, late))
                .isFalse();
    }

    private static Bucket bucket(Limit... limits) {
        return new Bucket(0, part(limits), 0, false);
    }

    private static OwnerLimits owner(Limit... limits) {
        return new PolicyLimits(Policies.policy(limits), 0).account(OwnerLimits.Variant.DEFAULT);
    }

    /** Takes a number of requests with one input token each; returns the shortage, null if they fit. */
    private static Shortage take(Bucket bucket, long number, long now) {
        Reservation reservation = requests(number);
        reservation.input = number;
        reservation.hasTokens = true;
        bucket.refill(now);
        bucket.check(reservation, reservation.terms, now, reservation.shortage);
        if (reservation.shortage() == null) {
            bucket.take(reservation);
        }
        return reservation.shortage();
    }

    private static boolean take(BucketSet set, OwnerLimits limits, long number, long now) {
        Reservation reservation = requests(number);
        reservation.addOwner(set, limits);
        synchronized (set) {
            assertThat(check(set, reservation, limits, now)).isTrue();
            if (reservation.shortage() == null) {
                set.take(reservation, 0, reservation.taken);
            }
        }
        return reservation.shortage() == null;
    }

    private static boolean check(BucketSet set, Reservation reservation, OwnerLimits limits, long now) {
        synchronized (set) {
            return set.check(reservation, limits, reservation.terms, now, reservation.shortage);
        }
    }

    private static Reservation requests(long number) {
        Reservation reservation = new Reservation();
        reservation.reset();
        reservation.requests = number;
        return reservation;
    }

    private static Reservation tokens(long input, long output) {
        Reservation reservation = requests(1);
        reservation.hasTokens = true;
        reservation.input = input;
        reservation.output = output;
        return reservation;
    }
}
