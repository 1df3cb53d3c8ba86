package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.part;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Standing;
import dev.stillgate.tokenbucket.Callers;
import dev.stillgate.tokenbucket.Policies;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BucketTest {
    private static final long SECOND = 1_000_000_000L;

    /** Errors of a public provider: a limit a minute, what was used of it, what was asked, the wait it named. */
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
    void waitsAsLongAsAContinuousBucketDoes(long limit, long used, long asked, long millis) {
        Bucket bucket = bucket(limit("input", Measure.INPUT_TOKENS, limit, limit + "/1m"));
        assertThat(take(bucket, used, 0)).isNull();
        long wait = take(bucket, asked, 0).waitNanos();
        assertThat(Math.round(wait / 1e6)).isEqualTo(millis);
        assertThat(take(bucket, asked, wait - 1)).isNotNull();
        assertThat(take(bucket, asked, wait)).isNull();
    }

    @Test
    void takesFromAllLimitsOrFromNoneAndNamesTheOneThatBound() {
        Bucket bucket = bucket(limit("minute", 10, "10/1m"), limit("day", 3, "3/1d"));
        for (int i = 0; i < 3; i++) {
            assertThat(take(bucket, 1, 0)).isNull();
        }
        for (int i = 0; i < 5; i++) {
            Shortage refused = take(bucket, 1, 0);
            assertThat(refused.limit().name()).isEqualTo("day");
            assertThat(refused.remaining()).isZero();
            assertThat(refused.asked()).isEqualTo(1);
            assertThat(refused.waitNanos()).isEqualTo(Duration.ofHours(8).toNanos());
            assertThat(refused.resetNanos()).isEqualTo(Duration.ofDays(1).toNanos());
        }
        assertThat(bucket.level(0)).as("refusals take nothing of the minute").isEqualTo(7);
    }

    @Test
    void theLimitThatTakesLongestBinds() {
        Bucket bucket = bucket(limit("burst", 2, "2/1s"), limit("minute", 2, "2/1m"), limit("second", 2, "2/1s"));
        take(bucket, 2, 0);
        Shortage refused = take(bucket, 1, 0);
        assertThat(refused.limit().name()).isEqualTo("minute");
        assertThat(refused.waitNanos()).isEqualTo(30 * SECOND);
    }

    @Test
    void theWaitCoversTheWholeRequestAndNeverComesForOneThatNeverFits() {
        Bucket bucket = bucket(limit("minute", 60, "60/1m"));
        take(bucket, 59, 0);
        assertThat(take(bucket, 10, 0).waitNanos()).isEqualTo(9 * SECOND);
        assertThat(take(bucket, 60, 0).waitNanos()).isEqualTo(59 * SECOND);
        assertThat(take(bucket, 61, 0).waitNanos()).isEqualTo(-1);
        assertThat(take(bucket, Long.MAX_VALUE, 0).waitNanos()).isEqualTo(-1);
    }

    @Test
    void whatNeverFitsBindsBeforeWhatTakesLong() {
        Bucket bucket = bucket(limit("day", 100, "1/1d"), limit("minute", 60, "60/1m"));
        take(bucket, 60, 0);
        Shortage refused = take(bucket, 61, 0);
        assertThat(refused.limit().name()).isEqualTo("minute");
        assertThat(refused.waitNanos()).isEqualTo(-1);
    }

    @Test
    void anIntervalGivesBackAtItsEndsOnly() {
        Bucket bucket = bucket(interval("requests", 5, "2/10s"));
        take(bucket, 5, 0);
        assertThat(take(bucket, 1, 9 * SECOND).waitNanos()).isEqualTo(SECOND);
        assertThat(take(bucket, 3, 9 * SECOND).waitNanos()).isEqualTo(11 * SECOND);
        assertThat(take(bucket, 1, 9 * SECOND).resetNanos()).isEqualTo(21 * SECOND);
        assertThat(take(bucket, 2, 10 * SECOND)).isNull();
        assertThat(take(bucket, 1, 19 * SECOND)).isNotNull();
    }

    /** The owner's clock never goes back, so that a tick that was read late by another thread refills nothing twice. */
    @Test
    void aClockThatGoesBackAndForthRefillsNothing() {
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
    void aSetIsNotForgottenWhileSomethingIsUnderWayAndNotBeforeItIsFullAgain() {
        OwnerLimits limits = owner(limit("requests", 60, "60/1m"));
        BucketSet set = BucketSet.own(limits, 0, null);
        assertThat(set.keep(0, 5 * SECOND)).isEqualTo(5 * SECOND);
        Reservation demand = requests(6);
        synchronized (set) {
            assertThat(set.check(demand, limits, 0)).isTrue();
            assertThat(set.pin()).as("not yet pinned, so nothing may be taken").isFalse();
        }
        assertThat(set.keep(0, 5 * SECOND)).isEqualTo(Long.MAX_VALUE);
        demand.addOwner(set, limits);
        synchronized (set) {
            assertThat(set.check(demand, limits, 0)).isTrue();
            assertThat(set.pin()).isTrue();
            set.take(demand);
        }
        assertThat(set.keep(0, 5 * SECOND)).isEqualTo(Long.MAX_VALUE);
        demand.costsReserve = true;
        set.settle(demand, demand.taken(0), demand.takenLimits(0), SECOND);
        assertThat(set.keep(SECOND, 5 * SECOND)).isEqualTo(5 * SECOND + 5 * SECOND);
        assertThat(set.forget(3 * SECOND))
                .as("dropped while two tokens are missing")
                .isFalse();
        assertThat(set.check(demand, limits, 4 * SECOND)).isFalse();
    }

    @Test
    void debtIsOwedAndPaidByTimeOnly() {
        Bucket bucket = bucket(limit("output", Measure.OUTPUT_TOKENS, 100, "10/1s"));
        Reservation demand = tokens(1, 100);
        bucket.take(demand);
        demand.cost(1, 0, 350);
        bucket.settle(demand, bucket.limits());
        assertThat(bucket.level(0)).isEqualTo(100 - 350);
        bucket.refill(20 * SECOND);
        assertThat(bucket.level(0)).isEqualTo(-50);
        Reservation one = tokens(1, 1);
        one.check(bucket, one.terms, 20 * SECOND);
        assertThat(one.shortage().remaining())
                .as("no caller is told of a negative rest")
                .isZero();
        assertThat(one.shortage().waitNanos()).isEqualTo(5_100_000_000L);
        bucket.refill(25_100_000_000L);
        one.reset();
        one.tokens = true;
        one.output = 1;
        one.check(bucket, one.terms, 25_100_000_000L);
        assertThat(one.shortage()).isNull();
    }

    @Test
    void noNumberOfHugeCostsOverflowsADebt() {
        Bucket bucket = bucket(limit("output", Measure.OUTPUT_TOKENS, 100, "10/1s"));
        Reservation demand = tokens(1, 100);
        for (int i = 0; i < 2_000_000; i++) {
            bucket.take(demand);
            demand.cost(1, 0, Long.MAX_VALUE);
            bucket.settle(demand, bucket.limits());
        }
        assertThat(bucket.level(0)).isBetween(-(1L << 60) - 2 * Charge.MOST, -(1L << 60) + 2 * Charge.MOST);
        demand.check(bucket, demand.terms, 1);
        assertThat(demand.shortage().waitNanos()).isPositive();
    }

    @Test
    void whatIsGivenBackNeverFillsOverTheCapacity() {
        Bucket bucket = bucket(limit("output", Measure.OUTPUT_TOKENS, 100, "100/1s"));
        Reservation demand = tokens(1, 50);
        bucket.take(demand);
        bucket.refill(SECOND);
        assertThat(bucket.level(0)).isEqualTo(100);
        demand.cost(0, 0, 0);
        bucket.settle(demand, bucket.limits());
        assertThat(bucket.level(0)).isEqualTo(100);
    }

    @Test
    void concurrencyIsWhatIsUnderWayAndHasNoRefill() {
        Bucket bucket = bucket(concurrency("parallel", 2));
        Reservation first = requests(1);
        Reservation second = requests(1);
        bucket.take(first);
        bucket.take(second);
        Shortage refused = take(bucket, 1, Duration.ofDays(9).toNanos());
        assertThat(refused.limit().name()).isEqualTo("parallel");
        assertThat(refused.waitNanos()).isEqualTo(SECOND);
        bucket.settle(first, bucket.limits());
        assertThat(bucket.inFlight()).isEqualTo(1);
        assertThat(take(bucket, 1, 0)).isNull();
    }

    @Test
    void aLimitOfTokensDoesNotCountWhatHasNone() {
        Callers callers = new Callers();
        PolicyLimits limits =
                callers.policy(limit("input", Measure.INPUT_TOKENS, 100, "1/1h"), limit("requests", 3, "1/1h"));
        assertThat(callers.take(account("a"), limits, 3)).isEqualTo(Callers.Went.OWN);
        assertThat(callers.levels("a")).containsEntry("input", 100L).containsEntry("requests", 0L);
        Reservation late = new Reservation();
        late.reset();
        assertThat(callers.buckets.fits(account("a"), Standing.CLEAR, Policies.HERE, limits, late))
                .isFalse();
    }

    private static Bucket bucket(TokenBucketPolicy.Limit... limits) {
        return new Bucket(0, part(limits), 0, false);
    }

    private static OwnerLimits owner(TokenBucketPolicy.Limit... limits) {
        return new PolicyLimits(Policies.policy(limits), 0).account(OwnerLimits.Variant.PLAIN);
    }

    /** Takes so many requests, which are as many input tokens; returns what is short, null when nothing is. */
    private static Shortage take(Bucket bucket, long number, long now) {
        Reservation demand = requests(number);
        demand.input = number;
        demand.tokens = true;
        bucket.refill(now);
        demand.check(bucket, demand.terms, now);
        if (demand.shortage() == null) {
            bucket.take(demand);
        }
        return demand.shortage();
    }

    private static boolean take(BucketSet set, OwnerLimits limits, long number, long now) {
        Reservation demand = requests(number);
        demand.addOwner(set, limits);
        synchronized (set) {
            assertThat(set.check(demand, limits, now)).isTrue();
            if (demand.shortage() == null) {
                set.take(demand);
            }
        }
        return demand.shortage() == null;
    }

    private static Reservation requests(long number) {
        Reservation demand = new Reservation();
        demand.reset();
        demand.requests = number;
        return demand;
    }

    private static Reservation tokens(long input, long output) {
        Reservation demand = requests(1);
        demand.tokens = true;
        demand.input = input;
        demand.output = output;
        return demand;
    }
}
