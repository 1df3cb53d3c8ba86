package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.tokenbucket.BucketHarness;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The buckets of credentials that were never accepted. */
final class UnknownCredentialsTest {
    private final BucketHarness harness = new BucketHarness();
    private final PolicyLimits limits = harness.policy(limit("requests", 5, "5/1h"));

    @Test
    void nothingIsKeptAfterTheExchange() {
        Account fresh = account("h1:f", Trust.PROVISIONAL);
        Reservation underWay = harness.begin(fresh, limits, 1, 1);
        assertThat(harness.buckets.newcomers.size()).isEqualTo(1);
        assertThat(harness.take(fresh, limits, 5)).isEqualTo(BucketHarness.Result.REFUSED_SHARED);
        assertThat(harness.buckets.newcomers.size()).isEqualTo(1);
        harness.settle(underWay, 1, 1, 1);
        assertThat(harness.buckets.newcomers.size()).isZero();
        assertThat(harness.take(fresh, limits, 6)).isEqualTo(BucketHarness.Result.REFUSED_SHARED);
        assertThat(harness.buckets.newcomers.size()).isZero();
    }

    @Test
    void nothingIsKeptAfterConcurrentExchanges() {
        IntStream.range(0, 20_000).parallel().forEach(i -> {
            Account fresh = account("h1:" + ThreadLocalRandom.current().nextInt(4), Trust.PROVISIONAL);
            harness.take(fresh, limits, 1);
        });
        assertThat(harness.buckets.newcomers.size()).isZero();
    }
}
