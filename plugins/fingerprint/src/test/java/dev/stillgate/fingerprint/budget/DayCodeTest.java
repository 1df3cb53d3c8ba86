package dev.stillgate.fingerprint.budget;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DayCodeTest {
    @Test
    void codeIsExactForFewRequestsAndOneSixteenthAboveForMany() {
        for (int requests = 1; requests <= DayCode.MOST; requests++) {
            int code = DayCode.of(requests);
            assertThat(code).isBetween(1, DayCode.SIZE - 1);
            assertThat(DayCode.most(code)).isBetween(requests, requests < 32 ? requests : requests + requests / 16);
            assertThat(DayCode.of(DayCode.most(code))).isEqualTo(code);
        }
        assertThat(DayCode.of(0)).isZero();
    }
}
