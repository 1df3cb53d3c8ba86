package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BinomialBoundsTest {
    @Test
    void boundsWithoutCasesAndOfAllCasesAreClosedForms() {
        assertThat(BinomialBounds.upper(0, 1000)).isCloseTo(1 - Math.pow(0.05, 1 / 1000.0), within(1e-12));
        assertThat(BinomialBounds.lower(1000, 1000)).isCloseTo(Math.pow(0.05, 1 / 1000.0), within(1e-12));
        assertThat(BinomialBounds.lower(1, 1000)).isCloseTo(1 - Math.pow(0.95, 1 / 1000.0), within(1e-12));
        assertThat(BinomialBounds.lower(0, 1000)).isZero();
        assertThat(BinomialBounds.upper(1000, 1000)).isEqualTo(1);
        assertThat(BinomialBounds.lower(0, 0)).isZero();
        assertThat(BinomialBounds.upper(0, 0)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"3, 10", "5, 1000", "50, 100", "700, 100000"})
    void lowerBoundMirrorsTheUpperBound(int seen, int of) {
        assertThat(BinomialBounds.lower(seen, of)).isCloseTo(1 - BinomialBounds.upper(of - seen, of), within(1e-9));
        assertThat(BinomialBounds.lower(seen, of)).isLessThan((double) seen / of);
    }
}
