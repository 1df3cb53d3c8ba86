package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NullDistributionTest {
    private static final double Q = 0.75;

    @Property(tries = 200)
    void distributionEqualsEnumerationOfAllKeys(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int classes) {
        Random random = new Random(seed);
        int[] a = new int[classes];
        int[][] w = new int[classes][];
        for (int k = 0; k < classes; k++) {
            a[k] = random.nextInt(-6, 7);
            w[k] = random.ints(random.nextInt(5), -9, 10).toArray();
        }
        TreeMap<Long, Double> all = enumerate(a, w);
        NullDistribution nothing = new NullDistribution(a, w, Q);

        for (long value : all.keySet()) {
            Tail tail = nothing.tail(value);
            double atLeast = sum(all.tailMap(value, true));
            double above = sum(all.tailMap(value, false));
            assertThat(Math.pow(10, tail.log10AtLeast())).isCloseTo(atLeast, within(1e-12 + 1e-9 * atLeast));
            assertThat(Math.pow(10, tail.log10Above())).isCloseTo(above, within(1e-12 + 1e-9 * above));
            assertThat(Math.pow(10, tail.log10Mid())).isCloseTo((atLeast + above) / 2, within(1e-9));
        }
        assertThat(nothing.tail(nothing.reach() + 1).log10AtLeast()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(nothing.tail(-nothing.reach() - 1).log10Above()).isZero();
        assertThat(nothing.tail(-nothing.reach()).log10AtLeast()).isCloseTo(0, within(1e-12));
    }

    /** For 400 independent equal signs the tail is binomial, down to the last key. */
    @Test
    void deepTailsKeepTheirDigits() {
        int[] a = new int[400];
        java.util.Arrays.fill(a, 3);
        NullDistribution nothing = new NullDistribution(a, new int[400][0], Q);

        assertThat(nothing.tail(1200).log10AtLeast()).isCloseTo(-400 * Math.log10(2), within(1e-9));
        assertThat(nothing.tail(1200).log10Above()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(nothing.tail(900).log10AtLeast()).isCloseTo(binomialTail(400, 350), within(1e-9));
        java.util.Arrays.fill(a, 1);
        int[] more = java.util.Arrays.copyOf(a, 1200);
        java.util.Arrays.fill(more, 1);
        NullDistribution deeper = new NullDistribution(more, new int[1200][0], Q);
        assertThat(deeper.tail(1200).log10AtLeast()).isCloseTo(-1200 * Math.log10(2), within(1e-9));
        assertThat(deeper.tail(1000).log10AtLeast()).isCloseTo(binomialTail(1200, 1100), within(1e-9));
        assertThat(nothing.tail(1194).log10AtLeast()).isCloseTo(Math.log10(401) - 400 * Math.log10(2), within(1e-9));
    }

    /** Keys drawn from the tilted distribution, weighted by the inverse of the tilt. */
    @Test
    @Tag("slow")
    void tailsAgreeWithImportanceSampling() {
        Random random = new Random(11);
        int[] a = new int[30];
        int[][] w = new int[30][];
        for (int k = 0; k < a.length; k++) {
            a[k] = (int) (40 * random.nextGaussian());
            w[k] = random.doubles(12)
                    .mapToInt(u -> (int) ((u - 0.5) * 400 * u * u))
                    .toArray();
        }
        NullDistribution nothing = new NullDistribution(a, w, Q);

        for (double share : new double[] {0.3, 0.5, 0.7}) {
            long value = (long) (share * nothing.reach());
            Sampler sampler = new Sampler(a, w, Q, value, random);
            double exact = nothing.tail(value).log10AtLeast();
            double sampled = sampler.log10Tail(40_000);
            assertThat(exact).as("at %s", share).isLessThan(-2).isCloseTo(sampled, within(0.02));
        }
    }

    /** Cells of one class are correlated: assuming independence would make this tail far too small. */
    @Test
    void signsOfAClassAreNotIndependent() {
        NullDistribution together = new NullDistribution(new int[] {0}, new int[][] {{1, 1, 1, 1}}, Q);

        assertThat(Math.pow(10, together.tail(4).log10AtLeast()))
                .isCloseTo((Math.pow(0.75, 4) + Math.pow(0.25, 4)) / 2, within(1e-12));
    }

    @Test
    void largeDistributionIsFast() {
        Random random = new Random(5);
        int[] a = random.ints(60, -60, 60).toArray();
        int[][] w = new int[60][];
        for (int k = 0; k < a.length; k++) {
            w[k] = random.ints(64, -16, 17).toArray();
        }
        NullDistribution nothing = new NullDistribution(a, w, Q);
        long value = (long) (0.45 * nothing.reach());

        Tail tail = Assertions.assertTimeout(Duration.ofSeconds(5), () -> nothing.tail(value));
        assertThat(tail.log10AtLeast()).isLessThan(-100);
        assertThat(tail.log10Above()).isLessThanOrEqualTo(tail.log10AtLeast());
    }

    @Test
    void tooLargeLatticeIsRejected() {
        assertThatThrownBy(() -> new NullDistribution(new int[] {1 << 25}, new int[1][0], Q))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too many points");
    }

    /** Returns log10 of the probability of at least so many heads in n fair coin tosses. */
    private static double binomialTail(int n, int atLeast) {
        java.math.BigInteger choose = java.math.BigInteger.ONE;
        java.math.BigInteger sum = java.math.BigInteger.ZERO;
        for (int k = n; k >= atLeast; k--) {
            sum = sum.add(choose);
            choose = choose.multiply(java.math.BigInteger.valueOf(k)).divide(java.math.BigInteger.valueOf(n - k + 1L));
        }
        int shift = sum.bitLength() - 60;
        return Math.log10(sum.shiftRight(shift).doubleValue()) + (shift - n) * Math.log10(2);
    }

    private static double sum(java.util.SortedMap<Long, Double> part) {
        return part.values().stream().mapToDouble(p -> p).sum();
    }

    private static TreeMap<Long, Double> enumerate(int[] a, int[][] w) {
        TreeMap<Long, Double> all = new TreeMap<>();
        all.put(0L, 1.0);
        for (int k = 0; k < a.length; k++) {
            TreeMap<Long, Double> next = new TreeMap<>();
            for (int tau = -1; tau <= 1; tau += 2) {
                for (int cells = 0; cells < 1 << w[k].length; cells++) {
                    long value = (long) tau * a[k];
                    double p = 0.5;
                    for (int c = 0; c < w[k].length; c++) {
                        boolean agrees = (cells >> c & 1) == 1;
                        value += agrees ? tau * w[k][c] : -tau * w[k][c];
                        p *= agrees ? Q : 1 - Q;
                    }
                    for (var before : all.entrySet()) {
                        next.merge(before.getKey() + value, before.getValue() * p, Double::sum);
                    }
                }
            }
            all = next;
        }
        return all;
    }
}
