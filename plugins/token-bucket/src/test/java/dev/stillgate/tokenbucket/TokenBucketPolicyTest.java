package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.PolicyException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenBucketPolicyTest {
    @ParameterizedTest
    @CsvSource({
        "50/1m, 50, PT1M",
        "1/1ms, 1, PT0.001S",
        "1000000/30d, 1000000, P30D",
        "7/12h, 7, PT12H",
        "3/90s, 3, PT90S"
    })
    void readsARefill(String text, long tokens, Duration period) {
        assertThat(Refill.parse(text)).isEqualTo(new Refill(tokens, period, text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "50",
                "50/",
                "/1m",
                "50/1w",
                "50/m",
                "-1/1m",
                "0/1m",
                "50/0s",
                "50/367d",
                "5.5/1m",
                "50 / 1m",
                "9999999999999/1m",
                "1/99999999999d",
                "50/1m\n",
                "٥٠/1m"
            })
    void refusesWhatIsNoRefill(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Refill.parse(text))
                .withMessageStartingWith("refill: expected");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, 1_000_000_000_001L, Long.MAX_VALUE})
    void refusesACapacityOutOfBounds(long capacity) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limit("requests", capacity, "50/1m"))
                .withMessageContaining("capacity: expected 1 to 1000000000000, found " + capacity);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Requests", "a b", "-a", "a\"b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void refusesANameThatIsNoLabel(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limit(name, 50, "50/1m"))
                .withMessageContaining("name: expected");
    }

    @Test
    void refusesWhatOverflowsALong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limit("slow", 1_000_000_000_000L, "1/366d"))
                .withMessageContaining("over a century");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> interval("slow", 1_000_000_000_000L, "1/366d"))
                .withMessageContaining("over a century");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limit("fast", 1_000_000_000_000L, "1000000000000/1s"))
                .withMessageContaining("one a nanosecond");
    }

    @Test
    void refusesTwoLimitsOfOneNameAndNoLimit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy(limit("a", 1, "1/1m"), limit("a", 2, "1/1m")))
                .withMessageContaining("two are named 'a'");
        assertThatIllegalArgumentException().isThrownBy(() -> policy()).withMessageContaining("1 to 16, found 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        policy(Collections.nCopies(17, limit("a", 1, "1/1m")).toArray(TokenBucketPolicy.Limit[]::new)))
                .withMessageContaining("1 to 16, found 17");
    }

    @Test
    void refusesFactorsAndBoundsOutOfRange() {
        List<TokenBucketPolicy.Limit> limits = List.of(limit("a", 1, "1/1m"));
        for (double factor : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1001}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new TokenBucketPolicy(limits, Map.of("gold", factor), null, null))
                    .withMessageContaining("tiers.gold: expected a factor");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new TokenBucketPolicy.Overflow(factor))
                    .withMessageContaining("overflow.factor: expected a factor");
        }
        for (long bound : new long[] {0, -1, Long.MAX_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new TokenBucketPolicy(limits, null, bound, null))
                    .withMessageContaining("maxAccounts: expected 1 to");
        }
    }

    @Test
    void aFactorThatMakesALimitImpossibleNamesItsKey() {
        TokenBucketPolicy policy = new TokenBucketPolicy(
                List.of(limit("a", 1_000_000_000_000L, "900000000000/1000s")), Map.of("gold", 100.0), null, null);
        assertThatThrownBy(() -> new PolicyLimits(policy, 0))
                .isInstanceOfSatisfying(
                        PolicyException.class, e -> assertThat(e.at()).isEqualTo("overflow.factor"));
    }

    @Test
    void theDefaultsAreAMillionAccountsAndFourTimesTheLimitsForAPrefix() {
        TokenBucketPolicy policy = policy(limit("a", 50, "50/1m"));
        assertThat(policy.accountBound()).isEqualTo(1_000_000);
        assertThat(policy.overflowFactor()).isEqualTo(4.0);
        assertThat(new PolicyLimits(policy, 0).overflow().smallestCapacity()).isEqualTo(200);
    }

    @Test
    void aRefillTooFineFor64BitsIsKeptALittleSlowerAndNeverFaster() {
        NamedBandwidth bandwidth = limit("a", 1_000_000, "999983/366d").times(1.0);
        assertThat(bandwidth.bandwidth().getRefillTokens()).isEqualTo(1);
        long asked = Duration.ofDays(366).toNanos();
        long each = bandwidth.bandwidth().getRefillPeriodNanos();
        assertThat(each * 999_983).isBetween(asked, asked + 999_983);
    }

    @Test
    void aTierHasItsFactorOfCapacityAndRefill() {
        TokenBucketPolicy policy =
                new TokenBucketPolicy(List.of(limit("a", 50, "50/1m")), Map.of("gold", 1.5), null, null);
        PolicyLimits limits = new PolicyLimits(policy, 0);
        NamedBandwidth gold = limits.forTier("gold").bandwidths().getFirst();
        assertThat(gold.capacity()).isEqualTo(75);
        assertThat(gold.nanosFromEmpty()).isEqualTo(Duration.ofMinutes(1).toNanos());
        assertThat(gold.described()).isEqualTo("75 requests, refilled at 50/1m times 1.5");
        assertThat(limits.forTier("standard")).isSameAs(limits.forTier(null));
    }
}
