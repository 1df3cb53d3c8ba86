package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BenjaminiHochbergTest {
    /** The fifteen p-values of the article's example, of which four are discoveries at 0.05. */
    @Test
    void exampleOfTheArticleHasFourDiscoveries() {
        double[] values = {
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0
        };
        assertThat(BenjaminiHochberg.threshold(values, 0.05)).isEqualTo(0.0095);
    }

    @Test
    void laterValueCanAdmitEarlierOnes() {
        assertThat(BenjaminiHochberg.threshold(new double[] {0.09, 0.06, 0.08}, 0.1))
                .isEqualTo(0.09);
    }

    @Test
    void largeValuesAndNoValuesAreNoDiscoveries() {
        assertThat(BenjaminiHochberg.threshold(new double[] {0.5, 0.2, 0.9}, 0.1))
                .isZero();
        assertThat(BenjaminiHochberg.threshold(new double[] {}, 0.1)).isZero();
    }
}
