package dev.stillgate.tokenbucket.policy;

import static dev.stillgate.tokenbucket.Policies.bounded;
import static dev.stillgate.tokenbucket.Policies.ceiling;
import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.models;
import static dev.stillgate.tokenbucket.Policies.part;
import static dev.stillgate.tokenbucket.Policies.policy;
import static dev.stillgate.tokenbucket.Policies.pooled;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static dev.stillgate.tokenbucket.Policies.standings;
import static dev.stillgate.tokenbucket.Policies.strict;
import static dev.stillgate.tokenbucket.Policies.tiered;
import static dev.stillgate.tokenbucket.Policies.tiers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import io.github.bucket4j.Bandwidth;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
    void refillIsParsed(String text, long tokens, Duration period) {
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
    void invalidRefillIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Refill.parse(text))
                .withMessageStartingWith("refill: expected");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, 1_000_000_000_001L, Long.MAX_VALUE})
    void capacityOutOfBoundsIsRefused(long capacity) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limit("requests", capacity, "50/1m"))
                .withMessageContaining("capacity: expected 1 to 1000000000000, found " + capacity);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Requests", "a b", "-a", "a\"b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void invalidNameIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limit(name, 50, "50/1m"))
                .withMessageContaining("name: expected");
    }

    @Test
    void rateThatOverflowsIsRefused() {
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
    void duplicateNamesAndEmptyLimitsAreRefused() {
        assertThatThrownBy(() -> policy(limit("a", 1, "1/1m"), limit("a", 2, "1/1m")))
                .isInstanceOfSatisfying(PolicyException.class, e -> {
                    assertThat(e.at()).isEqualTo("limits[1].name");
                    assertThat(e.first()).isEqualTo("limits[0].name");
                });
        assertThatIllegalArgumentException().isThrownBy(() -> policy()).withMessageContaining("1 to 16, found 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        policy(Collections.nCopies(17, limit("a", 1, "1/1m")).toArray(Limit[]::new)))
                .withMessageContaining("1 to 16, found 17");
    }

    @Test
    void factorsAndBoundsOutOfRangeAreRefused() {
        Limit limits = limit("a", 1, "1/1m");
        for (double factor : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1001}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tiers(Map.of("gold", factor), limits))
                    .withMessageContaining("tiers.gold: expected a factor");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new TokenBucketPolicy.Overflow(factor))
                    .withMessageContaining("overflow.factor: expected a factor");
        }
        for (long bound : new long[] {0, -1, Long.MAX_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> bounded(bound, limits))
                    .withMessageContaining("maxAccounts: expected 1 to");
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1001, 0.0009})
    void standingAndTierFactorsOutOfRangeAreRefused(double factor) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> standings(Map.of(Standing.POOLED, factor), limit("a", 1, "1/1m")))
                .withMessageContaining("standings.pooled: expected a factor from 0.001 to 1000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tiered(Map.of("gold", factor), limit("a", 1, "1/1m")))
                .withMessageContaining("tiers.gold: expected a factor from 0.001 to 1000");
    }

    @Test
    void emptyScopeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scoped(Set.of(), limit("a", 1, "1/1m")))
                .withMessageContaining("scope: expected at least one of account, end-user, organisation, model, route");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a*b", "*a", "**"})
    void invalidModelPatternIsRefused(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> models(List.of("fine", pattern), limit("a", 1, "1/1m")))
                .withMessageContaining("models: expected a name, or a prefix with *");
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-5, gpt-5, true",
        "gpt-5, gpt-5-mini, false",
        "gpt-5*, gpt-5-mini, true",
        "*, x, true",
        "gpt*, gp, false"
    })
    void modelPatternMatchesNameOrPrefix(String pattern, String model, boolean counts) {
        assertThat(models(List.of(pattern), limit("a", 1, "1/1m")).counts(model))
                .isEqualTo(counts);
    }

    @Test
    void refillIsRequiredExceptForConcurrency() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limit("a", Measure.CONCURRENCY, 8, "8/1m"))
                .withMessageContaining("refill: not allowed for a concurrency limit");
        for (Measure measure : Measure.values()) {
            if (measure != Measure.CONCURRENCY) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> limit("a", measure, 8, null))
                        .withMessageContaining(
                                measure == Measure.COST
                                        ? "refill: expected amount/duration"
                                        : "refill: expected tokens/duration");
            }
        }
    }

    @Test
    void concurrencyLimitOfModelsNeedsModelScope() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> models(List.of("gpt-5"), concurrency("a", 8)))
                .withMessageContaining("models: a concurrency limit with models needs model in its scope");
        assertThat(models(List.of("gpt-5"), scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), concurrency("a", 8))))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 101, Long.MAX_VALUE})
    void ceilingIsFromOneToTheCapacity(long ceiling) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ceiling(ceiling, limit("a", Measure.OUTPUT_TOKENS, 100, "1/1m")))
                .withMessageContaining("reserveCeiling: expected 1 to the capacity of 100, found " + ceiling);
    }

    @Test
    void ceilingIsOnlyForTokenLimitsThatAreNotStrict() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ceiling(1, limit("a", 100, "1/1m")))
                .withMessageContaining("reserveCeiling: only for limits of tokens and cost");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ceiling(1, strict(limit("a", Measure.OUTPUT_TOKENS, 100, "1/1m"))))
                .withMessageContaining("reserveCeiling: only for limits of tokens and cost that are not strict");
        assertThat(ceiling(100, limit("a", Measure.OUTPUT_TOKENS, 100, "1/1m"))).isNotNull();
    }

    @Test
    void strictReserveIsOnlyForOutput() {
        for (Measure measure : List.of(Measure.REQUESTS, Measure.INPUT_TOKENS)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> strict(limit("a", measure, 8, "8/1m")))
                    .withMessageContaining("reserve: strict is only for output-tokens, total-tokens and cost");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> strict(concurrency("a", 8)));
    }

    @Test
    void impossibleFactorIsReportedWithItsKey() {
        Limit huge = limit("a", 1_000_000_000_000L, "900000000000/1000s");
        Limit fine = limit("b", 1, "1/1m");
        for (TokenBucketPolicy policy : List.of(
                tiers(Map.of("gold", 1000.0), fine, huge),
                standings(Map.of(Standing.MARKED, 1000.0), fine, huge),
                tiers(Map.of(), fine, tiered(Map.of("gold", 1000.0), huge)))) {
            assertThatThrownBy(() -> new PolicyLimits(policy, 0))
                    .isInstanceOfSatisfying(
                            PolicyException.class, e -> assertThat(e.at()).isEqualTo("limits[1]"))
                    .hasMessageContaining("(times ");
        }
    }

    @Test
    void defaultsAreAMillionAccountsAndOverflowFactorFour() {
        TokenBucketPolicy policy = policy(limit("a", 50, "50/1m"));
        assertThat(policy.accountBound()).isEqualTo(1_000_000);
        assertThat(policy.overflowFactor()).isEqualTo(4.0);
        assertThat(new PolicyLimits(policy, 0).overflow().all())
                .singleElement()
                .extracting(TokenLimit::capacity)
                .isEqualTo(200L);
        assertThat(policy.headers()).isEqualTo(TokenBucketPolicy.HeaderStyle.PROVIDER);
        assertThat(policy.requireUsage()).isEqualTo(TokenBucketPolicy.RequireUsage.ESTIMATE);
        assertThat(policy.limits().getFirst().scopes()).containsExactly(Scope.ACCOUNT);
    }

    @Test
    void aRefillTooFineFor64BitsIsKeptALittleSlowerAndNeverFaster() {
        Bandwidth bandwidth = part(limit("a", 1_000_000, "999983/366d")).get(0).bandwidth();
        assertThat(bandwidth.getRefillTokens()).isEqualTo(1);
        long asked = Duration.ofDays(366).toNanos();
        long each = bandwidth.getRefillPeriodNanos();
        assertThat(each * 999_983).isBetween(asked, asked + 999_983);
    }

    @Test
    void tierFactorScalesCapacityAndRefill() {
        PolicyLimits limits = new PolicyLimits(tiers(Map.of("gold", 1.5), limit("a", 50, "50/1m")), 0);
        TokenLimit gold = limits.account("gold", Standing.CLEAR, true).all().getFirst();
        assertThat(gold.capacity()).isEqualTo(75);
        assertThat(gold.refillNanos(75)).isEqualTo(Duration.ofMinutes(1).toNanos());
        assertThat(gold.description()).isEqualTo("75 requests, refilled at 50/1m times 1.5");
        assertThat(limits.account("standard", Standing.CLEAR, true))
                .isSameAs(limits.account(null, Standing.CLEAR, true));
    }

    @Test
    void poolHasTheDefaultBudgetAndOneCustomersLimits() {
        TokenBucketPolicy policy = policy(limit("a", 50, "50/1m"), concurrency("parallel", 8));
        assertThat(policy.hasOwnPoolBudget()).isFalse();
        assertThat(new PolicyLimits(policy, 0).pool(null).all())
                .extracting(TokenLimit::name, TokenLimit::capacity, TokenLimit::owner)
                .containsExactly(
                        tuple("a", 50L, Owner.POOL),
                        tuple("pool-requests", 500L, Owner.POOL),
                        tuple("parallel", 8L, Owner.POOL));
    }

    @Test
    void poolHasNoFactorsOfTiersAndStandings() {
        TokenBucketPolicy policy = standings(
                Map.of(Standing.CLEAR, 2.0, Standing.POOLED, 0.25),
                tiered(Map.of("gold", 4.0), limit("a", 50, "50/1m")));
        assertThat(new PolicyLimits(policy, 0).pool(null).all())
                .extracting(TokenLimit::capacity)
                .containsExactly(50L, 500L);
    }

    @Test
    void learntRequestsOfATierReplaceTheFixedOnesUpToThese() {
        TokenBucketPolicy policy = pooled(
                Map.of(Measure.REQUESTS, "auto up to 300/1d", Measure.INPUT_TOKENS, "9/1d"), limit("a", 50, "50/1m"));
        Map<String, Long> learnt = new HashMap<>(Map.of("free", 40L, "gold", 4000L));
        PolicyLimits limits = new PolicyLimits(policy, 0, tier -> learnt.getOrDefault(String.valueOf(tier), 0L));
        assertThat(limits.pool("free").all()).extracting(TokenLimit::capacity).containsExactly(50L, 40L, 9L);
        assertThat(limits.pool("free")).isSameAs(limits.pool("free"));
        assertThat(poolRequests(limits, "gold")).isEqualTo(300);
        assertThat(poolRequests(limits, null)).isEqualTo(300);
        assertThat(poolRequests(limits.dividedBy(4), "free")).isEqualTo(10);
        learnt.put("free", 60L);
        assertThat(poolRequests(limits, "free")).isEqualTo(60);
        assertThat(limits.smallerPool("gold", "free")).isEqualTo("free");
        assertThat(limits.smallerPool("free", null)).isEqualTo("free");
        PolicyLimits fixed =
                new PolicyLimits(pooled(Map.of(Measure.REQUESTS, "300/1d"), limit("a", 50, "50/1m")), 0, tier -> 40);
        assertThat(poolRequests(fixed, "free")).isEqualTo(300);
        assertThat(poolRequests(
                        new PolicyLimits(pooled(Map.of(Measure.REQUESTS, "auto"), limit("a", 50, "50/1m")), 0), "free"))
                .isEqualTo(500);
    }

    private static long poolRequests(PolicyLimits limits, @Nullable String tier) {
        return limits.pool(tier).all().stream()
                .filter(limit -> limit.name().equals("pool-requests"))
                .findFirst()
                .orElseThrow()
                .capacity();
    }

    @Test
    void budgetOfTokensReservesAsTheLimitsOfItsMeasureDo() {
        Limit day = limit("day", Measure.OUTPUT_TOKENS, 100_000, "100000/1d");
        Map<Measure, String> budget = Map.of(Measure.OUTPUT_TOKENS, "400000/1d");
        assertThat(ceilings(pooled(budget, ceiling(4000, limit("out", Measure.OUTPUT_TOKENS, 8000, "8000/1m")), day)))
                .containsExactly(4000L);
        assertThat(ceilings(pooled(budget, day))).containsExactly(50_000L);
        assertThat(ceilings(pooled(budget, limit("a", 50, "50/1m")))).containsExactly(200_000L);
        assertThat(ceilings(pooled(Map.of(Measure.OUTPUT_TOKENS, "1/1d"), day))).containsExactly(1L);
    }

    private static List<Long> ceilings(TokenBucketPolicy policy) {
        return new PolicyLimits(policy, 0)
                .pool(null).all().stream()
                        .filter(limit -> limit.name().equals("pool-output-tokens"))
                        .map(TokenLimit::ceiling)
                        .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "REQUESTS, 500, pool.requests: expected tokens/duration",
        "REQUESTS, 0/1d, pool.requests: expected 1 to",
        "TOTAL_TOKENS, 5/400d, pool.total-tokens: expected a period",
        "CONCURRENCY, 5/1d, pool.concurrency: expected requests",
        "INPUT_TOKENS, 1000000000000/1m, pool.input-tokens: expected at most one a nanosecond",
        "REQUESTS, automatic, pool.requests: only requests can be auto",
        "REQUESTS, auto 500/1d, pool.requests: only requests can be auto",
        "REQUESTS, auto up to 500, pool.requests: only requests can be auto",
        "REQUESTS, auto up to 60/1h, 'pool.requests: only requests can be auto, with the most of one day; write requests: "
                + "auto up to 500/1d, found ''auto up to 60/1h'''",
        "OUTPUT_TOKENS, auto, pool.output-tokens: only requests can be auto",
    })
    void badBudgetIsRefused(Measure measure, String budget, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pooled(Map.of(measure, budget), limit("a", 5, "5/1m")))
                .withMessageStartingWith(message);
    }

    @Test
    void emptyBudgetIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pooled(Map.of(), limit("a", 5, "5/1m")))
                .withMessageStartingWith("pool: expected at least one of requests");
    }

    @Test
    void limitWithTheNameOfABudgetIsRefused() {
        assertThatThrownBy(() -> policy(limit("a", 5, "5/1m"), limit("pool-input-tokens", 5, "5/1m")))
                .isInstanceOf(PolicyException.class)
                .hasMessage("pool-input-tokens is the name of a limit of the pool")
                .extracting("at")
                .isEqualTo("limits[1].name");
        assertThat(policy(limit("pool-a", 5, "5/1m")).limits()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com/verify",
                "ftp://example.com/",
                "https:///verify",
                "https://example.com/a b",
                "https://example.com/\u00e9",
                "https://example.com/\n",
                "javascript:alert(1)",
                "https://example.com/%zz"
            })
    void badVerificationAddressIsRefused(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Verify(url))
                .withMessageStartingWith("url: expected an http or https URL in ASCII");
    }

    @Test
    void verificationAddressHasAtMost500Characters() {
        String longest = "https://example.com/" + "a".repeat(480);
        assertThat(new Verify(longest).url()).isEqualTo(longest);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Verify(longest + "a"))
                .withMessage("url: expected at most 500 characters, found 501");
    }
}
