package dev.stillgate.loadtests.campaign.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.random.Dice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retries of the official SDKs after a refusal. */
final class SdkRetriesTest {
    private final SdkRetries retries = new SdkRetries(new Dice(1));

    private static ApiResponse refusal(int status) {
        return new ApiResponse(status, -1, true);
    }

    @Test
    void waitsDoubleAndTheThirdRefusalEndsTheExchange() {
        assertThat(retries.waitAfter(refusal(429))).isBetween(375L, 500L);
        assertThat(retries.waitAfter(refusal(429))).isBetween(750L, 1_000L);
        assertThat(retries.waitAfter(refusal(429))).isNegative();
        assertThat(retries.waitAfter(refusal(429))).as("a new exchange").isBetween(375L, 500L);
    }

    @Test
    void responseEndsTheExchange() {
        retries.waitAfter(refusal(503));
        retries.reset();
        assertThat(retries.waitAfter(refusal(503))).isBetween(375L, 500L);
    }

    @Test
    void retryAfterIsHonouredUpToAMinute() {
        assertThat(retries.waitAfter(new ApiResponse(429, 60_000, true))).isEqualTo(60_000);
        assertThat(retries.waitAfter(new ApiResponse(429, 61_000, true))).isBetween(750L, 1_000L);
    }

    @Test
    void headerFieldStopsRetries() {
        assertThat(retries.waitAfter(new ApiResponse(429, 1_000, false))).isNegative();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 413})
    void clientErrorsAreNotRetried(int status) {
        assertThat(retries.waitAfter(refusal(status))).isNegative();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 409, 429, 500, 503, ApiResponse.CLOSED})
    void transientErrorsAreRetried(int status) {
        assertThat(retries.waitAfter(refusal(status))).isPositive();
    }
}
