package dev.stillgate.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tests the credit granted while a part of the window is withheld. */
final class Http2ReceiveWindowTest {
    private final Http2ReceiveWindow window = new Http2ReceiveWindow();

    @Test
    @DisplayName("engine D2: the remainder is granted when more than half is withheld")
    void remainderIsGrantedWhenMoreThanHalfIsWithheld() {
        window.consume(40_000);
        window.withhold(40_000);
        assertThat(window.grant()).isZero();
        window.consume(12_000);
        assertThat(window.grant()).as("less than half of the rest").isZero();
        window.consume(1_000);
        assertThat(window.grant()).isEqualTo(13_000);
        assertThat(window.credit()).isEqualTo(25_535);
    }

    @Test
    @DisplayName("engine D2: nothing is granted when all is withheld")
    void nothingIsGrantedWhenAllIsWithheld() {
        window.consume(65_535);
        window.withhold(65_535);
        assertThat(window.grant()).isZero();
        window.releaseWithheld(10);
        assertThat(window.grant()).isEqualTo(10);
        assertThat(window.credit()).isEqualTo(10);
    }

    @Test
    void halfAWindowIsGrantedAtOnceWhenNothingIsWithheld() {
        window.consume(32_766);
        assertThat(window.grant()).isZero();
        window.consume(1);
        assertThat(window.grant()).isEqualTo(32_767);
    }
}
