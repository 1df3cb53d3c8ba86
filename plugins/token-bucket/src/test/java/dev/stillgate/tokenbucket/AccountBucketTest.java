package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.limits;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AccountBucketTest {
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
        Limits limits = limits(limit("requests", limit, limit + "/1m"));
        AccountBucket bucket = AccountBucket.shared(limits, 0);
        assertThat(bucket.take(limits, used, used, 0)).isEqualTo(Take.Granted.SHARED);
        long wait = refused(bucket.take(limits, asked, asked, 0)).waitNanos();
        assertThat(Math.round(wait / 1e6)).isEqualTo(millis);
        assertThat(bucket.take(limits, asked, asked, wait - 1)).isInstanceOf(Take.Refused.class);
        assertThat(bucket.take(limits, asked, asked, wait)).isEqualTo(Take.Granted.SHARED);
    }

    @Test
    void takesFromAllLimitsOrFromNoneAndNamesTheOneThatBound() {
        Limits limits = limits(limit("minute", 10, "10/1m"), limit("day", 3, "3/1d"));
        AccountBucket bucket = AccountBucket.shared(limits, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(bucket.take(limits, 1, 1, 0)).isEqualTo(Take.Granted.SHARED);
        }
        for (int i = 0; i < 5; i++) {
            Take.Refused refused = refused(bucket.take(limits, 1, 1, 0));
            assertThat(refused.limit().name()).isEqualTo("day");
            assertThat(refused.remaining()).isZero();
            assertThat(refused.waitNanos()).isEqualTo(Duration.ofHours(8).toNanos());
            assertThat(refused.resetNanos()).isEqualTo(Duration.ofDays(1).toNanos());
        }
        // The refusals took nothing from the minute's limit: seven are left there when the day allows them.
        Limits minuteOnly = limits(1, limit("minute", 10, "10/1m"));
        assertThat(bucket.take(minuteOnly, 7, 7, 0)).isEqualTo(Take.Granted.SHARED);
        assertThat(bucket.take(minuteOnly, 1, 1, 0)).isInstanceOf(Take.Refused.class);
    }

    @Test
    void theLimitThatTakesLongestBinds() {
        Limits limits = limits(limit("burst", 2, "2/1s"), limit("minute", 2, "2/1m"));
        AccountBucket bucket = AccountBucket.shared(limits, 0);
        bucket.take(limits, 2, 2, 0);
        Take.Refused refused = refused(bucket.take(limits, 1, 1, 0));
        assertThat(refused.limit().name()).isEqualTo("minute");
        assertThat(refused.waitNanos()).isEqualTo(30 * SECOND);
    }

    @Test
    void theWaitCoversTheWholeRequestAndNeverComesForOneThatNeverFits() {
        Limits limits = limits(limit("minute", 60, "60/1m"));
        AccountBucket bucket = AccountBucket.shared(limits, 0);
        bucket.take(limits, 59, 59, 0);
        assertThat(refused(bucket.take(limits, 9, 10, 0)).waitNanos()).isEqualTo(9 * SECOND);
        assertThat(refused(bucket.take(limits, 59, 60, 0)).waitNanos()).isEqualTo(59 * SECOND);
        assertThat(refused(bucket.take(limits, 60, 61, 0)).waitNanos()).isEqualTo(-1);
        assertThat(refused(bucket.take(limits, Long.MAX_VALUE - 1, Long.MAX_VALUE, 0))
                        .waitNanos())
                .isEqualTo(-1);
    }

    @Test
    void anIntervalGivesBackAtItsEndsOnly() {
        Limits limits = limits(interval("requests", 5, "2/10s"));
        AccountBucket bucket = AccountBucket.shared(limits, 0);
        bucket.take(limits, 5, 5, 0);
        assertThat(refused(bucket.take(limits, 1, 1, 9 * SECOND)).waitNanos()).isEqualTo(SECOND);
        assertThat(refused(bucket.take(limits, 3, 3, 9 * SECOND)).waitNanos()).isEqualTo(11 * SECOND);
        assertThat(refused(bucket.take(limits, 1, 1, 9 * SECOND)).resetNanos()).isEqualTo(21 * SECOND);
        assertThat(bucket.take(limits, 2, 2, 10 * SECOND)).isEqualTo(Take.Granted.SHARED);
        assertThat(bucket.take(limits, 1, 1, 19 * SECOND)).isInstanceOf(Take.Refused.class);
    }

    @Test
    void aClockThatGoesBackAndForthRefillsNothing() {
        Limits limits = limits(limit("requests", 10, "10/10s"));
        AccountBucket bucket = AccountBucket.shared(limits, 100 * SECOND);
        bucket.take(limits, 10, 10, 100 * SECOND);
        for (int i = 0; i < 50; i++) {
            assertThat(bucket.take(limits, 1, 1, 0)).isInstanceOf(Take.Refused.class);
            assertThat(bucket.take(limits, 1, 1, 100 * SECOND)).isInstanceOf(Take.Refused.class);
        }
        assertThat(bucket.take(limits, 1, 1, 101 * SECOND)).isEqualTo(Take.Granted.SHARED);
        assertThat(bucket.take(limits, 1, 1, 101 * SECOND)).isInstanceOf(Take.Refused.class);
    }

    @Test
    void anOwnBucketGivesNothingThatItWouldNotHaveBackBeforeItIsForgotten() {
        Limits limits = limits(limit("requests", 60, "60/1m"));
        AccountBucket bucket = AccountBucket.own(limits, 0);
        assertThat(bucket.keep(0, 5 * SECOND)).isEqualTo(5 * SECOND);
        assertThat(bucket.take(limits, 1, 1, 0)).isEqualTo(Take.Granted.OWN);
        assertThat(bucket.take(limits, 5, 5, 0)).isEqualTo(Take.Again.KEEP_LONGER);
        assertThat(bucket.keep(0, 5 * SECOND)).isGreaterThanOrEqualTo(11 * SECOND);
        assertThat(bucket.take(limits, 5, 5, 0)).isEqualTo(Take.Granted.OWN);
        assertThat(bucket.forget(3 * SECOND)).isFalse();
        assertThat(bucket.take(limits, 1, 1, 4 * SECOND)).isEqualTo(Take.Again.FORGOTTEN);
    }

    private static Take.Refused refused(Take take) {
        assertThat(take).isInstanceOf(Take.Refused.class);
        return (Take.Refused) take;
    }
}
