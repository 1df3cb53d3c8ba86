package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HolmTest {
    /** Hand-computed: 0.01, 0.04, 0.03, 0.005 become 0.03, 0.06, 0.06, 0.02. */
    @Test
    void adjustmentStepsDownFromTheSmallest() {
        double[] adjusted =
                Holm.adjust(new double[] {Math.log10(0.01), Math.log10(0.04), Math.log10(0.03), Math.log10(0.005)});

        assertThat(adjusted)
                .containsExactly(
                        new double[] {Math.log10(0.03), Math.log10(0.06), Math.log10(0.06), Math.log10(0.02)},
                        within(1e-12));
    }

    @Test
    void adjustmentStaysBelowOneAndHandlesTinyValues() {
        assertThat(Holm.adjust(new double[] {-0.1, -0.2})).containsExactly(0, 0);
        assertThat(Holm.adjust(new double[] {-900, -0.1}))
                .containsExactly(new double[] {-900 + Math.log10(2), -0.1}, within(1e-9));
        assertThat(Holm.adjust(new double[0])).isEmpty();
    }
}
