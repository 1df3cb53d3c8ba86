package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HypergeometricTest {
    /** Upper tail by drawing one item after the other, an independent way. */
    private static double upperTail(int population, int marked, int sample, int least) {
        double[] found = new double[sample + 2];
        found[0] = 1;
        for (int drawn = 0; drawn < sample; drawn++) {
            for (int k = drawn + 1; k >= 0; k--) {
                double hit = k > 0 ? found[k - 1] * Math.max(0, marked - k + 1) / (population - drawn) : 0;
                double miss = found[k] * Math.max(0, population - marked - drawn + k) / (population - drawn);
                found[k] = hit + miss;
            }
        }
        double tail = 0;
        for (int k = least; k <= sample; k++) {
            tail += found[k];
        }
        return tail;
    }

    @Test
    void tailAboveTheMeanEqualsTheSumOfItsTerms() {
        Random random = new Random(8);
        for (int round = 0; round < 3_000; round++) {
            int population = random.nextInt(1, 300);
            int marked = random.nextInt(population + 1);
            int sample = random.nextInt(population + 1);
            int least = random.nextInt(sample + 2);
            double tail = Math.exp(Hypergeometric.logUpperTail(population, marked, sample, least));
            if ((double) least * population > (double) sample * marked) {
                assertThat(tail).isCloseTo(upperTail(population, marked, sample, least), within(1e-9));
            } else {
                assertThat(tail).isEqualTo(1);
            }
        }
    }

    @Test
    void tinyTailsDoNotVanish() {
        double logTail = Hypergeometric.logUpperTail(1_000_000, 1_000, 400, 400);
        assertThat(logTail).isFinite().isBetween(400 * Math.log(0.0007), 400 * Math.log(0.001));
        assertThat(Hypergeometric.logUpperTail(1_000_000, 1_000_000, 1_000, 1_000))
                .isZero();
        assertThat(Hypergeometric.logUpperTail(100, 10, 20, 11)).isEqualTo(Double.NEGATIVE_INFINITY);
    }
}
