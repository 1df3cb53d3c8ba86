package dev.stillgate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.exchange.Attempts.Failure;
import dev.stillgate.proxy.exchange.Attempts.Step;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the step after a failed attempt: attempt left, other endpoint left, fallback, then the step. */
class AttemptsTest {
    @ParameterizedTest
    @CsvSource({
        "CONNECT, true,  true,  false, OTHER_ENDPOINT",
        "CONNECT, true,  true,  true,  OTHER_ENDPOINT",
        "CONNECT, true,  false, false, FAIL",
        "CONNECT, true,  false, true,  FALLBACK",
        "CONNECT, false, true,  false, FAIL",
        "CONNECT, false, true,  true,  FALLBACK",
        "REFUSED, true,  true,  true,  OTHER_ENDPOINT",
        "REFUSED, true,  false, false, SAME_ENDPOINT",
        "REFUSED, true,  false, true,  FALLBACK",
        "REFUSED, false, true,  true,  FALLBACK",
        "REFUSED, false, true,  false, FAIL",
        "GOAWAY,  true,  false, true,  SAME_ENDPOINT",
        "GOAWAY,  true,  true,  false, SAME_ENDPOINT",
        "GOAWAY,  false, true,  true,  FALLBACK",
        "GOAWAY,  false, true,  false, FAIL",
        "CLOSED,  true,  true,  true,  SAME_ENDPOINT",
        "CLOSED,  false, true,  true,  FAIL",
        "STATUS,  true,  true,  true,  FALLBACK",
        "STATUS,  false, false, true,  FALLBACK",
        "STATUS,  true,  true,  false, FAIL"
    })
    void stepFollowsTheFailure(Failure failure, boolean attempt, boolean other, boolean fallback, Step step) {
        assertThat(Attempts.after(failure, attempt, other, fallback)).isEqualTo(step);
    }
}
