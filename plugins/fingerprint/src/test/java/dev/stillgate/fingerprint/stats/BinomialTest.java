package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BinomialTest {
    /** Lower tail by the recurrence of Pascal's triangle, an independent way. */
    private static double[] cumulated(int trials, double p) {
        double[] mass = new double[trials + 1];
        mass[0] = 1;
        for (int n = 1; n <= trials; n++) {
            for (int k = n; k > 0; k--) {
                mass[k] = mass[k] * (1 - p) + mass[k - 1] * p;
            }
            mass[0] *= 1 - p;
        }
        for (int k = 1; k <= trials; k++) {
            mass[k] += mass[k - 1];
        }
        return mass;
    }

    @Test
    void lowerTailEqualsTheSumOfItsTerms() {
        Random random = new Random(5);
        for (int round = 0; round < 500; round++) {
            int trials = random.nextInt(1, 200);
            double p = random.nextDouble(0.001, 0.999);
            double[] expected = cumulated(trials, p);
            for (int k = 0; k <= trials; k++) {
                assertThat(Binomial.lowerTail(k, trials, p)).isCloseTo(expected[k], within(1e-9));
            }
        }
    }

    @Test
    void lowerTailRisesWithSuccessesAndFallsWithTheProbability() {
        Random random = new Random(6);
        for (int round = 0; round < 2_000; round++) {
            int trials = random.nextInt(2, 1_000_000);
            int k = random.nextInt(trials - 1);
            double p = random.nextDouble(0.001, 0.999);
            assertThat(Binomial.lowerTail(k + 1, trials, p))
                    .isGreaterThanOrEqualTo(Binomial.lowerTail(k, trials, p) - 1e-9);
            assertThat(Binomial.lowerTail(k, trials, p * 0.99))
                    .isGreaterThanOrEqualTo(Binomial.lowerTail(k, trials, p) - 1e-9);
        }
    }

    @Test
    void upperBoundIsThatOfClopperAndPearson() {
        assertThat(Binomial.upperBound(0, 299, 0.95)).isLessThanOrEqualTo(0.01);
        assertThat(Binomial.upperBound(0, 298, 0.95)).isGreaterThan(0.01);
        assertThat(Binomial.upperBound(0, 100, 0.95)).isCloseTo(1 - Math.pow(0.05, 0.01), within(1e-9));
        assertThat(Binomial.upperBound(2, 10, 0.95)).isCloseTo(0.50690, within(1e-5)); // published tables
        assertThat(Binomial.upperBound(10, 10, 0.95)).isEqualTo(1);
    }

    @Test
    void upperBoundCoversTheTruthAsOftenAsPromised() {
        Random random = new Random(7);
        int missed = 0;
        int rounds = 4_000;
        for (int round = 0; round < rounds; round++) {
            double p = random.nextDouble(0.002, 0.05);
            int trials = random.nextInt(100, 800);
            int successes = 0;
            for (int i = 0; i < trials; i++) {
                successes += random.nextDouble() < p ? 1 : 0;
            }
            missed += Binomial.upperBound(successes, trials, 0.95) < p ? 1 : 0;
        }
        assertThat(missed).isLessThanOrEqualTo(rounds / 20);
    }
}
