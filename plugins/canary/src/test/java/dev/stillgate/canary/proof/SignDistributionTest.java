package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SignDistributionTest {
    @Property(tries = 100)
    void distributionEqualsEnumerationOfAllDeviations(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 10) int cells) {
        Random random = new Random(seed);
        int[] w = random.ints(cells, -9, 10).toArray();
        double[] flips = random.doubles(cells, 0.01, 0.99).toArray();
        TreeMap<Long, Double> all = new TreeMap<>();
        for (int mask = 0; mask < 1 << cells; mask++) {
            long value = 0;
            double probability = 1;
            for (int i = 0; i < cells; i++) {
                boolean flipped = (mask >> i & 1) == 1;
                value += flipped ? -w[i] : w[i];
                probability *= flipped ? flips[i] : 1 - flips[i];
            }
            all.merge(value, probability, Double::sum);
        }
        SignDistribution distribution = new SignDistribution(w, flips);
        for (long value : all.keySet()) {
            double atLeast = sum(all.tailMap(value, true));
            double above = sum(all.tailMap(value, false));
            Tail tail = distribution.tail(value);
            assertThat(Math.pow(10, tail.log10AtLeast())).isCloseTo(atLeast, within(1e-12 + 1e-9 * atLeast));
            assertThat(Math.pow(10, tail.log10Above())).isCloseTo(above, within(1e-12 + 1e-9 * above));
        }
    }

    private static double sum(SortedMap<Long, Double> part) {
        return part.values().stream().mapToDouble(p -> p).sum();
    }

    /** All of 500 cells are flipped: probability 0.15^500. */
    @Test
    void deepTailsKeepTheirDigits() {
        int[] w = new int[500];
        Arrays.fill(w, -3);
        double[] flips = new double[500];
        Arrays.fill(flips, 0.15);
        Tail tail = new SignDistribution(w, flips).tail(1500);
        assertThat(tail.log10AtLeast()).isCloseTo(500 * Math.log10(0.15), within(1e-9));
        assertThat(tail.log10Above()).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    /** For equal signs the tail is binomial. */
    @Test
    void tailOfEqualSignsIsBinomial() {
        int[] w = new int[400];
        Arrays.fill(w, 3);
        double[] flips = new double[400];
        Arrays.fill(flips, 0.5);
        SignDistribution distribution = new SignDistribution(w, flips);
        assertThat(distribution.tail(1194).log10AtLeast())
                .isCloseTo(Math.log10(401) - 400 * Math.log10(2), within(1e-9));
        assertThat(distribution.tail(1201).log10AtLeast()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(distribution.tail(-1200).log10AtLeast()).isCloseTo(0, within(1e-12));
        assertThat(distribution.tail(-1201).log10Above()).isZero();
    }

    /** Keys drawn from the tilted distribution, weighted by the inverse of the tilt. */
    @Test
    @Tag("slow")
    void tailsAgreeWithImportanceSampling() {
        Random random = new Random(11);
        int[] w = random.doubles(400)
                .mapToInt(u -> (int) ((u - 0.5) * 400 * u * u))
                .toArray();
        double[] flips = random.doubles(400, 0.2, 0.8).toArray();
        SignDistribution distribution = new SignDistribution(w, flips);
        long reach = Arrays.stream(w).mapToLong(Math::abs).sum();
        for (double share : new double[] {0.3, 0.5, 0.7}) {
            long value = (long) (share * reach);
            double exact = distribution.tail(value).log10AtLeast();
            double sampled = new Sampler(w, flips, value, random).log10Tail(40_000);
            assertThat(exact).as("at %s", share).isLessThan(-2).isCloseTo(sampled, within(0.02));
        }
    }

    @Test
    void largeDistributionIsFast() {
        Random random = new Random(5);
        int[] w = random.ints(60 * 64, -16, 17).toArray();
        double[] flips = new double[w.length];
        Arrays.fill(flips, 0.5);
        SignDistribution distribution = new SignDistribution(w, flips);
        long value = (long) (0.45 * Arrays.stream(w).mapToLong(Math::abs).sum());
        Tail tail = Assertions.assertTimeout(Duration.ofSeconds(5), () -> distribution.tail(value));
        assertThat(tail.log10AtLeast()).isLessThan(-100);
        assertThat(tail.log10Above()).isLessThanOrEqualTo(tail.log10AtLeast());
    }

    @Test
    void latticeIsBounded() {
        assertThatThrownBy(() -> new SignDistribution(new int[] {1 << 25}, new double[] {0.5}))
                .hasMessageContaining("too many points");
    }
}
