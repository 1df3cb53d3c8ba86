package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Equal shares of work, as counts of conversations. */
final class EqualValuesTest {
    private final Random random = new Random(3);
    private double[] perAccount = new double[0];

    /**
     * Returns Poisson counts with log-normal rates.
     *
     * @param deviation standard deviation of ln of the rates
     */
    private double[] counts(int accounts, double mean, double deviation) {
        double[] counts = new double[accounts];
        for (int a = 0; a < accounts; a++) {
            double rate = mean * Math.exp(deviation * random.nextGaussian());
            double at = -Math.log(1 - random.nextDouble());
            for (; at < rate; at -= Math.log(1 - random.nextDouble())) {
                counts[a]++;
            }
            counts[a] = Math.max(1, counts[a]);
        }
        return counts;
    }

    private double shares(double... counts) {
        perAccount = new double[counts.length];
        double[] noise = Arrays.stream(counts).map(n -> 1 / n).toArray();
        return EqualValues.SHARES.logRatio(
                Arrays.stream(counts).map(Math::log).toArray(), noise, counts.length, perAccount);
    }

    @Test
    void comparedAccountDoesNotChangeTheGroupRatio() {
        double[] even = counts(40, 100, 0);
        double group = shares(even);
        double[] more = DoubleStream.concat(Arrays.stream(even), DoubleStream.of(100, 1000))
                .toArray();
        double[] logs = Arrays.stream(more).map(Math::log).toArray();
        double[] each = new double[more.length];
        assertThat(EqualValues.SHARES.logRatio(
                        logs, Arrays.stream(more).map(n -> 1 / n).toArray(), 40, each))
                .isEqualTo(group);
        assertThat(each).startsWith(perAccount);
        assertThat(each[40]).isPositive();
        assertThat(each[41]).isNegative();
    }

    @Test
    void equalSharesAreDetectedWithEnoughWork() {
        assertThat(shares(counts(40, 100, 0))).isGreaterThan(15);
        assertThat(Arrays.stream(perAccount).allMatch(each -> each > 0)).isTrue();
    }

    @Test
    void outlierDoesNotHideEqualShares() {
        double[] counts = counts(40, 100, 0);
        counts[7] = 2000;
        assertThat(shares(counts)).isGreaterThan(10);
        assertThat(perAccount[7]).isLessThan(-5);
    }

    @Test
    void unequalSharesAreRejected() {
        assertThat(shares(counts(40, 100, 1.1))).isLessThan(-20);
    }

    /** A dozen accounts of one trade with ten conversations each cannot be told from equal shares yet. */
    @Test
    void similarSharesOfATeamAreWeakEvidence() {
        double most = 0;
        for (int team = 0; team < 200; team++) {
            most = Math.max(most, shares(counts(12, 10, 0.45)));
        }
        assertThat(most).isLessThan(5); // halved by the learning rate: below every standing
        assertThat(shares(counts(40, 200, 0.45))).isLessThan(-10);
    }
}
