package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.strict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Invalid requests and clocks; invalid policies are tested in {@code TokenBucketPolicyTest}. */
final class BadInputTest {
    private static final long CAPACITY = 8000;
    private static final long CEILING = CAPACITY / 2;
    private final Metered metered = new Metered(limit("out", Measure.OUTPUT_TOKENS, CAPACITY, "8000/8s"));
    private final Metered whole = new Metered(strict(limit("out", Measure.OUTPUT_TOKENS, CAPACITY, "8000/8s")));

    /** The gateway reads a negative number, a fraction and a string as absent. */
    @Test
    void missingMaxTokensReservesCeilingOrCapacityIfStrict() {
        assertThat(taken(metered, BodyView.Chat.ABSENT, 1)).isEqualTo(CEILING);
        assertThat(taken(whole, BodyView.Chat.ABSENT, 1)).isEqualTo(CAPACITY);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, -2, Long.MIN_VALUE})
    void negativeMaxTokensCountsAsAbsent(long maxTokens) {
        assertThat(taken(metered, maxTokens, 1)).isEqualTo(CEILING);
        assertThat(taken(whole, maxTokens, 7)).isEqualTo(CAPACITY);
    }

    @Test
    void zeroMaxTokensReservesOneToken() {
        assertThat(taken(metered, 0, 1)).isEqualTo(1);
        assertThat(taken(whole, 0, 1)).isEqualTo(1);
        assertThat(taken(whole, 0, 1_000_000_000)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {8001, 1L << 53, Long.MAX_VALUE})
    void hugeMaxTokensReservesCeilingOrIsTooLargeIfStrict(long maxTokens) {
        assertThat(taken(metered, maxTokens, 1)).isEqualTo(CEILING);
        assertTooLarge(maxTokens, 1);
    }

    @ParameterizedTest
    @CsvSource({"1, 1000000000", "8000, 1000000000", "9007199254740992, 9007199254740992", "4611686018427387904, 4"})
    void hugeChoicesReserveCeilingOrAreTooLargeIfStrict(long maxTokens, long choices) {
        assertThat(taken(metered, maxTokens, choices)).isEqualTo(CEILING);
        assertTooLarge(maxTokens, choices);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, BodyView.Chat.ABSENT, Long.MIN_VALUE})
    void invalidChoicesCountAsOne(long choices) {
        assertThat(taken(metered, 100, choices)).isEqualTo(100);
        assertThat(taken(whole, 100, choices)).isEqualTo(100);
    }

    @Test
    void choicesMultiplyTheRequestedOutput() {
        assertThat(taken(whole, 100, 7)).isEqualTo(700);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void promptEstimatedAtZeroCountsAsOneToken(long input) {
        Metered in = new Metered(limit("in", Measure.INPUT_TOKENS, 100, "1/1h"));
        in.begin(input, 1);
        assertThat(in.left("in")).isEqualTo(99);
    }

    @Test
    void promptWithHugeEstimateIsTooLarge() {
        Metered in = new Metered(limit("in", Measure.INPUT_TOKENS, 100, "1/1h"));
        assertThat(in.refused(Long.MAX_VALUE, 1).retryAfter()).isNull();
        FakeBody.Prompt huge = FakeBody.prompt("m", Long.MAX_VALUE, 1);
        assertThat(in.refused(in.messages(), FakeBody.batch(1000, huge)).retryAfter())
                .isNull();
        assertThat(in.left("in")).isEqualTo(100);
    }

    /** Refill follows the monotonic clock; the wall clock only appears in header fields. */
    @ParameterizedTest
    @ValueSource(strings = {"P3650D", "-P3650D", "PT1S", "-PT1S"})
    void wallClockJumpLeavesLevelsUnchanged(Duration jump) {
        whole.served(whole.begin(1, CAPACITY), 1, CAPACITY);
        whole.ticker().jumpWallClock(jump);
        assertThat(whole.left("out")).isZero();
        Verdict.Reject refused = whole.refused(1, 1000);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(refused.headers()).extracting(Header::name).contains("anthropic-ratelimit-output-tokens-reset");
        whole.advance(Duration.ofMillis(999));
        whole.refused(1, 1000);
        whole.advance(Duration.ofMillis(1));
        whole.begin(1, 1000);
    }

    @Test
    void centuryOfElapsedTimeFillsUpToCapacity() {
        BucketHarness harness = new BucketHarness();
        PolicyLimits limits = harness.policy(limit("greedy", 5, "5/1s"), interval("interval", 5, "5/1s"));
        assertThat(harness.drain(Metered.ACCOUNT, limits)).isEqualTo(5);
        harness.ticker.advance(Duration.ofDays(36_500));
        assertThat(harness.drain(Metered.ACCOUNT, limits)).isEqualTo(5);
    }

    private static long taken(Metered metered, long maxTokens, long choices) {
        long before = metered.harness.context().shows("accounts", Metered.ACCOUNT.id()) == null
                ? CAPACITY
                : metered.left("out");
        var exchange = metered.begin(
                metered.completions(), FakeBody.prompt("m", 1, maxTokens).choices(choices));
        long taken = before - metered.left("out");
        metered.served(exchange, 0, 0);
        return taken;
    }

    private void assertTooLarge(long maxTokens, long choices) {
        Verdict.Reject refused = whole.refused(
                whole.completions(), FakeBody.prompt("m", 1, maxTokens).choices(choices));
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.PROMPT_TOO_LONG);
        assertThat(refused.retryAfter()).isNull();
        assertThat(refused.message()).startsWith("Request too large: limit 8000 output tokens, requested ");
    }
}
