package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class MixtureProportionTest {
    private static double[] repeated(int accounts, double ratio) {
        double[] logRatios = new double[accounts];
        Arrays.fill(logRatios, ratio);
        return logRatios;
    }

    @Test
    void lowerBoundRisesWithManyWeakAccounts() {
        assertThat(MixtureProportion.lowerBound(repeated(30, 1))).isBetween(0.82, 0.88);
        assertThat(MixtureProportion.lowerBound(repeated(300, 1))).isGreaterThan(0.97);
    }

    @Test
    void lowerBoundIsNearZeroWithoutEvidence() {
        assertThat(MixtureProportion.lowerBound(repeated(10, 0.3))).isLessThan(0.05);
        assertThat(MixtureProportion.lowerBound(repeated(500, 0))).isLessThan(0.05);
        assertThat(MixtureProportion.lowerBound()).isLessThan(0.05);
    }

    @Test
    void lowerBoundFallsWithBackgroundAccounts() {
        double[] logRatios = repeated(40, 1.5);
        double pure = MixtureProportion.lowerBound(logRatios);
        Arrays.fill(logRatios, 0, 10, -4);
        logRatios[3] = Double.NEGATIVE_INFINITY;
        assertThat(pure).isGreaterThan(0.9);
        assertThat(MixtureProportion.lowerBound(logRatios)).isBetween(0.33, 0.75);
    }

    @Test
    void lowerBoundIgnoresASingleStrongAccount() {
        double[] logRatios = repeated(20, 0);
        logRatios[0] = 800;
        assertThat(MixtureProportion.lowerBound(logRatios)).isLessThan(0.12);
    }

    @Test
    void backgroundProbabilityCombinesProportionAndOwnRatio() {
        MixtureProportion nothing = new MixtureProportion();
        assertThat(nothing.backgroundProbability(0)).as("no data").isCloseTo(0.5, within(0.01));
        assertThat(nothing.backgroundProbability(Double.NEGATIVE_INFINITY)).isCloseTo(1, within(1e-9));
        assertThat(nothing.backgroundProbability(900)).isLessThan(1e-9);
        MixtureProportion many = new MixtureProportion(repeated(100, 1));
        assertThat(many.backgroundProbability(0)).isBetween(0.005, 0.05);
        assertThat(many.backgroundProbability(3)).isLessThan(many.backgroundProbability(1) / 4);
        double[] some = repeated(100, 1);
        Arrays.fill(some, 0, 20, -4);
        assertThat(new MixtureProportion(some).backgroundProbability(0)).isBetween(0.15, 0.4);
    }
}
