package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the accounts of a group tell together of how many strangers there are in it. */
final class PurityTest {
    private static double[] alike(int accounts, double ratio) {
        double[] alone = new double[accounts];
        Arrays.fill(alone, ratio);
        return alone;
    }

    @Test
    void manyWhoEachTellALittleLeaveFewStrangers() {
        assertThat(Purity.least(alike(30, 1))).isBetween(0.82, 0.88);
        assertThat(Purity.least(alike(300, 1))).isGreaterThan(0.97);
    }

    @Test
    void fewOrThoseWhoTellNothingMayAllBeStrangers() {
        assertThat(Purity.least(alike(10, 0.3))).isLessThan(0.05);
        assertThat(Purity.least(alike(500, 0))).isLessThan(0.05);
        assertThat(Purity.least()).isLessThan(0.05);
    }

    @Test
    void strangersWhoWereSeenMakeTheOthersDoubtful() {
        double[] alone = alike(40, 1.5);
        double pure = Purity.least(alone);
        Arrays.fill(alone, 0, 10, -4);
        alone[3] = Double.NEGATIVE_INFINITY;
        assertThat(pure).isGreaterThan(0.9);
        assertThat(Purity.least(alone)).isBetween(0.33, 0.75);
    }

    @Test
    void oneWhoTellsMuchDoesNotMakeUpForTheOthers() {
        double[] alone = alike(20, 0);
        alone[0] = 800;
        assertThat(Purity.least(alone)).isLessThan(0.12);
    }
}
