package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the accounts of a group tell together of how many strangers there are in it. */
final class MixtureProportionTest {
    private static double[] alike(int accounts, double ratio) {
        double[] alone = new double[accounts];
        Arrays.fill(alone, ratio);
        return alone;
    }

    @Test
    void manyWhoEachTellALittleLeaveFewStrangers() {
        assertThat(MixtureProportion.least(alike(30, 1))).isBetween(0.82, 0.88);
        assertThat(MixtureProportion.least(alike(300, 1))).isGreaterThan(0.97);
    }

    @Test
    void fewOrThoseWhoTellNothingMayAllBeStrangers() {
        assertThat(MixtureProportion.least(alike(10, 0.3))).isLessThan(0.05);
        assertThat(MixtureProportion.least(alike(500, 0))).isLessThan(0.05);
        assertThat(MixtureProportion.least()).isLessThan(0.05);
    }

    @Test
    void strangersWhoWereSeenMakeTheOthersDoubtful() {
        double[] alone = alike(40, 1.5);
        double pure = MixtureProportion.least(alone);
        Arrays.fill(alone, 0, 10, -4);
        alone[3] = Double.NEGATIVE_INFINITY;
        assertThat(pure).isGreaterThan(0.9);
        assertThat(MixtureProportion.least(alone)).isBetween(0.33, 0.75);
    }

    @Test
    void oneWhoTellsMuchDoesNotMakeUpForTheOthers() {
        double[] alone = alike(20, 0);
        alone[0] = 800;
        assertThat(MixtureProportion.least(alone)).isLessThan(0.12);
    }

    @Test
    void anAccountIsAStrangerAsLikelyAsTheRestOfTheGroupAndItsOwnOddsSay() {
        MixtureProportion nothing = new MixtureProportion();
        assertThat(nothing.stranger(0)).as("nothing is known").isCloseTo(0.5, within(0.01));
        assertThat(nothing.stranger(Double.NEGATIVE_INFINITY)).isCloseTo(1, within(1e-9));
        assertThat(nothing.stranger(900)).isLessThan(1e-9);
        MixtureProportion many = new MixtureProportion(alike(100, 1));
        assertThat(many.stranger(0)).isBetween(0.005, 0.05);
        assertThat(many.stranger(3)).isLessThan(many.stranger(1) / 4);
        double[] some = alike(100, 1);
        Arrays.fill(some, 0, 20, -4);
        assertThat(new MixtureProportion(some).stranger(0)).isBetween(0.15, 0.4);
    }
}
