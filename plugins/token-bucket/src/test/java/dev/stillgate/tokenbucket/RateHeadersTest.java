package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.part;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Provider;
import dev.stillgate.testkit.FakeHeaders;
import dev.stillgate.tokenbucket.bucket.TightestLimits;
import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy.HeaderStyle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RateHeadersTest {
    private static final long MILLIS = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private final BucketLimits limits = part(
            limit("requests", 50, "50/1m"),
            limit("day", 1000, "1000/1d"),
            limit("in", Measure.INPUT_TOKENS, 30_000, "30000/1m"),
            limit("out", Measure.OUTPUT_TOKENS, 8000, "8000/1m"),
            limit("all", Measure.TOTAL_TOKENS, 40_000, "40000/1m"));

    @Test
    void anthropicFieldsHaveTheProvidersNames() {
        assertThat(fields(HeaderStyle.PROVIDER, Provider.ANTHROPIC, tightest()))
                .extracting(field -> field.name() + ": " + field.value())
                .containsExactly(
                        "anthropic-ratelimit-requests-limit: 50",
                        "anthropic-ratelimit-requests-remaining: 3",
                        "anthropic-ratelimit-requests-reset: 2026-01-01T00:00:57Z",
                        "anthropic-ratelimit-tokens-limit: 40000",
                        "anthropic-ratelimit-tokens-remaining: 40000",
                        "anthropic-ratelimit-tokens-reset: 2026-01-01T00:00:00Z",
                        "anthropic-ratelimit-input-tokens-limit: 30000",
                        "anthropic-ratelimit-input-tokens-remaining: 0",
                        "anthropic-ratelimit-input-tokens-reset: 2026-01-01T00:01:05Z",
                        "anthropic-ratelimit-output-tokens-limit: 8000",
                        "anthropic-ratelimit-output-tokens-remaining: 7000",
                        "anthropic-ratelimit-output-tokens-reset: 2026-01-01T00:00:08Z");
    }

    @Test
    void openAiFieldsHaveOneSetForTokens() {
        assertThat(fields(HeaderStyle.PROVIDER, Provider.OPENAI, tightest()))
                .extracting(field -> field.name() + ": " + field.value())
                .containsExactly(
                        "x-ratelimit-limit-requests: 50",
                        "x-ratelimit-remaining-requests: 3",
                        "x-ratelimit-reset-requests: 56.4s",
                        "x-ratelimit-limit-tokens: 40000",
                        "x-ratelimit-remaining-tokens: 40000",
                        "x-ratelimit-reset-tokens: 0ms");
    }

    @Test
    void openAiTokenFieldsShowTighterMeasureWithoutTotal() {
        TightestLimits tightest = new TightestLimits();
        tightest.add(limits.get(2), 15_000, 1);
        tightest.add(limits.get(3), 1000, 1);
        assertThat(fields(HeaderStyle.PROVIDER, Provider.OPENAI, tightest))
                .contains(new Header("x-ratelimit-limit-tokens", "8000"));
        tightest.add(limits.get(2), 10, 1);
        assertThat(fields(HeaderStyle.PROVIDER, Provider.OPENAI, tightest))
                .contains(new Header("x-ratelimit-limit-tokens", "30000"));
    }

    @Test
    void tightestLimitOfMeasureIsShown() {
        TightestLimits tightest = new TightestLimits();
        tightest.add(limits.get(0), 50, 0);
        tightest.add(limits.get(1), 100, 5);
        assertThat(fields(HeaderStyle.PROVIDER, Provider.ANTHROPIC, tightest))
                .startsWith(new Header("anthropic-ratelimit-requests-limit", "1000"));
        tightest.add(limits.get(0), 1, 0);
        assertThat(fields(HeaderStyle.PROVIDER, Provider.ANTHROPIC, tightest))
                .startsWith(new Header("anthropic-ratelimit-requests-limit", "50"));
    }

    @Test
    void ietfFieldsFollowTheDraft() {
        TightestLimits tightest = new TightestLimits();
        tightest.add(limits.get(0), 3, 56_400_000_000L);
        tightest.add(limits.get(3), -1000, 67_500_000_000L);
        assertThat(fields(HeaderStyle.IETF, Provider.OPENAI, tightest))
                .containsExactly(
                        new Header("ratelimit-policy", "\"requests\";q=50;w=60, \"out\";q=8000;w=60"),
                        new Header("ratelimit", "\"requests\";r=3;t=57, \"out\";r=0;t=68"));
    }

    @Test
    void styleBothAddsProviderAndIetfFields() {
        assertThat(fields(HeaderStyle.BOTH, Provider.OPENAI, tightest()))
                .extracting(Header::name)
                .startsWith("x-ratelimit-limit-requests")
                .endsWith("ratelimit-policy", "ratelimit");
        assertThat(fields(HeaderStyle.OFF, Provider.OPENAI, tightest())).isEmpty();
        assertThat(fields(HeaderStyle.IETF, Provider.OPENAI, new TightestLimits()))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "anthropic-ratelimit-tokens-limit",
                "anthropic-ratelimit-requests-reset",
                "x-ratelimit-limit-requests",
                "x-ratelimit-reset-tokens",
                "ratelimit",
                "ratelimit-policy",
                "ratelimit-remaining"
            })
    void rateLimitFieldsOfUpstreamAreRecognised(String name) {
        assertThat(RateHeaders.hasRateLimitFields(
                        new FakeHeaders(List.of(new Header("date", "x"), new Header(name, "1")))))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"retry-after", "content-type", "rate-limit", "x-rate"})
    void otherFieldsAreNotRateLimitFields(String name) {
        assertThat(RateHeaders.hasRateLimitFields(new FakeHeaders(List.of(new Header(name, "1")))))
                .isFalse();
    }

    @Test
    void fieldsShowCurrentLevels() {
        RateHeaders headers = new RateHeaders(HeaderStyle.PROVIDER);
        for (int second = 0; second < 3; second++) {
            for (long left : new long[] {7, 7, 8}) {
                TightestLimits tightest = new TightestLimits();
                tightest.add(limits.get(0), left, left * 1_000_000_000);
                List<Header> fields = new ArrayList<>();
                headers.add(Provider.ANTHROPIC, tightest, MILLIS + second * 1000L, fields::add);
                headers.add(Provider.OPENAI, tightest, MILLIS + second * 1000L, fields::add);
                String reset = Times.instant(MILLIS / 1000 + second + left);
                assertThat(fields)
                        .extracting(Header::value)
                        .containsExactly("50", Long.toString(left), reset, "50", Long.toString(left), left + "s");
            }
        }
    }

    /**
     * Returns levels of 3 of 50 requests, a full limit by day, an input debt, 7,000 of 8,000 output tokens, and a full
     * total.
     */
    private TightestLimits tightest() {
        TightestLimits tightest = new TightestLimits();
        tightest.add(limits.get(0), 3, 56_400_000_000L);
        tightest.add(limits.get(1), 1000, 0);
        tightest.add(limits.get(2), -2000, 64_000_000_001L);
        tightest.add(limits.get(3), 7000, 7_500_000_000L);
        tightest.add(limits.get(4), 40_000, 0);
        return tightest;
    }

    private static List<Header> fields(HeaderStyle style, Provider provider, TightestLimits tightest) {
        List<Header> fields = new ArrayList<>();
        new RateHeaders(style).add(provider, tightest, MILLIS, fields::add);
        return fields;
    }
}
