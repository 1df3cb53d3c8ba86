package dev.stillgate.loadtests.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClopperPearsonTest {
    /** Bounds that were found by summing the binomial terms themselves, with whole numbers for the coefficients. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, 0.95",
        "0, 10, 0.2588656",
        "1, 10, 0.3941633",
        "3, 10, 0.6066242",
        "9, 10, 0.9948838",
        "5, 1000, 0.0104841",
    })
    void isTheExactBound(long seen, long all, double bound) {
        assertThat(ClopperPearson.upper95(seen, all)).isCloseTo(bound, within(1e-6));
    }

    @Test
    void noneInThirtyThousandIsOneInTenThousand() {
        assertThat(ClopperPearson.upper95(0, 30_000)).isCloseTo(1 - Math.pow(0.05, 1 / 30_000.0), within(1e-12));
        assertThat(ClopperPearson.upper95(0, 30_000)).isLessThan(1e-4);
    }

    @Test
    void manyOfManyDoNotVanishInTheirTails() {
        assertThat(ClopperPearson.upper95(15_000, 30_000)).isBetween(0.5047, 0.5049);
        assertThat(ClopperPearson.upper95(29_999, 30_000)).isCloseTo(1 - 0.05129329 / 30_000, within(1e-9));
        assertThat(ClopperPearson.upper95(7, 7)).isEqualTo(1);
        assertThat(ClopperPearson.upper95(0, 0)).isEqualTo(1);
    }
}
