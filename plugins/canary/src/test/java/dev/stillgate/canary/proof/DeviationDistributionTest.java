package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DeviationDistributionTest {
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
        DeviationDistribution distribution = new DeviationDistribution(w, flips);
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
        Tail tail = new DeviationDistribution(w, flips).tail(1500);
        assertThat(tail.log10AtLeast()).isCloseTo(500 * Math.log10(0.15), within(1e-9));
        assertThat(tail.log10Above()).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void latticeIsBounded() {
        assertThatThrownBy(() -> new DeviationDistribution(new int[] {1 << 25}, new double[] {0.5}))
                .hasMessageContaining("too many points");
    }
}
