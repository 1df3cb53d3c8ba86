package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Shares of work, as counts of conversations. */
final class EqualValuesTest {
    private final Random random = new Random(3);
    private double[] alone = new double[0];

    /** Counts whose true values have a standard deviation of ln. */
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
        alone = new double[counts.length];
        double[] noise = Arrays.stream(counts).map(n -> 1 / n).toArray();
        return EqualValues.SHARES.of(Arrays.stream(counts).map(Math::log).toArray(), noise, counts.length, alone);
    }

    @Test
    void whoIsOnlyComparedWithTheGroupChangesNothingOfWhatItShows() {
        double[] even = counts(40, 100, 0);
        double group = shares(even);
        double[] more = DoubleStream.concat(Arrays.stream(even), DoubleStream.of(100, 1000))
                .toArray();
        double[] logs = Arrays.stream(more).map(Math::log).toArray();
        double[] each = new double[more.length];
        assertThat(EqualValues.SHARES.of(
                        logs, Arrays.stream(more).map(n -> 1 / n).toArray(), 40, each))
                .isEqualTo(group);
        assertThat(each).startsWith(alone);
        assertThat(each[40]).isPositive();
        assertThat(each[41]).isNegative();
    }

    @Test
    void workThatIsSharedOutEvenlyIsKnownWhenThereIsEnoughOfIt() {
        assertThat(shares(counts(40, 100, 0))).isGreaterThan(15);
        assertThat(Arrays.stream(alone).allMatch(each -> each > 0)).isTrue();
    }

    @Test
    void oneWhoDoesMuchMoreIsAnExceptionAndHidesNobody() {
        double[] counts = counts(40, 100, 0);
        counts[7] = 2000;
        assertThat(shares(counts)).isGreaterThan(10);
        assertThat(alone[7]).isLessThan(-5);
    }

    @Test
    void strangersDoAsMuchAsEachOfThemLikes() {
        assertThat(shares(counts(40, 100, 1.1))).isLessThan(-20);
    }

    /** A dozen at one trade, who do ten or so each on a day: nothing can be said of them yet, and little ever. */
    @Test
    void colleaguesAreNearlyAsEvenAsAnActorOnTheFirstDay() {
        double most = 0;
        for (int team = 0; team < 200; team++) {
            most = Math.max(most, shares(counts(12, 10, 0.45)));
        }
        assertThat(most).isLessThan(5); // which the jury halves: less than any rung
        assertThat(shares(counts(40, 200, 0.45))).isLessThan(-10);
    }
}
