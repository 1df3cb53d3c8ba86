package dev.stillgate.tokenbucket;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TimesTest {
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
    void durationHasTheFormatOfOpenAi(Duration duration, String text) {
        assertThat(Times.duration(Times.millis(duration.toNanos()))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 2026-01-01T00:00:00Z",
        "PT0.000000001S, 2026-01-01T00:00:01Z",
        "PT1M, 2026-01-01T00:01:00Z",
        "PT1M0.001S, 2026-01-01T00:01:01Z",
        "P58DT23H59M59S, 2026-02-28T23:59:59Z",
        "P59D, 2026-03-01T00:00:00Z",
        "P788D, 2028-02-28T00:00:00Z",
        "P789D, 2028-02-29T00:00:00Z",
        "P365D, 2027-01-01T00:00:00Z"
    })
    void instantHasTheFormatOfAnthropic(Duration later, String text) {
        assertThat(Times.instant(Times.epochSecond(MILLIS, later.toNanos()))).isEqualTo(text);
    }

    /** Compares with {@link Instant} for times without a fraction. */
    @ParameterizedTest
    @ValueSource(longs = {0, 951_782_400_000L, 951_868_799_000L, 4_107_542_400_000L, 253_402_300_799_000L})
    void instantEqualsThatOfTheJdk(long millis) {
        assertThat(Times.instant(Times.epochSecond(millis, 0)))
                .isEqualTo(Instant.ofEpochMilli(millis).toString());
    }

    @Test
    void wrongClockStillFormatsATime() {
        assertThat(Times.instant(Times.epochSecond(-5, 0))).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(Times.instant(Times.epochSecond(253_402_300_799_000L, Long.MAX_VALUE / 4)))
                .isEqualTo("9999-12-31T23:59:59Z");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "1000000000, 1", "1000000001, 2"})
    void roundsUpToASecond(long nanos, long seconds) {
        assertThat(Times.seconds(nanos)).isEqualTo(seconds);
    }
}
