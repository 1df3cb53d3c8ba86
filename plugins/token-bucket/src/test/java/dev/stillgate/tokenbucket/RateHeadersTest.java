package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Provider;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RateHeadersTest {
    private static final long MILLIS = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0ms",
        "PT0.12S, 120ms",
        "PT0.000000001S, 1ms",
        "PT0.9999S, 1s",
        "PT1.2S, 1.2s",
        "PT1.002S, 1.002s",
        "PT59.999S, 59.999s",
        "PT6M, 6m0s",
        "PT1M30.5S, 1m30.5s",
        "PT1H, 1h0m0s",
        "P30D, 720h0m0s"
    })
    void writesADurationAsOpenAiDoes(Duration duration, String text) {
        assertThat(RateHeaders.duration(duration.toNanos())).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 2026-01-01T00:00:00Z",
        "PT0.000000001S, 2026-01-01T00:00:01Z",
        "PT1M, 2026-01-01T00:01:00Z",
        "PT1M0.001S, 2026-01-01T00:01:01Z"
    })
    void writesAnInstantAsAnthropicDoes(Duration later, String text) {
        assertThat(RateHeaders.instant(MILLIS, later.toNanos())).isEqualTo(text);
    }

    @Test
    void namesTheFieldsAsTheProviderDoes() {
        Take.Refused refused =
                new Take.Refused(limit("any-name", 50, "50/1m").times(1.0), 3, 1_200_000_000L, 56_400_000_000L, false);
        assertThat(RateHeaders.of(Provider.ANTHROPIC, refused, MILLIS))
                .containsExactly(
                        new Header("anthropic-ratelimit-requests-limit", "50"),
                        new Header("anthropic-ratelimit-requests-remaining", "3"),
                        new Header("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:57Z"));
        assertThat(RateHeaders.of(Provider.OPENAI, refused, MILLIS))
                .containsExactly(
                        new Header("x-ratelimit-limit-requests", "50"),
                        new Header("x-ratelimit-remaining-requests", "3"),
                        new Header("x-ratelimit-reset-requests", "56.4s"));
    }
}
